//! Create: a challenge, and the mail that makes it answerable.

use serde_json::{Value, json};

use crate::book::{Book, MailVerdict, REPEAT_WINDOW_S, Use};
use crate::event::{Action, Caller, respond};
use crate::facts::{Facts, LedgerSource};
use crate::keys::Purpose;
use crate::mail::{CodeMail, Letter, Zone};
use crate::notice;
use crate::outcome::{Created, LastResult, MailState, NotSent, Warning};
use crate::parameters;
use crate::recipient::{self, Recipient};
use crate::refusal::Refusal;
use crate::round::{Issued, NONCE_BYTES, Round, SIGN_IN_BYTES, Signer};
use crate::session::Stage;
use crate::settings::Settings;
use crate::time::Moment;

/// The private challenge parameter that carries the round to Verify.
pub(crate) const CHALLENGE_PARAMETER: &str = "challenge";

/// With fewer seconds than this to go, a resend makes a new code.
pub(crate) const TOO_SHORT_S: u32 = 60;

/// Makes the next code challenge of a sign-in, and the mail for it if one is due.
///
/// The first challenge after the password makes a code and mails it. After a wrong answer the code stays and nothing is
/// mailed. `clientMetadata.action` asks for the same code again (`resend`; a new one if it has ended, or nearly) or for
/// nothing but a fresh session (`wait`). A sign-in whose mail is held back gets its code with the first request that
/// finds a place.
///
/// # Errors
/// The event is not one of this trigger or follows no password, the user's address cannot or may not be written to, the
/// sign-in has ended, or the settings are outside their limits.
pub fn create(settings: &Settings, event: &Value, facts: &Facts<'_>) -> Result<Created, Refusal> {
    make(settings, event, facts, None)
}

/// The same challenge for the case that its mail did not leave: the code from before stays.
///
/// # Errors
/// Those of [`create`], and [`Refusal::MailNotSent`] for the first mail of a sign-in that nobody took in time.
pub fn create_without_mail(
    settings: &Settings,
    event: &Value,
    facts: &Facts<'_>,
    why: NotSent,
) -> Result<Created, Refusal> {
    make(settings, event, facts, Some(why))
}

fn make(
    settings: &Settings,
    event: &Value,
    facts: &Facts<'_>,
    not_sent: Option<NotSent>,
) -> Result<Created, Refusal> {
    settings.check().map_err(Refusal::Settings)?;
    let caller = Caller::read(settings, event)?;
    if caller.request("challengeName").and_then(Value::as_str) != Some("CUSTOM_CHALLENGE") {
        return Err(Refusal::Malformed(
            "the challenge to create is not CUSTOM_CHALLENGE",
        ));
    }
    let stage = Stage::read(&caller, settings.keys.as_ref()).map_err(|_| Refusal::NotThisFlow)?;
    let mut warnings = Vec::new();
    let recipient = Recipient::of(settings, &caller, &mut warnings)?;
    let print = caller.fingerprint(&settings.attribute, facts.sign_in.unwrap_or_default());
    let book = Book::open(settings, &caller, facts, &mut warnings).of_event(&print);
    let now = Moment::from_epoch_s(facts.now);
    let maker = Maker {
        settings,
        caller,
        facts,
        print,
        now,
        book,
        warnings,
        not_sent,
        mailing: false,
        notice: false,
    };
    match stage {
        Stage::PasswordProven { native_factor } => maker.first(event, &recipient, native_factor),
        Stage::CodeAnswered { last, right: false } => maker.next(event, &recipient, last),
        Stage::CodeAnswered { right: true, .. } | Stage::Named => Err(Refusal::NotThisFlow),
    }
}

/// One call at work.
struct Maker<'a> {
    settings: &'a Settings,
    caller: Caller<'a>,
    facts: &'a Facts<'a>,
    /// What this event and no other is; it holds pool, client and user.
    print: [u8; 32],
    now: Moment,
    book: Book<'a>,
    warnings: Vec<Warning>,
    /// Why no mail leaves, if the caller knows that.
    not_sent: Option<NotSent>,
    mailing: bool,
    notice: bool,
}

impl Maker<'_> {
    fn first(
        mut self,
        event: &Value,
        recipient: &Recipient,
        native_factor: bool,
    ) -> Result<Created, Refusal> {
        let place = self.book.place(&self.caller);
        self.book = self.book.of_place(place);
        let mut round = Round {
            number: 1,
            attempts: 0,
            result: LastResult::Held,
            mail: MailState::Ok,
            format: self.settings.code,
            started: self.book.repeats().unwrap_or(self.now),
            sign_in: [0; SIGN_IN_BYTES],
            instance: Default::default(),
            place,
            native_factor,
            code: None,
            replaced: Vec::new(),
            mails: Vec::new(),
            ledger_number: 0,
            signer: Signer::of_new_sign_in(self.settings.keys.as_ref(), self.facts.entropy),
        };
        round.draw_names(self.facts.entropy);
        let repeated = self.book.repeats().unwrap_or(self.now);
        if self
            .book
            .is_used(&self.nonce(&round, self.issue_time(repeated), 0))
        {
            // What looks like this event again has led to tokens: this is another sign-in.
            self.book.forget_event();
            round.started = self.now;
        }
        round.result = match self.book.shut() {
            Some(shut) => shut,
            None if self.mail(&mut round, true) => LastResult::Sent,
            None if self.not_sent == Some(NotSent::Failed) => return Err(Refusal::MailNotSent),
            None => LastResult::Held,
        };
        self.notice = self.book.owed_notice();
        if round.result == LastResult::Held && self.not_sent.is_none() {
            self.warnings.push(Warning::MailCapped);
            self.notice = self.book.held_back() || self.notice;
        }
        Ok(self.finish(event, round, recipient))
    }

    fn next(mut self, event: &Value, recipient: &Recipient, last: Round) -> Result<Created, Refusal> {
        self.book = self.book.of_place(last.place);
        if self.book.is_behind(&last) {
            self.warnings.push(Warning::LedgerBehind);
        }
        let action = self.caller.action();
        let judged_wrong = self.book.was_judged_wrong(&self.caller, &last);
        let number = last.number.checked_add(1).ok_or(Refusal::NotThisFlow)?;
        let attempts = last.attempts.saturating_add(u8::from(judged_wrong));
        if attempts >= self.settings.max_attempts {
            return Err(Refusal::NotThisFlow);
        }
        if self.now >= last.ends() || self.needs_a_code_too_late(&last) {
            return Err(Refusal::Ended);
        }
        let mut round = Round {
            number,
            attempts,
            ..last
        };
        if !round.is_named() {
            round.draw_names(self.facts.entropy);
        }
        round.result = match self.book.shut() {
            Some(shut) => shut,
            None if round.code.is_none() => match self.mail(&mut round, true) {
                true => LastResult::Sent,
                false => LastResult::Held,
            },
            None if action == Some(Action::Resend) => self.resend(&mut round),
            None => self.state(&round).unwrap_or_else(|| match action {
                None if judged_wrong => LastResult::Wrong,
                // It was judged to be a code that a newer one replaced.
                None => LastResult::Expired,
                Some(_) => self.unchanged(&round),
            }),
        };
        Ok(self.finish(event, round, recipient))
    }

    /// Whether this request asks for a new code that could not live its whole life in this sign-in.
    fn needs_a_code_too_late(&self, last: &Round) -> bool {
        needs_a_code(&self.caller, &self.book, last, self.now)
            && !last.has_time_for_a_code(self.now, self.settings.code_life_s())
    }

    /// What the code's own state says, before anything that was asked or answered.
    fn state(&self, round: &Round) -> Option<LastResult> {
        match () {
            () if self.book.use_of(round) != Use::No => Some(LastResult::Used),
            () if round.code_left_s(self.now) == 0 => Some(LastResult::Expired),
            () => None,
        }
    }

    /// Nothing happened: the form keeps showing what it shows, as long as that holds.
    fn unchanged(&self, round: &Round) -> LastResult {
        match round.result {
            LastResult::TooSoon if self.book.mail_wait_s(&round.mails) > 0 => LastResult::TooSoon,
            LastResult::TooSoon
            | LastResult::Locked
            | LastResult::Closed
            | LastResult::Held
            | LastResult::Used => {
                if round.mails.len() > 1 && round.replaced.is_empty() {
                    LastResult::Resent
                } else {
                    LastResult::Sent
                }
            }
            result => result,
        }
    }

    fn resend(&mut self, round: &mut Round) -> LastResult {
        let state = self.state(round);
        // A repeated event makes what its first delivery made.
        let repeated = self.book.repeats();
        let makes_new = state.is_some() || round.code_left_s(repeated.unwrap_or(self.now)) < TOO_SHORT_S;
        if repeated.is_none() && self.book.mail_wait_s(&round.mails) > 0 {
            return state.unwrap_or(LastResult::TooSoon);
        }
        match self.mail(round, makes_new) {
            true if makes_new => LastResult::Sent,
            true => LastResult::Resent,
            false => state.unwrap_or(LastResult::NotSent),
        }
    }

    /// Mails the code of this round, or a new one, if the limits allow. Says whether the mail is on its way.
    fn mail(&mut self, round: &mut Round, makes_new: bool) -> bool {
        let delivered = self.book.repeats();
        let verdict = self.book.may_mail(&round.mails);
        if verdict == MailVerdict::Wait {
            return false;
        }
        if let Some(why) = self.not_sent {
            round.mail = why.into();
            if why == NotSent::Refused && verdict == MailVerdict::Go {
                // A request for mail to an address that refuses it takes up a place all the same.
                self.book.count_mail();
                round.mails.push(self.now);
            }
            return false;
        }
        // A repeated event gets the code that its first delivery made, and leaves the same round behind.
        let delivered = delivered.unwrap_or(self.now);
        if makes_new {
            let code = self.new_code(round, delivered);
            round.issue(code);
        }
        self.mailing = verdict == MailVerdict::Go;
        if self.mailing {
            self.book.count_mail();
        }
        round.mail = MailState::Ok;
        let mails = self.book.mails_of_event().max(1);
        round.mails.extend(std::iter::repeat_n(delivered, mails));
        true
    }

    /// The code for an event that was first delivered then. One that was used is never made again.
    fn new_code(&self, round: &Round, delivered: Moment) -> Issued {
        let at = self.issue_time(delivered);
        let nonces = (0..=u8::MAX).map(|turn| self.nonce(round, at, turn));
        let unused = nonces.into_iter().find(|nonce| !self.book.is_used(nonce));
        Issued {
            nonce: unused.unwrap_or_default(),
            at,
            expires: at.plus(self.settings.code_life_s()).min(round.ends()),
        }
    }

    fn issue_time(&self, delivered: Moment) -> Moment {
        match self.facts.ledger {
            LedgerSource::Exact(_) | LedgerSource::Table(_) => delivered,
            // Where the ledger of the first delivery may be out of reach, time is counted in steps: two deliveries then
            // agree all the same, unless a step lies between them.
            LedgerSource::FromEvent | LedgerSource::Fresh(_) => delivered.round_down(REPEAT_WINDOW_S),
        }
    }

    fn nonce(&self, round: &Round, at: Moment, turn: u8) -> [u8; NONCE_BYTES] {
        let (at, turn) = (at.to_bytes(), [turn]);
        let parts: [&[u8]; 3] = [&self.print, &at, &turn];
        round.signer.key().keyed_short(Purpose::Nonce, &parts)
    }

    fn finish(mut self, event: &Value, mut round: Round, recipient: &Recipient) -> Created {
        match round.result {
            LastResult::Locked => self.warnings.push(Warning::Locked),
            LastResult::Closed => self.warnings.push(Warning::Closed),
            _ => {}
        }
        round.ledger_number = self.book.number();
        let text = round.seal(&self.caller);
        let parameters = parameters::Parameters {
            settings: self.settings,
            caller: &self.caller,
            book: &self.book,
            round: &round,
            masked: &recipient.masked,
            now: self.now,
        };
        let response = respond(
            event,
            [
                ("publicChallengeParameters", parameters.to_json()),
                ("privateChallengeParameters", json!({ CHALLENGE_PARAMETER: text })),
                ("challengeMetadata", json!(text)),
            ],
        );
        let code = round.code.filter(|_| self.mailing);
        let mail = code.map(|code| self.letter(&round, &code, recipient));
        let notice = self
            .notice
            .then(|| notice::letter(self.settings, &self.caller, recipient, self.facts, self.now));
        Created {
            response,
            mail,
            notice,
            ledger: self.book.close(&self.caller),
            result: round.result,
            warnings: self.warnings,
        }
    }

    fn letter(&self, round: &Round, code: &Issued, recipient: &Recipient) -> CodeMail {
        let id = round
            .signer
            .key()
            .keyed_short(Purpose::MailId, &[&code.nonce, &self.print]);
        let letter = Letter {
            settings: self.settings,
            locale: recipient::language(&self.caller, self.settings),
            code: round.code_of(code, &self.caller),
            issued: code.at,
            expires: code.expires,
            zone: Zone::named(self.caller.attribute("zoneinfo")),
            asker: self.facts.asker,
        };
        letter.to(&recipient.address, id, recipient.discard)
    }
}

/// Whether a request of this sign-in needs a code that is not there yet.
pub(crate) fn needs_a_code(caller: &Caller<'_>, book: &Book<'_>, last: &Round, now: Moment) -> bool {
    let has_ended = || book.use_of(last) != Use::No || last.code_left_s(now) < TOO_SHORT_S;
    last.code.is_none() || (caller.action() == Some(Action::Resend) && has_ended())
}
