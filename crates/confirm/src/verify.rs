//! Verify: is the answer the code?

use serde_json::{Value, json};

use crate::book::{Book, Use};
use crate::create::CHALLENGE_PARAMETER;
use crate::device;
use crate::event::{Caller, respond};
use crate::facts::{Facts, LedgerSource};
use crate::grants;
use crate::mail::CodeMail;
use crate::notice;
use crate::outcome::{LastResult, Outcome, Verified, Warning};
use crate::parameters::{offers_trust, place_token};
use crate::recipient::Recipient;
use crate::refusal::Refusal;
use crate::round::Round;
use crate::settings::Settings;
use crate::time::Moment;

/// Evaluates an answer, unless the request carries an action.
///
/// The code is made again from the key and what the challenge remembers; a challenge that was not made for this pool,
/// client and user is wrong whatever the answer.
///
/// # Errors
/// The event is not one of this trigger or comes from another pool, or the settings are outside their limits.
pub fn verify(settings: &Settings, event: &Value, facts: &Facts<'_>) -> Result<Verified, Refusal> {
    settings.check().map_err(Refusal::Settings)?;
    let caller = Caller::read(settings, event)?;
    let mut warnings = Vec::new();
    if caller.action().is_some() {
        return Ok(Verified::new(event, Outcome::NotEvaluated, warnings));
    }
    let round = challenge_text(&caller).and_then(|text| Round::open(text, settings.keys.as_ref(), &caller));
    let place = round.as_ref().and_then(|round| round.place);
    let mut book = Book::open(settings, &caller, facts, &mut warnings).of_place(place);
    if round.as_ref().is_some_and(|round| book.is_behind(round)) {
        warnings.push(Warning::LedgerBehind);
    }
    let now = Moment::from_epoch_s(facts.now);
    let outcome = judge(settings, &caller, &book, round.as_ref(), now);
    let mut judge = Judge {
        settings,
        caller: &caller,
        facts,
        now,
    };
    let mut verified = Verified::new(event, outcome, Vec::new());
    match (outcome, &round) {
        (Outcome::Right, Some(round)) => verified.place_token = judge.right(&mut book, round),
        (Outcome::Replaced, Some(round)) => book.replaced_code(round),
        (Outcome::Wrong | Outcome::NotOurs, round) => {
            verified.notice = judge.wrong(&mut book, round.as_ref())
        }
        _ => {}
    }
    match book.shut() {
        Some(LastResult::Closed) => warnings.push(Warning::Closed),
        Some(_) => warnings.push(Warning::Locked),
        None => {}
    }
    verified.warnings = warnings;
    verified.ledger = book.close(&caller);
    Ok(verified)
}

impl Verified {
    fn new(event: &Value, outcome: Outcome, warnings: Vec<Warning>) -> Self {
        Self {
            response: respond(event, [("answerCorrect", json!(outcome == Outcome::Right))]),
            ledger: None,
            notice: None,
            place_token: None,
            outcome,
            warnings,
        }
    }
}

/// The code is made and compared in every case, so that none of them is told by its time.
fn judge(
    settings: &Settings,
    caller: &Caller<'_>,
    book: &Book<'_>,
    round: Option<&Round>,
    now: Moment,
) -> Outcome {
    let answer = caller
        .request("challengeAnswer")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let Some(round) = round else {
        return Outcome::NotOurs;
    };
    let matches = |issued| round.code_of(issued, caller).matches(answer);
    let is_right = round.code.as_ref().is_some_and(matches);
    let shut = book.shut();
    match () {
        () if caller.unknown => Outcome::UnknownUser,
        () if round.attempts >= settings.max_attempts => Outcome::AttemptsSpent,
        () if shut == Some(LastResult::Closed) => Outcome::Closed,
        () if shut.is_some() => Outcome::Locked,
        () if round.code.is_none() => Outcome::Held,
        () => match book.use_of(round) {
            // The answer that used it, delivered again.
            Use::Here if is_right => Outcome::Right,
            Use::Here | Use::Elsewhere => Outcome::Used,
            Use::No if round.code_left_s(now) == 0 => Outcome::Expired,
            Use::No if is_right => Outcome::Right,
            Use::No if round.replaced.iter().any(matches) => Outcome::Replaced,
            Use::No => Outcome::Wrong,
        },
    }
}

fn challenge_text<'a>(caller: &Caller<'a>) -> Option<&'a str> {
    caller
        .request("privateChallengeParameters")?
        .get(CHALLENGE_PARAMETER)?
        .as_str()
}

/// What follows from an answer.
struct Judge<'a> {
    settings: &'a Settings,
    caller: &'a Caller<'a>,
    facts: &'a Facts<'a>,
    now: Moment,
}

impl Judge<'_> {
    /// Gives the place token that became good.
    fn right(&mut self, book: &mut Book<'_>, round: &Round) -> Option<String> {
        let token = place_token(self.settings, self.caller, round);
        let code = round.code.as_ref()?;
        if book.use_of(round) != Use::No {
            // Delivered again: everything was done the first time.
            return token.map(|(_, token)| token);
        }
        book.right_code(round, code);
        if matches!(self.facts.ledger, LedgerSource::Table(_))
            && self.settings.door.needs_code(self.caller.client)
        {
            let keys = self.settings.keys.as_ref()?;
            grants::leave(
                keys,
                self.caller,
                book.ledger_mut(),
                &round.sign_in_text(),
                self.now,
            );
        }
        let (id, token) = token?;
        let wants_trust = offers_trust(self.settings, round) && device::wants_trust(self.caller);
        book.remember(id, wants_trust);
        Some(token)
    }

    /// Gives the notice to the owner, if this answer ended a sign-in in which nobody knew the code.
    fn wrong(&mut self, book: &mut Book<'_>, round: Option<&Round>) -> Option<CodeMail> {
        book.wrong_code(round);
        let round = round?;
        if round.attempts.saturating_add(1) < self.settings.max_attempts {
            return None;
        }
        if !self.settings.notices_from_verify {
            book.owe_notice();
            return None;
        }
        let recipient = Recipient::of(self.settings, self.caller, &mut Vec::new()).ok()?;
        book.notice()
            .then(|| notice::letter(self.settings, self.caller, &recipient, self.facts, self.now))
    }
}
