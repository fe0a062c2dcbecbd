//! The optional fourth function, before tokens are made (PreTokenGeneration).

use serde_json::{Value, json};

use crate::event::respond;
use crate::outcome::Refusal;
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
    Ok(match event.get("version").and_then(Value::as_str) {
        Some("2" | "3") => respond(
            event,
            [(
                "claimsAndScopeOverrideDetails",
                json!({ "idTokenGeneration": suppressed }),
            )],
        ),
        _ => respond(event, [("claimsOverrideDetails", suppressed)]),
    })
}
