//! Place tokens and trusted devices.

use poolhouse_confirm::{Decision, Facts, Recent, Settings, define, forget_devices};
use serde_json::{Value, json};

use crate::kit::{
    PASSWORD_PAIR, PERSON, Pool, SOURCES, SignIn, Source, Told, event, session, settings, wrong,
};

const DAY: i64 = 86_400;

fn trusting() -> Settings {
    Settings {
        trusted_device_days: 30,
        ..settings()
    }
}

/// Signs in with the wish to trust the device, and gives its token.
fn trusted(pool: &mut Pool) -> Value {
    let mut sign_in = pool.sign_in();
    let code = pool.code();
    let wish = json!({ "rememberDevice": "true" });
    assert_eq!(pool.answer(&mut sign_in, &code, &wish), Told::Tokens);
    sign_in.token()
}

fn password_with(pool: &mut Pool, token: &Value) -> Decision {
    pool.define(&session(&PASSWORD_PAIR), token)
}

#[test]
fn a_trusted_device_needs_no_code_for_its_days() {
    for source in SOURCES {
        let mut pool = Pool::new(trusting(), source);
        let token = trusted(&mut pool);
        assert_eq!(password_with(&mut pool, &token), Decision::Tokens);
        pool.now += 30 * DAY - 1;
        assert_eq!(password_with(&mut pool, &token), Decision::Tokens);
        pool.now += 1;
        assert_eq!(password_with(&mut pool, &token), Decision::AskCode);
    }
}

#[test]
fn trusted_devices_are_off_by_default() {
    let mut pool = Pool::new(settings(), Source::Fresh);
    assert!(pool.sign_in().public.get("rememberDays").is_none());
    let token = trusted(&mut pool);
    assert_eq!(password_with(&mut pool, &token), Decision::AskCode);
    // A wish from before trust was switched on grants nothing afterwards.
    pool.settings.trusted_device_days = 30;
    assert_eq!(password_with(&mut pool, &token), Decision::AskCode);
    let mut trusting = Pool::new(trusting(), Source::Fresh);
    assert_eq!(trusting.sign_in().told("rememberDays"), "30");
    trusting.now += 60;
    let token = trusted(&mut trusting);
    trusting.settings.trusted_device_days = 0;
    assert_eq!(password_with(&mut trusting, &token), Decision::AskCode);
}

#[test]
fn a_token_is_worth_nothing_until_a_right_code_comes() {
    let mut pool = Pool::new(trusting(), Source::Fresh);
    let mut sign_in = pool.sign_in();
    let code = pool.code();
    let token = sign_in.token();
    let wish = json!({ "rememberDevice": "true", "deviceToken": sign_in.public["deviceToken"] });
    assert_eq!(password_with(&mut pool, &token), Decision::AskCode);
    pool.answer(&mut sign_in, &wrong(&code), &wish);
    assert_eq!(password_with(&mut pool, &token), Decision::AskCode);
    assert_eq!(pool.type_code(&mut sign_in, &code), Told::Tokens);
    assert_eq!(
        password_with(&mut pool, &token),
        Decision::AskCode,
        "the person did not ask for it"
    );
}

#[test]
fn trust_is_not_offered_behind_a_factor_of_the_pools_own() {
    let mut pool = Pool::new(trusting(), Source::Fresh);
    let list = session(&[PASSWORD_PAIR[0], PASSWORD_PAIR[1], ("SMS_MFA", true)]);
    let created = pool.create(&list, &Value::Null).unwrap();
    let mut sign_in = SignIn::new(list, &created);
    assert!(sign_in.public.get("rememberDays").is_none());
    let code = pool.code();
    let wish = json!({ "rememberDevice": "true" });
    assert_eq!(pool.answer(&mut sign_in, &code, &wish), Told::Tokens);
    assert_eq!(password_with(&mut pool, &sign_in.token()), Decision::AskCode);
}

#[test]
fn a_token_counts_only_beside_the_password_and_only_for_its_user() {
    let mut pool = Pool::new(trusting(), Source::Fresh);
    let token = trusted(&mut pool);
    let lists: [&[(&str, bool)]; 5] = [
        &[],
        &[("SRP_A", true)],
        &[("SRP_A", true), ("PASSWORD_VERIFIER", false)],
        &[("PASSWORD_VERIFIER", true)],
        &[("SRP_A", true), ("PASSWORD_VERIFIER", true), ("SMS_MFA", false)],
    ];
    for list in lists {
        assert_ne!(pool.define(&session(list), &token), Decision::Tokens, "{list:?}");
    }
    let alterations: [fn(&mut Value); 5] = [
        |event| event["userPoolId"] = json!("eu-central-1_Other0000"),
        |event| event["callerContext"]["clientId"] = json!("another-client"),
        |event| event["userName"] = json!("another-user"),
        |event| event["request"]["userAttributes"]["sub"] = json!("another-sub"),
        |event| event["request"]["userNotFound"] = json!(true),
    ];
    for alter in alterations {
        pool.alter = alter;
        assert_eq!(password_with(&mut pool, &token), Decision::AskCode);
    }
}

#[test]
fn a_changed_token_is_none() {
    let mut pool = Pool::new(trusting(), Source::Fresh);
    let token = trusted(&mut pool);
    let text = token["deviceToken"].as_str().unwrap();
    for at in 0..text.len() {
        let other = if text.as_bytes()[at] == b'A' { 'B' } else { 'A' };
        let changed = json!({ "deviceToken": format!("{}{other}{}", &text[..at], &text[at + 1..]) });
        assert_eq!(password_with(&mut pool, &changed), Decision::AskCode, "{changed}");
    }
    for other in [json!(null), json!(1), json!([text]), json!("")] {
        assert_eq!(
            password_with(&mut pool, &json!({ "deviceToken": other })),
            Decision::AskCode
        );
    }
}

#[test]
fn trust_ends_when_the_id_leaves_the_ledger() {
    let mut pool = Pool::new(trusting(), Source::Fresh);
    let first = trusted(&mut pool);
    for _ in 0..3 {
        assert_eq!(password_with(&mut pool, &first), Decision::Tokens);
        pool.now += 1_000;
        trusted(&mut pool);
    }
    assert_eq!(
        password_with(&mut pool, &first),
        Decision::AskCode,
        "three devices at a time"
    );
    pool.now += 1_000;
    let last = trusted(&mut pool);
    assert_eq!(password_with(&mut pool, &last), Decision::Tokens);
    pool.ledger = forget_devices(&pool.settings, &PERSON, pool.ledger.as_ref().unwrap(), pool.now);
    assert_eq!(password_with(&mut pool, &last), Decision::AskCode);
    let last = trusted(&mut pool);
    pool.ledger = None;
    assert_eq!(password_with(&mut pool, &last), Decision::AskCode);
}

#[test]
fn trust_ends_with_a_password_change_or_a_global_sign_out() {
    let mut pool = Pool::new(trusting(), Source::Fresh);
    let token = trusted(&mut pool);
    let ledger = json!(pool.ledger);
    let mut event = event(
        "DefineAuthChallenge",
        json!({ "session": session(&PASSWORD_PAIR), "clientMetadata": token }),
    );
    event["request"]["userAttributes"]["custom:authChallenge"] = ledger;
    for (trust_from, decision) in [
        (None, Decision::Tokens),
        (Some(pool.now - 1), Decision::Tokens),
        (Some(pool.now), Decision::AskCode),
        (Some(pool.now + 1), Decision::AskCode),
    ] {
        let mut facts = Facts::new(pool.now + 10, &[7; 32]);
        facts.trust_from = trust_from;
        assert_eq!(
            define(&pool.settings, &event, &facts).unwrap().decision,
            decision,
            "{trust_from:?}"
        );
    }
}

/// Whoever knows the password and signs in at the same moment shares the challenge with the user, because the platform
/// makes their events look alike. They must not share the token.
#[test]
fn two_clients_never_hold_the_same_token() {
    let mut pool = Pool::new(trusting(), Source::Fresh);
    let pair = session(&PASSWORD_PAIR);
    let token = |response: &Value| response["publicChallengeParameters"]["deviceToken"].clone();
    let (first, second) = (
        pool.create(&pair, &Value::Null).unwrap(),
        pool.create(&pair, &Value::Null).unwrap(),
    );
    assert!(token(&first.response).is_string());
    assert_ne!(token(&first.response), token(&second.response));
    let (mut recent, settings) = (Recent::new(), trusting());
    let event = pool.create_event(&pair, &Value::Null);
    recent.remember(&settings, &event, &first.response, pool.now);
    let again = recent.find(&settings, &event, &Facts::new(pool.now, &[9; 32]));
    assert_ne!(token(&first.response), token(&again.unwrap()["response"]));
}

/// A browser that a right code was typed in has a bucket, limits and a back-off of its own.
#[test]
fn r5_a_place_token_keeps_a_thiefs_mails_off_the_owners() {
    for source in SOURCES {
        let mut pool = Pool::new(settings(), source);
        let place = pool.sign_in_to_the_end().token();
        while pool.sign_in().told("result") != "held" {
            pool.now += 16;
        }
        let mut owner = pool.sign_in_with(&place);
        assert_eq!(owner.told("result"), "sent");
        let code = pool.code();
        assert_eq!(pool.type_code(&mut owner, &code), Told::Tokens);
        assert_eq!(owner.token()["deviceToken"], owner.public["deviceToken"]);
        // It works again: the browser keeps its name.
        pool.now += 1;
        assert_eq!(pool.sign_in_with(&owner.token()).told("result"), "sent");
    }
}

#[test]
fn l1_a_place_token_keeps_a_thiefs_wrong_codes_off_the_owner() {
    for source in SOURCES {
        let mut pool = Pool::new(settings(), source);
        let place = pool.sign_in_to_the_end().token();
        for _ in 0..4 {
            pool.now += 100;
            let mut thief = pool.sign_in();
            (0..3).for_each(|_| drop(pool.type_code(&mut thief, "no code")));
        }
        assert_eq!(pool.sign_in().told("result"), "locked");
        let mut owner = pool.sign_in_with(&place);
        assert_eq!(owner.told("result"), "sent");
        let code = pool.code();
        assert_eq!(pool.type_code(&mut owner, &code), Told::Tokens);
    }
}

#[test]
fn a_place_token_that_nobody_earned_separates_nothing() {
    let mut pool = Pool::new(settings(), Source::Table);
    let unearned = pool.sign_in().token();
    for _ in 0..3 {
        pool.now += 16;
        pool.sign_in();
    }
    assert_eq!(pool.sign_in_with(&unearned).told("result"), "held");
}
