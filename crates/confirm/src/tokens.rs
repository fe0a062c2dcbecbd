//! The optional fourth function, before tokens are made (PreTokenGeneration).

use serde_json::{Value, json};

use crate::event::{answered, respond};
use crate::facts::Facts;
use crate::grants::{self, Road};
use crate::refusal::Refusal;
use crate::settings::Settings;

/// Keeps the ledger out of the ID token, and refuses tokens to a sign-in that set a new password: that road ends in
/// tokens without a code. The new password stays set; the person signs in with it, and with a code.
///
/// It adds no `amr`: Cognito ignores a claim of that name from this function, and the event does not tell by which road
/// the sign-in came, so that any other claim could promise a code that was never typed.
///
/// # Errors
/// The event is no object, comes from another pool or from a sign-in that set a new password, or the settings are outside
/// their limits.
pub fn pre_token_generation(settings: &Settings, event: &Value) -> Result<Value, Refusal> {
    settings.check().map_err(Refusal::Settings)?;
    if !event.is_object() {
        return Err(Refusal::Malformed("the event is no object"));
    }
    let pool = event.get("userPoolId").and_then(Value::as_str);
    if settings
        .user_pool_id
        .as_deref()
        .is_some_and(|expected| pool != Some(expected))
    {
        return Err(Refusal::OtherPool);
    }
    if event.get("triggerSource").and_then(Value::as_str) == Some("TokenGeneration_NewPasswordChallenge") {
        return Err(Refusal::NewPasswordOnly);
    }
    let suppressed = json!({ "claimsToSuppress": [settings.attribute] });
    let response = match event.get("version").and_then(Value::as_str) {
        Some("2" | "3") => respond(
            event,
            [(
                "claimsAndScopeOverrideDetails",
                json!({ "idTokenGeneration": suppressed }),
            )],
        ),
        _ => respond(event, [("claimsOverrideDetails", suppressed)]),
    };
    Ok(answered(event.clone(), response))
}

/// Whether [`pre_token_generation_behind_code`] needs the ledger of the user to answer this event.
///
/// # Errors
/// Those of [`pre_token_generation`], and [`Refusal::CodeRequired`] for a road that no code opens.
pub fn door_needs_ledger(settings: &Settings, event: &Value) -> Result<bool, Refusal> {
    pre_token_generation(settings, event)?;
    match grants::road(settings, event) {
        Road::Open => Ok(false),
        Road::NeedsCode => Ok(true),
        Road::Shut => Err(Refusal::CodeRequired),
    }
}

/// What [`pre_token_generation_behind_code`] returns.
#[derive(Clone)]
pub struct Admitted {
    /// The whole event, its `response` filled.
    pub event: Value,
    /// The new text of the ledger, to be written before `event` is returned and over nothing but what was read.
    pub ledger: Option<String>,
}

impl std::fmt::Debug for Admitted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Admitted(_)")
    }
}

/// [`pre_token_generation`] for a sign-in that needs a right code: it passes once with the name of a sign-in whose code
/// was right within the last minute, or with the token of a trusted device. The ledger must come from a place that is
/// written over nothing but what was read.
///
/// # Errors
/// Those of [`pre_token_generation`], and [`Refusal::CodeRequired`].
pub fn pre_token_generation_behind_code(
    settings: &Settings,
    event: &Value,
    facts: &Facts<'_>,
) -> Result<Admitted, Refusal> {
    let answered = pre_token_generation(settings, event)?;
    let ledger = match grants::road(settings, event) {
        Road::Open => None,
        Road::NeedsCode => grants::pass(settings, event, facts)?,
        Road::Shut => return Err(Refusal::CodeRequired),
    };
    Ok(Admitted {
        event: answered,
        ledger,
    })
}
