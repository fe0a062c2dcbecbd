//! Define: what comes next in this sign-in?

use serde_json::{Value, json};

use crate::book::Book;
use crate::create::needs_a_code;
use crate::device::DeviceToken;
use crate::event::{Caller, respond};
use crate::facts::Facts;
use crate::outcome::{Decision, Defined, Warning, WhyFailed};
use crate::refusal::Refusal;
use crate::round::Round;
use crate::session::Stage;
use crate::settings::Settings;
use crate::time::Moment;

/// Most code challenges in one sign-in. A person resends a few times; a form that keeps a session alive for half an hour
/// asks two dozen times.
const MOST_ROUNDS: u8 = 40;

/// Decides what comes next: the password, a code, tokens, or the end.
///
/// Tokens follow only on a list that starts with the proven password and ends with a right code of ours; where trusted
/// devices are on, the token of one stands for the code. Every list that the rules do not name fails the sign-in.
///
/// # Errors
/// The event is no object or comes from another pool, or the settings are outside their limits.
pub fn define(settings: &Settings, event: &Value, facts: &Facts<'_>) -> Result<Defined, Refusal> {
    settings.check().map_err(Refusal::Settings)?;
    if !event.is_object() {
        return Err(Refusal::Malformed("the event is no object"));
    }
    let mut warnings = Vec::new();
    let decision = match Caller::read(settings, event) {
        Ok(caller) => decide(settings, &caller, facts, &mut warnings),
        Err(Refusal::Malformed(what)) => Decision::Fail(WhyFailed::Malformed(what)),
        Err(refusal) => return Err(refusal),
    };
    if settings.keys.is_none() && !warnings.contains(&Warning::SessionOnly) {
        warnings.push(Warning::SessionOnly);
    }
    let challenge = match decision {
        Decision::AskPassword => json!("PASSWORD_VERIFIER"),
        Decision::AskCode => json!("CUSTOM_CHALLENGE"),
        Decision::Tokens | Decision::Fail(_) => Value::Null,
    };
    let response = respond(
        event,
        [
            ("challengeName", challenge),
            ("issueTokens", json!(decision == Decision::Tokens)),
            ("failAuthentication", json!(matches!(decision, Decision::Fail(_)))),
        ],
    );
    Ok(Defined {
        response,
        decision,
        warnings,
    })
}

/// Whether [`define`] looks into the ledger for this event: a caller for whom reading it costs something need not read it
/// otherwise.
#[must_use]
pub fn define_needs_ledger(settings: &Settings, event: &Value) -> bool {
    if settings.keys.is_none() {
        return false;
    }
    Caller::read(settings, event).is_ok_and(|caller| match Stage::read(&caller, settings.keys.as_ref()) {
        Ok(Stage::PasswordProven { .. }) => DeviceToken::trusted_one(settings, &caller).is_some(),
        Ok(Stage::CodeAnswered { right, .. }) => !right,
        Ok(Stage::Named) | Err(_) => false,
    })
}

fn decide(
    settings: &Settings,
    caller: &Caller<'_>,
    facts: &Facts<'_>,
    warnings: &mut Vec<Warning>,
) -> Decision {
    match Stage::read(caller, settings.keys.as_ref()) {
        Ok(Stage::Named) => Decision::AskPassword,
        Ok(Stage::PasswordProven { .. }) if is_trusted_device(settings, caller, facts) => Decision::Tokens,
        Ok(Stage::PasswordProven { .. }) => Decision::AskCode,
        Ok(Stage::CodeAnswered { last, right: true }) => after_right(settings, caller, &last),
        Ok(Stage::CodeAnswered { last, right: false }) => {
            let book = Book::open(settings, caller, facts, warnings).of_place(last.place);
            after_wrong(settings, caller, &book, &last, Moment::from_epoch_s(facts.now))
        }
        Err(why) => Decision::Fail(why),
    }
}

fn after_right(settings: &Settings, caller: &Caller<'_>, last: &Round) -> Decision {
    match () {
        // Verify evaluates no answer that comes with an action, and none before a code, so this "right" is not its word.
        () if caller.action().is_some() || last.code.is_none() => {
            Decision::Fail(WhyFailed::RightBesideAnAction)
        }
        () if caller.unknown => Decision::Fail(WhyFailed::UnknownUser),
        () if last.attempts >= settings.max_attempts => Decision::Fail(WhyFailed::AttemptsSpent),
        () => Decision::Tokens,
    }
}

fn after_wrong(
    settings: &Settings,
    caller: &Caller<'_>,
    book: &Book<'_>,
    last: &Round,
    now: Moment,
) -> Decision {
    // Of the answers before the last one the round itself knows.
    let judged_wrong = book.was_judged_wrong(caller, last);
    let attempts = last.attempts.saturating_add(u8::from(judged_wrong));
    let is_too_late =
        || needs_a_code(caller, book, last, now) && !last.has_time_for_a_code(now, settings.code_life_s());
    match () {
        () if attempts >= settings.max_attempts => Decision::Fail(WhyFailed::AttemptsSpent),
        () if last.number >= MOST_ROUNDS => Decision::Fail(WhyFailed::TooManyRounds),
        () if now >= last.ends() || is_too_late() => Decision::Fail(WhyFailed::Ended),
        () => Decision::AskCode,
    }
}

/// Whether the password answer came with the token of a device that its owner told us to trust.
fn is_trusted_device(settings: &Settings, caller: &Caller<'_>, facts: &Facts<'_>) -> bool {
    let sent = DeviceToken::trusted_one(settings, caller);
    sent.is_some_and(|token| {
        let book = Book::open(settings, caller, facts, &mut Vec::new());
        token.is_alive(settings.trusted_device_days, facts) && book.trusts(token.id)
    })
}
