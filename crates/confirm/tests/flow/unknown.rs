//! D3: a user who does not exist walks the same road.

use poolhouse_confirm::{Decision, Facts, WhyFailed, define};
use serde_json::{Value, json};

use crate::define::genuine_metadata;
use crate::kit::{PASSWORD_PAIR, Pool, Source, Told, event, session, settings};

#[test]
fn d3_an_unknown_user_walks_the_same_road_and_never_gets_tokens() {
    let mut pool = Pool::new(settings(), Source::Fresh).altered(|event| {
        event["userName"] = json!("nobody");
        event["request"]["userAttributes"] = json!({});
        event["request"]["userNotFound"] = json!(true);
    });
    let mut known = Pool::new(settings(), Source::Fresh);
    let (mut sign_in, mut real) = (pool.sign_in(), known.sign_in());
    // The mail is made, so that it costs the same, and marked so that it does not leave.
    assert!(pool.mails[0].discard && !known.mails[0].discard);
    let code = pool.code();
    for told in [
        pool.type_code(&mut sign_in, &code),
        pool.type_code(&mut sign_in, &code),
    ] {
        let Told::Challenge(mut fake) = told else {
            panic!("{told:?}")
        };
        let Told::Challenge(mut public) = known.type_code(&mut real, "no code") else {
            panic!("known user")
        };
        let mask = fake["CODE_DELIVERY_DESTINATION"].take();
        public["CODE_DELIVERY_DESTINATION"].take();
        assert_eq!(fake, public);
        assert_eq!(mask.as_str().unwrap().len(), "m***@e***".len());
    }
    assert_eq!(pool.type_code(&mut sign_in, &code), Told::Failed);
    assert_eq!(pool.ledger, None);
}

#[test]
fn d3_a_right_code_from_an_unknown_user_still_gives_no_tokens() {
    let mut pool = Pool::new(settings(), Source::Fresh);
    let texts = genuine_metadata(&mut pool, [false; 3]);
    let mut list = session(&[PASSWORD_PAIR[0], PASSWORD_PAIR[1], ("CUSTOM_CHALLENGE", true)]);
    list[2]["challengeMetadata"] = texts[0].clone();
    for unknown in [json!(true), json!("false"), json!(0), json!([]), json!({})] {
        let event = event(
            "DefineAuthChallenge",
            json!({ "session": list, "userNotFound": unknown }),
        );
        let defined = define(&pool.settings, &event, &Facts::new(pool.now, &[7; 32])).unwrap();
        assert_eq!(defined.decision, Decision::Fail(WhyFailed::UnknownUser));
    }
}

#[test]
fn d3_the_mask_of_an_unknown_user_is_stable_and_that_of_the_typed_address() {
    let mask = |alter: fn(&mut Value)| {
        let mut pool = Pool::new(settings(), Source::Fresh).altered(alter);
        pool.sign_in().told("CODE_DELIVERY_DESTINATION").to_owned()
    };
    let nobody: fn(&mut Value) = |event| {
        event["userName"] = json!("nobody");
        event["request"]["userNotFound"] = json!(true);
    };
    assert_eq!(mask(nobody), mask(nobody));
    assert_eq!(
        mask(|event| {
            event["userName"] = json!("someone@else.example");
            event["request"]["userNotFound"] = json!(true);
        }),
        "s***@e***"
    );
}
