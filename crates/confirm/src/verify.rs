//! Verify: is the answer the code?

use serde_json::{Value, json};

use crate::create::CHALLENGE_PARAMETER;
use crate::device::DeviceToken;
use crate::event::{Caller, respond};
use crate::facts::Facts;
use crate::limits::Book;
use crate::outcome::{Outcome, Refusal, Verified, Warning};
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
    let (outcome, ledger) = if caller.action().is_some() {
        (Outcome::NotEvaluated, None)
    } else {
        let mut book = Book::open(settings, &caller, facts, &mut warnings);
        let round =
            challenge_text(&caller).and_then(|text| Round::open(text, settings.keys.as_ref(), &caller));
        if round.as_ref().is_some_and(|round| book.is_behind(round)) {
            warnings.push(Warning::LedgerBehind);
        }
        let outcome = judge(
            settings,
            &caller,
            &book,
            round.as_ref(),
            Moment::from_epoch_s(facts.now),
        );
        match (outcome, &round) {
            (Outcome::Right, Some(round)) => {
                book.right_code(round);
                trust_device(settings, &caller, &mut book);
            }
            (Outcome::Wrong | Outcome::NotOurs, _) => {
                book.wrong_code();
                if book.lock_left_s() > 0 {
                    warnings.push(Warning::Locked);
                }
            }
            (Outcome::Locked, _) => warnings.push(Warning::Locked),
            _ => {}
        }
        (outcome, book.close(&caller))
    };
    let event = respond(event, [("answerCorrect", json!(outcome == Outcome::Right))]);
    Ok(Verified {
        event,
        ledger,
        outcome,
        warnings,
    })
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
    let matches = round.code(caller).matches(answer);
    match () {
        () if caller.unknown => Outcome::UnknownUser,
        () if round.attempts >= settings.max_attempts => Outcome::AttemptsSpent,
        () if book.lock_left_s() > 0 => Outcome::Locked,
        () if now >= round.expires => Outcome::Expired,
        () if book.is_used(round) => Outcome::Used,
        () if matches => Outcome::Right,
        () => Outcome::Wrong,
    }
}

fn challenge_text<'a>(caller: &Caller<'a>) -> Option<&'a str> {
    caller
        .request("privateChallengeParameters")?
        .get(CHALLENGE_PARAMETER)?
        .as_str()
}

/// A device token beside a right code is the wish to trust the device that it was given to.
fn trust_device(settings: &Settings, caller: &Caller<'_>, book: &mut Book<'_>) {
    if let Some(token) = settings
        .trusted_device_keys()
        .and_then(|keys| DeviceToken::sent(keys, caller))
    {
        book.trust(&token);
    }
}
