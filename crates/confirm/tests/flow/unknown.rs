//! D3: a user who does not exist walks the same road.

use std::time::Duration;

use cpu_time::ThreadTime;
use poolhouse_confirm::{Decision, Facts, WhyFailed, create, define, verify};
use serde_json::{Value, json};

use crate::define::genuine_metadata;
use crate::kit::{PASSWORD_PAIR, Pool, SOURCES, Source, Told, event, session, settings};

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
        let tokens =
            [&mut fake, &mut public].map(|shown| shown["deviceToken"].take().as_str().unwrap().len());
        assert_eq!(tokens[0], tokens[1]);
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

/// The CPU time of the three functions for one sign-in with a wrong code.
fn cost(events: &[Value; 3], now: i64) -> Duration {
    let settings = settings();
    let facts = Facts::new(now, &[7; 32]);
    let started = ThreadTime::now();
    define(&settings, &events[0], &facts).unwrap();
    create(&settings, &events[1], &facts).unwrap();
    verify(&settings, &events[2], &facts).unwrap();
    started.elapsed()
}

/// What both cost, in seconds. They are taken in turn, so that whatever else the machine does hits them alike; of the
/// medians, because it hits some.
fn costs(both: [&[Value; 3]; 2], now: i64) -> [f64; 2] {
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..401 {
        for (events, times) in both.into_iter().zip(&mut times) {
            times.push(cost(events, now));
        }
    }
    times.map(|mut times| {
        times.sort_unstable();
        times[times.len() / 2].as_secs_f64()
    })
}

#[test]
fn d3_an_unknown_user_costs_the_same_time() {
    let mut pool = Pool::new(settings(), Source::FromEvent);
    let round = pool.sign_in().private;
    let pair = session(&PASSWORD_PAIR);
    let requests = [
        json!({ "session": pair }),
        json!({ "session": pair, "challengeName": "CUSTOM_CHALLENGE" }),
        json!({ "privateChallengeParameters": round, "challengeAnswer": "no code" }),
    ];
    let known = requests.map(|request| event("Any", request));
    let mut unknown = known.clone();
    for event in &mut unknown {
        event["request"]["userNotFound"] = json!(true);
    }
    let [with, without] = costs([&known, &unknown], pool.now);
    let ratio = without / with;
    assert!(
        (0.9..1.1).contains(&ratio),
        "an unknown user takes {ratio:.3} of a known one's time"
    );
    // A real one has no attributes either, so there is less to read.
    for event in &mut unknown {
        event["request"]["userAttributes"] = json!({});
    }
    let [with, without] = costs([&known, &unknown], pool.now);
    let difference = (with - without).abs();
    assert!(difference < 50e-6, "they are {difference} s apart");
}

#[test]
fn d3_an_unknown_user_is_never_held_and_nothing_is_kept() {
    for source in SOURCES {
        let mut pool = Pool::new(settings(), source).altered(|event| {
            event["userName"] = json!("nobody");
            event["request"]["userNotFound"] = json!(true);
        });
        for _ in 0..40 {
            let mut sign_in = pool.sign_in();
            assert_eq!((sign_in.told("result"), sign_in.told("resendIn")), ("sent", "30"));
            for left in ["2", "1"] {
                pool.type_code(&mut sign_in, "no code");
                assert_eq!(
                    (sign_in.told("result"), sign_in.told("attemptsLeft")),
                    ("wrong", left)
                );
            }
            assert_eq!(pool.type_code(&mut sign_in, "no code"), Told::Failed);
            pool.now += 1;
        }
        assert_eq!((pool.ledger.as_ref(), pool.notices.len()), (None, 0));
        assert!(pool.mails.iter().all(|mail| mail.discard));
    }
}
