//! The optional function before tokens are made.

use poolhouse_confirm::{Refusal, Settings, pre_token_generation};
use serde_json::{Value, json};

use crate::kit::{event, settings};

fn event_of(version: &str, source: &str) -> Value {
    let mut event = event("TokenGeneration", json!({ "groupConfiguration": {} }));
    event["version"] = json!(version);
    event["triggerSource"] = json!(source);
    event
}

#[test]
fn the_ledger_stays_out_of_the_id_token() {
    let suppressed = json!({ "claimsToSuppress": ["custom:authChallenge"] });
    for (version, response) in [
        ("1", json!({ "claimsOverrideDetails": suppressed })),
        (
            "2",
            json!({ "claimsAndScopeOverrideDetails": { "idTokenGeneration": suppressed } }),
        ),
        (
            "3",
            json!({ "claimsAndScopeOverrideDetails": { "idTokenGeneration": suppressed } }),
        ),
    ] {
        let mut event = event_of(version, "TokenGeneration_Authentication");
        let after = pre_token_generation(&settings(), &event).unwrap();
        event["response"] = response;
        assert_eq!(after, event);
    }
}

#[test]
fn setting_a_new_password_gives_no_tokens() {
    let refusal = pre_token_generation(
        &settings(),
        &event_of("1", "TokenGeneration_NewPasswordChallenge"),
    );
    assert_eq!(refusal.clone().unwrap_err(), Refusal::NewPasswordOnly);
    assert_eq!(
        refusal.unwrap_err().to_string(),
        "Your new password is set. Please sign in with it"
    );
}

#[test]
fn other_pools_and_other_things_are_refused() {
    let settings = Settings {
        user_pool_id: Some("eu-central-1_Other0000".to_owned()),
        ..settings()
    };
    let event = event_of("1", "TokenGeneration_Authentication");
    assert_eq!(
        pre_token_generation(&settings, &event).unwrap_err(),
        Refusal::OtherPool
    );
    let refused = pre_token_generation(&settings, &json!(1)).unwrap_err();
    assert_eq!(refused.reason(), "the event is no object");
}
