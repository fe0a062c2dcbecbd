//! Create: a challenge, and the mail that makes it answerable.

use serde_json::{Map, Value, json};

use crate::device::{DEVICE_TOKEN, DeviceToken};
use crate::event::{Action, Caller, respond};
use crate::facts::{Facts, LedgerSource};
use crate::keys::Purpose;
use crate::limits::{Book, MailVerdict, REPEAT_WINDOW_S};
use crate::mail::{CodeMail, Letter, Locale, Zone};
use crate::outcome::{Created, LastResult, Refusal, Warning};
use crate::recipient::Recipient;
use crate::round::{NONCE_BYTES, Round, Signer};
use crate::session::Stage;
use crate::settings::Settings;
use crate::time::Moment;

/// The private challenge parameter that carries the round to Verify.
pub(crate) const CHALLENGE_PARAMETER: &str = "challenge";

/// Makes the next code challenge of a sign-in, and the mail for it if one is due.
///
/// The first challenge after the password makes a code and mails it. After a wrong answer the code stays and nothing is
/// mailed. `clientMetadata.action` asks for the same code again (`resend`; a new one if it has ended) or for nothing but
/// a fresh session (`wait`).
///
/// # Errors
/// The event is not one of this trigger or follows no password, the user's address cannot or may not be written to, or
/// the settings are outside their limits.
pub fn create(settings: &Settings, event: &Value, facts: &Facts<'_>) -> Result<Created, Refusal> {
    settings.check().map_err(Refusal::Settings)?;
    let caller = Caller::read(settings, event)?;
    if caller.request("challengeName").and_then(Value::as_str) != Some("CUSTOM_CHALLENGE") {
        return Err(Refusal::Malformed(
            "the challenge to create is not CUSTOM_CHALLENGE",
        ));
    }
    let mut warnings = Vec::new();
    let recipient = Recipient::of(settings, &caller, &mut warnings)?;
    let print = caller.fingerprint(&settings.attribute, facts.sign_in.unwrap_or_default());
    let book = Book::open(settings, &caller, facts, &mut warnings).of_event(&print);
    let now = Moment::from_epoch_s(facts.now);
    let mut maker = Maker {
        settings,
        caller,
        facts,
        print,
        now,
        book,
        warnings,
        mailing: false,
    };
    let round = match Stage::read(&caller, settings.keys.as_ref()) {
        Stage::PasswordProven => maker.first_round(),
        Stage::CodeAnswered { last, right: false } => maker.next_round(last)?,
        Stage::CodeAnswered { right: true, .. } | Stage::Named | Stage::Unnamed => {
            return Err(Refusal::NotThisFlow);
        }
    };
    Ok(maker.finish(event, &round, &recipient))
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
    mailing: bool,
}

impl Maker<'_> {
    fn first_round(&mut self) -> Round {
        let mut round = Round {
            number: 1,
            attempts: 0,
            result: LastResult::Sent,
            mails: 0,
            format: self.settings.code,
            issued: self.now,
            expires: self.now,
            mailed_at: Moment::START,
            ledger_number: 0,
            nonce: [0; NONCE_BYTES],
            signer: Signer::of_new_sign_in(self.settings.keys.as_ref(), self.facts.entropy),
        };
        self.issue(&mut round);
        if self.is_locked() {
            round.result = LastResult::Locked;
        } else {
            self.mail(&mut round);
        }
        round
    }

    fn next_round(&mut self, last: Round) -> Result<Round, Refusal> {
        if self.book.is_behind(&last) {
            self.warnings.push(Warning::LedgerBehind);
        }
        let action = self.caller.action();
        let number = last.number.checked_add(1).ok_or(Refusal::NotThisFlow)?;
        let attempts = last.attempts.saturating_add(u8::from(action.is_none()));
        if attempts >= self.settings.max_attempts {
            return Err(Refusal::NotThisFlow);
        }
        let mut round = Round {
            number,
            attempts,
            ..last
        };
        round.result = match action {
            _ if self.is_locked() => LastResult::Locked,
            Some(Action::Resend) => self.resend(&mut round),
            _ if self.now >= round.expires => LastResult::Expired,
            None => LastResult::Wrong,
            Some(Action::Wait) => Self::unchanged(&round),
        };
        Ok(round)
    }

    /// Nothing happened: the form keeps showing what it shows, except that a lock has ended.
    fn unchanged(round: &Round) -> LastResult {
        match round.result {
            LastResult::Locked if round.mails == 0 => LastResult::Expired,
            LastResult::Locked => LastResult::Sent,
            result => result,
        }
    }

    fn resend(&mut self, round: &mut Round) -> LastResult {
        let repeated = self.book.repeats().is_some();
        if !repeated && self.book.cooldown_left_s(round.mailed_at) > 0 {
            return LastResult::TooSoon;
        }
        let ended = self.now >= round.expires;
        if ended {
            self.issue(round);
        }
        self.mail(round);
        if ended {
            LastResult::Sent
        } else {
            LastResult::Resent
        }
    }

    /// Gives the round a new code. A repeated event gets the one that its first delivery made.
    fn issue(&self, round: &mut Round) {
        let delivered = self.book.repeats().unwrap_or(self.now);
        round.issued = match self.facts.ledger {
            LedgerSource::Exact(_) => delivered,
            // Where the ledger of the first delivery may be out of reach, time is counted in steps: two deliveries then
            // agree all the same, unless a step lies between them.
            LedgerSource::FromEvent | LedgerSource::Fresh(_) => delivered.round_down(REPEAT_WINDOW_S),
        };
        round.expires = round.issued.plus(self.settings.code_ttl_s);
        let parts: [&[u8]; 2] = [&self.print, &round.issued.to_bytes()];
        round.nonce = round.signer.key().keyed_short(Purpose::Nonce, &parts);
    }

    /// Mails the code of this round if the limits allow. What they forbid looks, from outside, as if it had been done.
    fn mail(&mut self, round: &mut Round) {
        match self.book.mail(round) {
            verdict @ (MailVerdict::Go | MailVerdict::SentBefore) => {
                self.mailing = verdict == MailVerdict::Go;
                round.mails = round.mails.saturating_add(1);
                // A repeated event leaves the same round behind as its first delivery.
                round.mailed_at = self.book.repeats().unwrap_or(self.now);
            }
            MailVerdict::TooSoon => self.warnings.push(Warning::MailCapped),
            MailVerdict::Capped => {
                round.mailed_at = self.now;
                self.warnings.push(Warning::MailCapped);
            }
        }
        round.ledger_number = self.book.number();
    }

    fn is_locked(&mut self) -> bool {
        let locked = self.book.lock_left_s() > 0;
        if locked && !self.warnings.contains(&Warning::Locked) {
            self.warnings.push(Warning::Locked);
        }
        locked
    }

    fn finish(self, event: &Value, round: &Round, recipient: &Recipient) -> Created {
        let text = round.seal(&self.caller);
        let event = respond(
            event,
            [
                (
                    "publicChallengeParameters",
                    self.public_parameters(round, recipient),
                ),
                ("privateChallengeParameters", json!({ CHALLENGE_PARAMETER: text })),
                ("challengeMetadata", json!(text)),
            ],
        );
        let mail = self.mailing.then(|| self.letter(round, recipient));
        Created {
            event,
            mail,
            ledger: self.book.close(&self.caller),
            result: round.result,
            warnings: self.warnings,
        }
    }

    /// What the form may know, all of it text.
    fn public_parameters(&self, round: &Round, recipient: &Recipient) -> Value {
        let cooldown = self.book.cooldown_left_s(round.mailed_at);
        let resend_in = if round.result == LastResult::Locked {
            cooldown.max(self.book.lock_left_s())
        } else {
            cooldown
        };
        let attempts_left = self.settings.max_attempts.saturating_sub(round.attempts);
        let mut parameters = Map::new();
        let mut set = |name: &str, value: String| parameters.insert(name.to_owned(), Value::String(value));
        set("CODE_DELIVERY_DELIVERY_MEDIUM", "EMAIL".to_owned());
        set("CODE_DELIVERY_DESTINATION", recipient.masked.clone());
        set("codeLength", round.format.length.to_string());
        set("codeAlphabet", round.format.alphabet.as_str().to_owned());
        set("expiresIn", round.expires.since(self.now).to_string());
        set("resendIn", resend_in.to_string());
        set("attemptsLeft", attempts_left.to_string());
        set("result", round.result.as_str().to_owned());
        if let Some(keys) = self.settings.trusted_device_keys() {
            set(
                DEVICE_TOKEN,
                DeviceToken::new(keys, self.facts).seal(keys, &self.caller),
            );
        }
        Value::Object(parameters)
    }

    fn letter(&self, round: &Round, recipient: &Recipient) -> CodeMail {
        let id = round
            .signer
            .key()
            .keyed_short(Purpose::MailId, &[&round.nonce, &self.print]);
        let letter = Letter {
            settings: self.settings,
            locale: Locale::choose(
                self.caller.client_metadata("locale").and_then(Value::as_str),
                self.caller.attribute("locale"),
                self.settings.locale,
            ),
            code: round.code(&self.caller),
            issued: round.issued,
            expires: round.expires,
            zone: Zone::named(self.caller.attribute("zoneinfo")),
            asker: self.facts.asker,
        };
        letter.to(&recipient.address, id, recipient.discard)
    }
}
