//! What a user may still do: get a mail, have an answer looked at.

use crate::device::DeviceToken;
use crate::event::Caller;
use crate::facts::{Facts, LedgerSource};
use crate::keys::{Keys, Purpose};
use crate::ledger::{Found, Ledger, TAG_BYTES};
use crate::outcome::Warning;
use crate::round::Round;
use crate::settings::Settings;
use crate::time::Moment;

/// Deliveries of one event within this time are taken for one event: Cognito waits 5 s and calls up to three times.
pub(crate) const REPEAT_WINDOW_S: u32 = 15;

/// How often an event may mail again: Cognito calls three times at most.
const MOST_REPEATS: u8 = 2;

/// The longest lock: 15 minutes, as Cognito's own after wrong passwords.
const LONGEST_LOCK_S: u32 = 900;

/// A user's ledger, opened for one call, with the rules of [`Settings`] over it.
///
/// Without a key nothing can be signed, so nothing is remembered: every call then sees a first sign-in.
pub(crate) struct Book<'a> {
    settings: &'a Settings,
    keys: Option<&'a Keys>,
    /// Whether what is written here is kept: there are keys, and there is a user.
    kept: bool,
    now: Moment,
    source: LedgerSource<'a>,
    ledger: Ledger,
    /// The event that may mail; zeros if this one may not.
    tag: [u8; TAG_BYTES],
    changed: bool,
}

/// What the limits say to a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MailVerdict {
    /// Send it.
    Go,
    /// The same event has sent it already.
    SentBefore,
    /// The last one is too fresh.
    TooSoon,
    /// Too many of late.
    Capped,
}

impl<'a> Book<'a> {
    /// Opens the ledger of this caller; what is suspicious about it goes to `warnings`.
    pub(crate) fn open(
        settings: &'a Settings,
        caller: &Caller<'_>,
        facts: &Facts<'a>,
        warnings: &mut Vec<Warning>,
    ) -> Self {
        let now = Moment::from_epoch_s(facts.now);
        let text = match facts.ledger {
            LedgerSource::FromEvent => caller.attribute(&settings.attribute),
            LedgerSource::Fresh(text) | LedgerSource::Exact(text) => text,
        };
        let book = Self {
            settings,
            keys: settings.keys.as_ref(),
            kept: settings.keys.is_some() && !caller.unknown,
            now,
            source: facts.ledger,
            ledger: Ledger::first(now),
            tag: [0; TAG_BYTES],
            changed: false,
        };
        let Some(keys) = book.keys else {
            warnings.push(Warning::SessionOnly);
            return book;
        };
        let ledger = match Ledger::open(text, keys, caller) {
            Found::Ours(ledger) if ledger.is_ahead_of(now) => {
                warnings.push(Warning::LedgerAhead);
                Ledger::first(now)
            }
            Found::Ours(ledger) => ledger.at(now),
            Found::Nothing => Ledger::first(now),
            Found::Legacy => {
                warnings.push(Warning::LedgerLegacy);
                Ledger::first(now)
            }
            Found::Forged => {
                warnings.push(Warning::LedgerForged);
                Ledger::first(now)
            }
        };
        Self { ledger, ..book }
    }

    /// The book for a call that may mail: it knows the event by this print when it is delivered again.
    pub(crate) fn of_event(self, print: &[u8; 32]) -> Self {
        let tag = self
            .keys
            .map(|keys| keys.current.keyed_short(Purpose::EventTag, &[print]));
        Self {
            tag: tag.unwrap_or_default(),
            ..self
        }
    }

    /// When the event that is being answered mailed before, if this is another delivery of it.
    pub(crate) fn repeats(&self) -> Option<Moment> {
        let ledger = &self.ledger;
        let known = ledger.mailed_at != Moment::START && ledger.mail_tag == self.tag;
        (known && self.now.since(ledger.mailed_at) <= REPEAT_WINDOW_S).then_some(ledger.mailed_at)
    }

    /// Seconds until answers are looked at again.
    pub(crate) fn lock_left_s(&self) -> u32 {
        self.ledger.locked_until.since(self.now)
    }

    /// Seconds until the next mail may go out, when this sign-in sent its last at `mailed_at`.
    pub(crate) fn cooldown_left_s(&self, mailed_at: Moment) -> u32 {
        let last = mailed_at.max(self.ledger.mailed_at);
        if last == Moment::START {
            0
        } else {
            self.settings
                .resend_cooldown_s
                .saturating_sub(self.now.since(last))
        }
    }

    /// Whether the mail of this round may go out, and if so, counts it.
    pub(crate) fn mail(&mut self, round: &Round) -> MailVerdict {
        let verdict = self.judge_mail(round);
        if verdict == MailVerdict::Go {
            self.changed = true;
            self.ledger.mails.add_one();
            if self.repeats().is_some() {
                self.ledger.mail_repeats = self.ledger.mail_repeats.saturating_add(1);
            } else {
                self.ledger.mail_tag = self.tag;
                self.ledger.mailed_at = self.now;
                self.ledger.mail_repeats = 0;
            }
        }
        verdict
    }

    fn judge_mail(&self, round: &Round) -> MailVerdict {
        if self.repeats().is_some() {
            // Exact books are written together with the mail: if the event is in them, its mail is on its way.
            if self.is_exact() || self.ledger.mail_repeats >= MOST_REPEATS {
                return MailVerdict::SentBefore;
            }
        } else if self.cooldown_left_s(round.mailed_at) > 0 {
            return MailVerdict::TooSoon;
        }
        let (caps, mails) = (self.settings.mail_caps, &self.ledger.mails);
        // The sign-in counts its own mails too, for the case that no ledger can be kept.
        let capped = mails.quarter_hour.total() >= u32::from(caps.per_quarter_hour)
            || mails.day.total() >= u32::from(caps.per_day)
            || round.mails >= caps.per_quarter_hour;
        if capped {
            MailVerdict::Capped
        } else {
            MailVerdict::Go
        }
    }

    /// Counts a wrong code, and locks when there were too many. No answer is evaluated while a lock holds, so none makes
    /// it longer.
    pub(crate) fn wrong_code(&mut self) {
        self.changed = true;
        self.ledger.wrong_codes.add_one();
        let (rules, wrong) = (self.settings.lock, &self.ledger.wrong_codes);
        let lately = wrong.quarter_hour.total();
        if wrong.day.total() >= u32::from(rules.per_day) {
            self.ledger.locked_until = self.now.plus(LONGEST_LOCK_S);
        } else if lately >= u32::from(rules.per_quarter_hour) {
            let back_off = 1_u32
                .checked_shl(lately.saturating_sub(5))
                .unwrap_or(LONGEST_LOCK_S);
            self.ledger.locked_until = self.now.plus(back_off.min(LONGEST_LOCK_S));
        }
    }

    /// Whether this code was used before. Only exact books know: elsewhere the platform's session, good for one answer,
    /// is what makes a code work once, and a second delivery of the right answer must stay right.
    pub(crate) fn is_used(&self, round: &Round) -> bool {
        self.is_exact() && self.ledger.used == used_tag(round)
    }

    /// Marks the code of this round as used.
    pub(crate) fn right_code(&mut self, round: &Round) {
        if self.is_exact() {
            self.changed = true;
            self.ledger.used = used_tag(round);
        }
    }

    /// The number of the newest ledger after this call.
    pub(crate) fn number(&self) -> u32 {
        self.ledger
            .number
            .saturating_add(u32::from(self.kept && self.changed))
    }

    /// Whether the ledger is older than the one that this sign-in knows to exist. The copy in an event may be that
    /// for honest reasons.
    pub(crate) fn is_behind(&self, round: &Round) -> bool {
        !matches!(self.source, LedgerSource::FromEvent) && self.ledger.number < round.ledger_number
    }

    /// Whether the ledger and the mail are written in one step.
    const fn is_exact(&self) -> bool {
        matches!(self.source, LedgerSource::Exact(_))
    }

    /// Whether this device is trusted.
    pub(crate) fn trusts(&self, device: &DeviceToken) -> bool {
        self.ledger.devices.contains(&device.id)
    }

    /// Trusts this device from now on.
    pub(crate) fn trust(&mut self, device: &DeviceToken) {
        self.changed = true;
        self.ledger.trust(device.id);
    }

    /// The new text of the attribute, if anything changed and there is someone to keep it for. It is made in any case,
    /// so that a user who does not exist costs the same time.
    pub(crate) fn close(self, caller: &Caller<'_>) -> Option<String> {
        let text = Ledger {
            number: self.number(),
            ..self.ledger
        }
        .seal(self.keys?, caller);
        (self.kept && self.changed).then_some(text)
    }
}

fn used_tag(round: &Round) -> [u8; TAG_BYTES] {
    std::array::from_fn(|at| round.nonce[at])
}
