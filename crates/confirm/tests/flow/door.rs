//! The door before tokens.

use poolhouse_confirm::{
    Admitted, Door, Facts, LedgerSource, Refusal, Settings, door_needs_ledger,
    pre_token_generation_behind_code,
};
use serde_json::{Value, json};

use crate::kit::{Pool, Source, Told, event, settings};

const CLIENT: &str = "3n4b5urk1ft4fl3mg5e62d9ado";

fn shut() -> Settings {
    Settings {
        door: Door {
            clients: vec![CLIENT.to_owned()],
            ..Door::default()
        },
        trusted_device_days: 30,
        ..settings()
    }
}

fn token_event(source: &str, metadata: &Value) -> Value {
    let mut event = event("TokenGeneration", json!({ "clientMetadata": metadata }));
    event["triggerSource"] = json!(format!("TokenGeneration_{source}"));
    event
}

fn pass(pool: &mut Pool, event: &Value) -> Result<Admitted, Refusal> {
    let mut facts = Facts::new(pool.now, &[7; 32]);
    facts.ledger = LedgerSource::Table(pool.ledger.as_deref());
    let admitted = pre_token_generation_behind_code(&pool.settings, event, &facts)?;
    if admitted.ledger.is_some() {
        pool.ledger.clone_from(&admitted.ledger);
    }
    Ok(admitted)
}

/// A sign-in with a right code, and what its client says again.
fn right_code(pool: &mut Pool) -> Value {
    let sign_in = pool.sign_in_to_the_end();
    json!({ "signIn": sign_in.public["signIn"] })
}

#[test]
fn a_right_code_opens_the_door_once_for_a_minute_and_for_its_own_sign_in() {
    let mut pool = Pool::new(shut(), Source::Table);
    let echo = right_code(&mut pool);
    let event = token_event("Authentication", &echo);
    for other in [
        Value::Null,
        json!({}),
        json!({ "signIn": "AAAAAAAAAAAAAAAA" }),
        json!({ "signIn": 1 }),
    ] {
        let refused = pass(&mut pool, &token_event("Authentication", &other)).unwrap_err();
        assert_eq!(refused, Refusal::CodeRequired, "{other}");
    }
    pool.now += 59;
    let admitted = pass(&mut pool, &event).unwrap();
    assert_eq!(
        admitted.event["response"]["claimsOverrideDetails"]["claimsToSuppress"],
        json!(["custom:authChallenge"])
    );
    // The same event within 15 seconds is a repeated delivery; any other one is another sign-in.
    pool.now += 15;
    assert!(pass(&mut pool, &event).is_ok());
    let mut other = event.clone();
    other["request"]["groupConfiguration"] = json!({});
    assert_eq!(pass(&mut pool, &other).unwrap_err(), Refusal::CodeRequired);
    pool.now += 1;
    assert_eq!(pass(&mut pool, &event).unwrap_err(), Refusal::CodeRequired);

    pool.now += 60;
    let late = token_event("Authentication", &right_code(&mut pool));
    pool.now += 60;
    assert_eq!(pass(&mut pool, &late).unwrap_err(), Refusal::CodeRequired);
    assert_eq!(
        Refusal::CodeRequired.to_string(),
        "This app asks for a confirm code: sign in with CUSTOM_AUTH"
    );
}

#[test]
fn a_wrong_code_opens_nothing_nor_does_one_for_another_user_or_client() {
    let mut pool = Pool::new(shut(), Source::Table);
    let mut sign_in = pool.sign_in();
    let code = pool.code();
    let echo = json!({ "signIn": sign_in.public["signIn"] });
    pool.type_code(&mut sign_in, "no code");
    let event = token_event("Authentication", &echo);
    assert_eq!(pass(&mut pool, &event).unwrap_err(), Refusal::CodeRequired);
    assert_eq!(pool.type_code(&mut sign_in, &code), Told::Tokens);
    for (pointer, value) in [
        ("/userName", "other"),
        ("/callerContext/clientId", "other"),
        ("/userPoolId", "eu-central-1_Other0000"),
        ("/request/userAttributes/sub", "other"),
    ] {
        let mut foreign = event.clone();
        *foreign.pointer_mut(pointer).unwrap() = json!(value);
        pool.settings.door.clients = vec![CLIENT.to_owned(), "other".to_owned()];
        assert_eq!(
            pass(&mut pool, &foreign).unwrap_err(),
            Refusal::CodeRequired,
            "{pointer}"
        );
    }
    assert!(pass(&mut pool, &event).is_ok());
}

#[test]
fn the_door_lets_pass_what_had_its_code_and_shuts_the_rest() {
    let settings = shut();
    let open =
        |source: &str, settings: &Settings| door_needs_ledger(settings, &token_event(source, &Value::Null));
    for source in ["RefreshTokens", "ClientCredentials"] {
        assert_eq!(open(source, &settings), Ok(false), "{source}");
    }
    for source in ["Authentication", "AuthenticateDevice"] {
        assert_eq!(open(source, &settings), Ok(true), "{source}");
    }
    for source in ["HostedAuth", "", "SomethingNew"] {
        assert_eq!(open(source, &settings), Err(Refusal::CodeRequired), "{source}");
    }
    assert_eq!(
        open("NewPasswordChallenge", &settings),
        Err(Refusal::NewPasswordOnly)
    );
    let hosted = Settings {
        door: Door {
            hosted_auth: true,
            ..settings.door.clone()
        },
        ..settings.clone()
    };
    assert_eq!(open("HostedAuth", &hosted), Ok(false));
    let mut other = settings;
    other.door.clients = vec!["another-client".to_owned()];
    for source in ["Authentication", "HostedAuth", "SomethingNew"] {
        assert_eq!(open(source, &other), Ok(false), "{source}");
    }
}

#[test]
fn the_token_of_a_trusted_device_opens_the_door() {
    let mut pool = Pool::new(shut(), Source::Table);
    let mut sign_in = pool.sign_in();
    let code = pool.code();
    assert_eq!(
        pool.answer(&mut sign_in, &code, &json!({ "rememberDevice": "true" })),
        Told::Tokens
    );
    pool.now += 86_400;
    let event = token_event("Authentication", &sign_in.token());
    assert!(pass(&mut pool, &event).is_ok());
    pool.now += 30 * 86_400;
    assert_eq!(pass(&mut pool, &event).unwrap_err(), Refusal::CodeRequired);
}

#[test]
fn a_client_that_cannot_echo_is_bound_to_user_and_client_only() {
    let mut pool = Pool::new(shut(), Source::Table);
    pool.settings.door = Door {
        without_echo: vec![CLIENT.to_owned()],
        ..Door::default()
    };
    let event = token_event("Authentication", &Value::Null);
    assert_eq!(pass(&mut pool, &event).unwrap_err(), Refusal::CodeRequired);
    right_code(&mut pool);
    assert!(pass(&mut pool, &event).is_ok());
    pool.now += 16;
    assert_eq!(
        pass(&mut pool, &event).unwrap_err(),
        Refusal::CodeRequired,
        "once"
    );
}

/// The attribute can be put back by its client, so a grant in it would open the door again and again.
#[test]
fn no_ledger_that_a_client_can_reach_opens_the_door() {
    let mut pool = Pool::new(shut(), Source::Table);
    let echo = right_code(&mut pool);
    let mut event = token_event("Authentication", &echo);
    event["request"]["userAttributes"]["custom:authChallenge"] = json!(pool.ledger);
    for ledger in [
        LedgerSource::FromEvent,
        LedgerSource::Fresh(pool.ledger.as_deref()),
    ] {
        let mut facts = Facts::new(pool.now, &[7; 32]);
        facts.ledger = ledger;
        let refused = pre_token_generation_behind_code(&pool.settings, &event, &facts);
        assert_eq!(refused.unwrap_err(), Refusal::CodeRequired);
    }
}
