//! What is counted of one user: mails, wrong codes, and what follows from them.

use crate::bits::{Reader, Writer};
use crate::settings::{LockRules, MailRules};
use crate::time::Moment;
use crate::window::{Day, Hour, QuarterHour};

/// The longest back-off: 15 minutes, as Cognito's own after wrong passwords.
const LONGEST_BACK_OFF_S: u32 = 900;

/// Wrong codes in a row that close the code factor.
const ROW_CLOSES: u8 = 100;

/// What a right code takes off the row.
const RIGHT_TAKES_OFF: u8 = 10;

/// One set of counters. A user has two: one for all who know the password, and one for the browsers that a right code
/// was typed in before, so that the first cannot use up the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    /// When the bucket of mails is full again.
    bucket_full_at: Moment,
    last_mail: Moment,
    mails_of_hour: Hour,
    mails_of_day: Day,
    wrong_of_quarter_hour: QuarterHour,
    wrong_of_day: Day,
    locked_until: Moment,
    /// Wrong codes, less ten for each right one.
    row: u8,
}

impl Counts {
    pub(crate) const NONE: Self = Self {
        bucket_full_at: Moment::START,
        last_mail: Moment::START,
        mails_of_hour: Hour::EMPTY,
        mails_of_day: Day::EMPTY,
        wrong_of_quarter_hour: QuarterHour::EMPTY,
        wrong_of_day: Day::EMPTY,
        locked_until: Moment::START,
        row: 0,
    };

    /// What these mails alone have used up.
    pub(crate) fn of_mails(rules: &MailRules, mails: &[Moment], now: Moment) -> Self {
        let mut counts = Self::NONE;
        for mail in mails {
            counts.bucket_full_at = counts.bucket_full_at.max(*mail).plus(rules.refill_s);
            counts.last_mail = counts.last_mail.max(*mail);
            counts.add_earlier_mails(now, *mail, 1);
        }
        counts
    }

    /// The same counts, seen from a later time.
    pub(crate) fn advanced(self, from: Moment, to: Moment) -> Self {
        Self {
            mails_of_hour: self.mails_of_hour.advanced(from, to),
            mails_of_day: self.mails_of_day.advanced(from, to),
            wrong_of_quarter_hour: self.wrong_of_quarter_hour.advanced(from, to),
            wrong_of_day: self.wrong_of_day.advanced(from, to),
            ..self
        }
    }

    /// Seconds until the limits let another mail go.
    pub(crate) fn mail_wait_s(&self, rules: &MailRules, now: Moment) -> u32 {
        let kept = u32::from(rules.at_once.saturating_sub(1)) * rules.refill_s;
        let bucket = self.bucket_full_at.since(now).saturating_sub(kept);
        let per_hour = self
            .mails_of_hour
            .seconds_to_fewer_than(u32::from(rules.per_hour), now);
        let per_day = self
            .mails_of_day
            .seconds_to_fewer_than(u32::from(rules.per_day), now);
        // Past the limits one still leaves now and then: nobody is shut out by somebody else's mails.
        let beyond = self.last_mail.plus(rules.beyond_limit_s).since(now);
        bucket.max(per_hour.max(per_day).min(beyond))
    }

    pub(crate) fn count_mail(&mut self, rules: &MailRules, now: Moment) {
        self.bucket_full_at = self.bucket_full_at.max(now).plus(rules.refill_s);
        self.last_mail = now;
        self.mails_of_hour.add_one();
        self.mails_of_day.add_one();
    }

    /// Counts a mail of before, as an older ledger tells of it.
    pub(crate) fn add_earlier_mails(&mut self, now: Moment, at: Moment, mails: u8) {
        self.mails_of_hour.add_earlier(now, at, mails);
        self.mails_of_day.add_earlier(now, at, mails);
    }

    /// Counts mails of before over the day alone.
    pub(crate) fn add_mails_of_day(&mut self, now: Moment, at: Moment, mails: u8) {
        self.mails_of_day.add_earlier(now, at, mails);
    }

    pub(crate) fn add_earlier_wrong_codes(&mut self, now: Moment, at: Moment, quarter_hour: u8, day: u8) {
        self.wrong_of_quarter_hour.add_earlier(now, at, quarter_hour);
        self.wrong_of_day.add_earlier(now, at, day);
    }

    pub(crate) fn lock_until(&mut self, end: Moment) {
        self.locked_until = end;
    }

    /// Gives back the places of these mails.
    pub(crate) fn give_back(&mut self, rules: &MailRules, mails: &[Moment], now: Moment) {
        // What these mails alone still hold of the bucket: the rest has come back by itself.
        let held = mails.iter().fold(Moment::START, |full_at, mail| {
            full_at.max(*mail).plus(rules.refill_s)
        });
        self.bucket_full_at = self.bucket_full_at.before(held.since(now));
        for mail in mails {
            self.mails_of_hour.take_back(now, *mail);
            self.mails_of_day.take_back(now, *mail);
        }
    }

    /// Counts a wrong code, and locks when there were too many. No answer is judged while a lock holds, so none makes it
    /// longer.
    pub(crate) fn count_wrong_code(&mut self, rules: &LockRules, now: Moment) {
        self.wrong_of_quarter_hour.add_one();
        self.wrong_of_day.add_one();
        self.row = self.row.saturating_add(1).min(ROW_CLOSES);
        let lately = self.wrong_of_quarter_hour.total();
        if lately >= u32::from(rules.per_quarter_hour) {
            let back_off = 1_u32
                .checked_shl(lately.saturating_sub(5))
                .unwrap_or(LONGEST_BACK_OFF_S);
            self.locked_until = now.plus(back_off.min(LONGEST_BACK_OFF_S));
        }
    }

    pub(crate) fn count_right_code(&mut self) {
        self.row = self.row.saturating_sub(RIGHT_TAKES_OFF);
    }

    /// Seconds until answers are judged again.
    pub(crate) fn lock_left_s(&self, rules: &LockRules, now: Moment) -> u32 {
        let per_day = self
            .wrong_of_day
            .seconds_to_fewer_than(u32::from(rules.per_day), now);
        self.locked_until.since(now).max(per_day)
    }

    /// Whether the code factor is closed.
    pub(crate) const fn is_closed(&self) -> bool {
        self.row >= ROW_CLOSES
    }

    /// Wrong codes, less ten for each right one.
    pub(crate) const fn row(&self) -> u8 {
        self.row
    }

    pub(crate) fn write(&self, writer: &mut Writer, written: Moment) {
        writer.put(self.bucket_full_at.since(written), 12);
        writer.put(written.since(self.last_mail), 16);
        self.mails_of_hour.write(writer);
        self.mails_of_day.write(writer);
        self.wrong_of_quarter_hour.write(writer);
        self.wrong_of_day.write(writer);
        writer.put(self.locked_until.since(written), 10);
        writer.put(u32::from(self.row), 7);
    }

    pub(crate) fn read(reader: &mut Reader<'_>, written: Moment) -> Option<Self> {
        Some(Self {
            bucket_full_at: later(written, reader.take(12)?),
            last_mail: written.before(reader.take(16)?),
            mails_of_hour: Hour::read(reader)?,
            mails_of_day: Day::read(reader)?,
            wrong_of_quarter_hour: QuarterHour::read(reader)?,
            wrong_of_day: Day::read(reader)?,
            locked_until: later(written, reader.take(10)?),
            row: u8::try_from(reader.take(7)?).ok()?,
        })
    }
}

/// A time that may be over; one that is over is none.
fn later(written: Moment, seconds: u32) -> Moment {
    match seconds {
        0 => Moment::START,
        seconds => written.plus(seconds),
    }
}
