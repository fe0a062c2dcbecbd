//! What a user may still do: get a mail, have an answer judged.

mod answers;

use crate::counts::Counts;
use crate::device::{DeviceId, DeviceToken};
use crate::event::Caller;
use crate::facts::{Facts, LedgerSource};
use crate::keys::{Keys, Purpose};
use crate::ledger::{Device, EventNote, Found, Ledger, Room, TAG_BYTES};
use crate::outcome::{LastResult, Warning};
use crate::round::Round;
use crate::settings::{LONGEST_MAIL_WAIT_S, Settings};
use crate::time::Moment;

/// Deliveries of one event within this time are taken for one event.
pub(crate) const REPEAT_WINDOW_S: u32 = 15;

/// How often an event may mail again.
const MOST_REPEATS: u8 = 2;

/// The time between two notices, and in which three sign-ins that were held back make one.
const NOTICE_EVERY_S: u32 = 3_600;

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
    /// The event that is answered; zeros if it is not to be known again.
    tag: [u8; TAG_BYTES],
    /// Whether this sign-in has the counters of the browsers with a place token.
    placed: bool,
    changed: bool,
}

/// What the limits say to a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MailVerdict {
    /// Send it.
    Go,
    /// The same event has sent it already.
    SentBefore,
    /// Not yet.
    Wait,
}

/// Whether a code was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    No,
    /// By this very sign-in: its answer is delivered again.
    Here,
    /// By another sign-in that shares the code.
    Elsewhere,
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
        let book = Self {
            settings,
            keys: settings.keys.as_ref(),
            kept: settings.keys.is_some() && !caller.unknown,
            now,
            source: facts.ledger,
            ledger: Ledger::first(now),
            tag: [0; TAG_BYTES],
            placed: false,
            changed: false,
        };
        let Some(keys) = book.keys else {
            warnings.push(Warning::SessionOnly);
            return book;
        };
        let attribute = caller.attribute(&settings.attribute);
        let person = caller.person();
        let (text, is_moved) = match facts.ledger {
            LedgerSource::FromEvent => (attribute, false),
            LedgerSource::Table(None) => (attribute, true),
            LedgerSource::Fresh(text) | LedgerSource::Table(text) | LedgerSource::Exact(text) => {
                (text, false)
            }
        };
        let mut suspicious = |warning| {
            // What an attribute holds that is no longer in use is of no interest, unless it is genuine.
            if !is_moved {
                warnings.push(warning);
            }
            Ledger::first(now)
        };
        let ledger = match Ledger::open(text, keys, &person) {
            Found::Ours(ledger) if ledger.is_ahead_of(now) => suspicious(Warning::LedgerAhead),
            Found::Ours(ledger) => ledger.at(now),
            Found::Nothing => Ledger::first(now),
            Found::Legacy => suspicious(Warning::LedgerLegacy),
            Found::Forged => suspicious(Warning::LedgerForged),
        };
        // A user who does not exist has a first sign-in's answers, whatever a platform puts beside the name.
        let ledger = if caller.unknown {
            Ledger::first(now)
        } else {
            ledger
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

    /// The book for a sign-in from this browser.
    pub(crate) fn of_place(self, place: Option<DeviceId>) -> Self {
        Self {
            placed: place.is_some(),
            ..self
        }
    }

    /// The browser that the request comes from, if a right code was typed in it before.
    pub(crate) fn place(&self, caller: &Caller<'_>) -> Option<DeviceId> {
        let token = self.keys.and_then(|keys| DeviceToken::sent(keys, caller))?;
        let mut known = self.ledger.devices.iter();
        known.any(|device| device.id == token.id).then_some(token.id)
    }

    const fn counts(&self) -> &Counts {
        if self.placed {
            &self.ledger.placed
        } else {
            &self.ledger.open
        }
    }

    fn counts_mut(&mut self) -> &mut Counts {
        self.changed = true;
        if self.placed {
            &mut self.ledger.placed
        } else {
            &mut self.ledger.open
        }
    }

    /// Why no answer of this user is judged and nothing mailed, if that is so.
    pub(crate) fn shut(&self) -> Option<LastResult> {
        match () {
            () if self.counts().is_closed() => Some(LastResult::Closed),
            () if self.lock_left_s() > 0 => Some(LastResult::Locked),
            () => None,
        }
    }

    /// Seconds until answers are judged again.
    pub(crate) fn lock_left_s(&self) -> u32 {
        self.counts().lock_left_s(&self.settings.lock, self.now)
    }

    /// When the event that is being answered mailed before, if this is another delivery of it.
    pub(crate) fn repeats(&self) -> Option<Moment> {
        let event = &self.ledger.event;
        (event.mailed && self.is_repeated()).then_some(event.at)
    }

    /// How many mails this event has sent.
    pub(crate) fn mails_of_event(&self) -> usize {
        let event = &self.ledger.event;
        usize::from(event.mailed && self.is_repeated()) * (1 + usize::from(event.repeats))
    }

    fn is_repeated(&self) -> bool {
        let event = &self.ledger.event;
        let known = event.at != Moment::START && event.tag == self.tag;
        known && self.now.since(event.at) <= REPEAT_WINDOW_S
    }

    /// Takes the event for another one than the one it looks like.
    pub(crate) fn forget_event(&mut self) {
        self.ledger.event.at = Moment::START;
    }

    /// Seconds until the next mail of this sign-in may go out.
    pub(crate) fn mail_wait_s(&self, mails: &[Moment]) -> u32 {
        let cooldown = mails.iter().max().map_or(0, |last| {
            self.settings
                .resend_cooldown_s
                .saturating_sub(self.now.since(*last))
        });
        self.places_wait_s(mails).max(cooldown).min(LONGEST_MAIL_WAIT_S)
    }

    fn places_wait_s(&self, mails: &[Moment]) -> u32 {
        let rules = &self.settings.mails;
        let wait = self.counts().mail_wait_s(rules, self.now);
        // The sign-in counts its own mails too, for the case that no ledger can be kept.
        let own = Counts::of_mails(rules, mails, self.now);
        wait.max(own.mail_wait_s(rules, self.now))
    }

    /// Whether a mail of this sign-in may go out.
    pub(crate) fn may_mail(&self, mails: &[Moment]) -> MailVerdict {
        if self.repeats().is_some() {
            // Exact books are written together with the mail: if the event is in them, its mail is on its way.
            let is_enough = self.is_with_the_mail() || self.ledger.event.repeats >= MOST_REPEATS;
            if is_enough || self.places_wait_s(mails) > 0 {
                MailVerdict::SentBefore
            } else {
                MailVerdict::Go
            }
        } else if self.mail_wait_s(mails) > 0 {
            MailVerdict::Wait
        } else {
            MailVerdict::Go
        }
    }

    /// Counts a mail that goes out now.
    pub(crate) fn count_mail(&mut self) {
        let (rules, now) = (self.settings.mails, self.now);
        self.counts_mut().count_mail(&rules, now);
        if self.repeats().is_some() {
            self.ledger.event.repeats = self.ledger.event.repeats.saturating_add(1);
        } else {
            self.note_event(true);
        }
    }

    fn note_event(&mut self, mailed: bool) {
        self.changed = true;
        self.ledger.event = EventNote {
            tag: self.tag,
            at: self.now,
            repeats: 0,
            mailed,
        };
    }

    /// Counts a sign-in that starts without a place for its mail. Says whether the owner is to be told.
    pub(crate) fn held_back(&mut self) -> bool {
        if self.is_repeated() {
            return false;
        }
        self.note_event(false);
        let [last, before] = self.ledger.held_at;
        let is_third = self.now.since(before) < NOTICE_EVERY_S;
        self.ledger.held_at = [self.now, last];
        is_third && self.notice()
    }

    /// Whether the owner may be told now that somebody else may know the password, at most once an hour.
    pub(crate) fn notice(&mut self) -> bool {
        let due = self.kept && self.now.since(self.ledger.noticed_at) >= NOTICE_EVERY_S;
        if due {
            self.changed = true;
            self.ledger.noticed_at = self.now;
            self.ledger.notice_owed = false;
        }
        due
    }

    /// Leaves the notice to the next function that can send one.
    pub(crate) fn owe_notice(&mut self) {
        self.changed = true;
        self.ledger.notice_owed = true;
    }

    /// Whether a notice that was left is due.
    pub(crate) fn owed_notice(&mut self) -> bool {
        self.ledger.notice_owed && self.notice()
    }

    /// Whether this browser is trusted.
    pub(crate) fn trusts(&self, id: DeviceId) -> bool {
        let mut known = self.ledger.devices.iter();
        known.any(|device| device.id == id && device.trusted)
    }

    /// Remembers the browser that a right code was typed in.
    pub(crate) fn remember(&mut self, id: DeviceId, wants_trust: bool) {
        let trusted = wants_trust || self.trusts(id);
        self.changed = true;
        self.ledger.remember(Device { id, trusted });
    }

    /// The ledger itself, for what no limit is about.
    pub(crate) fn ledger_mut(&mut self) -> &mut Ledger {
        self.changed = true;
        &mut self.ledger
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
    const fn is_with_the_mail(&self) -> bool {
        matches!(self.source, LedgerSource::Exact(_))
    }

    /// Whether the ledger is written over nothing but what was read.
    pub(crate) const fn is_exact(&self) -> bool {
        matches!(self.source, LedgerSource::Exact(_) | LedgerSource::Table(_))
    }

    /// The new text of the ledger, if anything changed and there is someone to keep it for. It is made in any case,
    /// so that a user who does not exist costs the same time.
    pub(crate) fn close(self, caller: &Caller<'_>) -> Option<String> {
        let room = if self.is_exact() {
            Room::Unlimited
        } else {
            Room::Attribute
        };
        let text = Ledger {
            number: self.number(),
            ..self.ledger
        }
        .seal(self.keys?, &caller.person(), room);
        (self.kept && self.changed).then_some(text)
    }
}

/// The first bytes of a name.
fn short<const N: usize>(name: &[u8]) -> [u8; N] {
    std::array::from_fn(|at| name.get(at).copied().unwrap_or_default())
}
