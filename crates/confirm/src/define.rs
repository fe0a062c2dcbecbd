//! Define: what comes next in this sign-in?

use serde_json::{Value, json};

use crate::device::DeviceToken;
use crate::event::{Caller, respond};
use crate::facts::Facts;
use crate::limits::Book;
use crate::outcome::{Decision, Defined, Refusal, WhyFailed};
use crate::session::Stage;
use crate::settings::Settings;

/// Most code challenges in one sign-in. A person resends a few times; a form that keeps a session alive for ten minutes
/// asks a dozen times.
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
    let decision = match Caller::read(settings, event) {
        Ok(caller) => decide(settings, &caller, facts),
        Err(Refusal::Malformed(_)) => Decision::Fail(WhyFailed::NotThisFlow),
        Err(refusal) => return Err(refusal),
    };
    let challenge = match decision {
        Decision::AskPassword => json!("PASSWORD_VERIFIER"),
        Decision::AskCode => json!("CUSTOM_CHALLENGE"),
        Decision::Tokens | Decision::Fail(_) => Value::Null,
    };
    let event = respond(
        event,
        [
            ("challengeName", challenge),
            ("issueTokens", json!(decision == Decision::Tokens)),
            ("failAuthentication", json!(matches!(decision, Decision::Fail(_)))),
        ],
    );
    Ok(Defined { event, decision })
}

fn decide(settings: &Settings, caller: &Caller<'_>, facts: &Facts<'_>) -> Decision {
    let (last, right) = match Stage::read(caller, settings.keys.as_ref()) {
        Stage::Named => return Decision::AskPassword,
        Stage::PasswordProven if is_trusted_device(settings, caller, facts) => return Decision::Tokens,
        Stage::PasswordProven => return Decision::AskCode,
        Stage::CodeAnswered { last, right } => (last, right),
        Stage::Unnamed => return Decision::Fail(WhyFailed::NotThisFlow),
    };
    // The last answer came with this request's action or without one; of those before it the round itself knows.
    let evaluated = caller.action().is_none();
    let attempts = last.attempts.saturating_add(u8::from(evaluated));
    if right {
        return match () {
            // Verify evaluates no answer that comes with an action, so this "right" is not its word.
            () if !evaluated => Decision::Fail(WhyFailed::NotThisFlow),
            () if caller.unknown => Decision::Fail(WhyFailed::UnknownUser),
            () if attempts > settings.max_attempts => Decision::Fail(WhyFailed::AttemptsSpent),
            () => Decision::Tokens,
        };
    }
    if attempts >= settings.max_attempts {
        Decision::Fail(WhyFailed::AttemptsSpent)
    } else if last.number >= MOST_ROUNDS {
        Decision::Fail(WhyFailed::TooManyRounds)
    } else {
        Decision::AskCode
    }
}

/// Whether the password answer came with the token of a device that its owner told us to trust.
fn is_trusted_device(settings: &Settings, caller: &Caller<'_>, facts: &Facts<'_>) -> bool {
    let sent = settings
        .trusted_device_keys()
        .and_then(|keys| DeviceToken::sent(keys, caller));
    let Some(token) = sent.filter(|_| !caller.unknown) else {
        return false;
    };
    let book = Book::open(settings, caller, facts, &mut Vec::new());
    token.is_alive(settings.trusted_device_days, facts) && book.trusts(&token)
}
