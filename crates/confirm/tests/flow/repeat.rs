//! R1: Cognito calls up to three times for one event, and the same code is made each time.

use poolhouse_confirm::{Facts, LastResult, Recent, create};
use serde_json::{Value, json};

use crate::kit::{PASSWORD_PAIR, Pool, SOURCES, Source, code_of, event, session, settings};

#[test]
fn r1_the_same_event_within_15_seconds_makes_the_same_code_in_a_cold_function() {
    for after in 0..=15 {
        let mut pool = Pool::new(settings(), Source::Fresh);
        let first = pool.create(&session(&PASSWORD_PAIR), &Value::Null).unwrap();
        pool.now += after;
        let again = pool.create(&session(&PASSWORD_PAIR), &Value::Null).unwrap();
        assert_eq!(
            pool.mails.len(),
            2,
            "a cold function cannot know whether the first mail left"
        );
        assert_eq!(
            code_of(&pool.mails[0]),
            code_of(&pool.mails[1]),
            "after {after} s"
        );
        assert_eq!(pool.mails[0].dedup_id, pool.mails[1].dedup_id);
        assert_eq!(pool.mails[0].expires_at, pool.mails[1].expires_at);
        assert_eq!((first.result, again.result), (LastResult::Sent, LastResult::Sent));
    }
}

#[test]
fn r1_after_15_seconds_it_is_another_sign_in_with_another_code() {
    let mut pool = Pool::new(settings(), Source::Fresh);
    pool.sign_in();
    pool.now += 31;
    pool.sign_in();
    assert_ne!(code_of(&pool.mails[0]), code_of(&pool.mails[1]));
    assert_ne!(pool.mails[0].dedup_id, pool.mails[1].dedup_id);
}

#[test]
fn r1_without_a_ledger_the_same_code_is_made_within_one_step_of_15_seconds() {
    let mut pool = Pool::new(settings(), Source::FromEvent);
    pool.writable = false;
    pool.now -= pool.now % 15;
    for _ in 0..15 {
        pool.create(&session(&PASSWORD_PAIR), &Value::Null).unwrap();
        pool.now += 1;
    }
    pool.create(&session(&PASSWORD_PAIR), &Value::Null).unwrap();
    let codes: Vec<_> = pool.mails.iter().map(code_of).collect();
    assert!(codes[..15].iter().all(|code| *code == codes[0]));
    assert_ne!(codes[15], codes[0]);
}

#[test]
fn r1_an_unwritable_ledger_does_not_change_the_code_between_two_deliveries() {
    let mut pool = Pool::new(settings(), Source::Fresh);
    pool.writable = false;
    pool.create(&session(&PASSWORD_PAIR), &Value::Null).unwrap();
    pool.now += 4;
    pool.create(&session(&PASSWORD_PAIR), &Value::Null).unwrap();
    assert_eq!(code_of(&pool.mails[0]), code_of(&pool.mails[1]));
}

#[test]
fn r1_a_warm_function_sends_no_second_mail() {
    let (settings, mut recent) = (settings(), Recent::new());
    let request = json!({ "challengeName": "CUSTOM_CHALLENGE", "session": session(&PASSWORD_PAIR) });
    let mut event = event("CreateAuthChallenge", request);
    assert_eq!(recent.find(&settings, &event, &Facts::new(1_000, &[8; 32])), None);
    let created = create(&settings, &event, &Facts::new(1_000, &[7; 32])).unwrap();
    recent.remember(&settings, &event, &created.response, 1_000);
    // The platform may deliver what the first call has written, in another order of members.
    event["request"]["userAttributes"]["custom:authChallenge"] = json!(created.ledger);
    let repeated = recent
        .find(&settings, &event, &Facts::new(1_015, &[8; 32]))
        .unwrap();
    let public = |response: &Value| {
        let mut public = response["publicChallengeParameters"].clone();
        let taken = ["signIn", "deviceToken"].map(|name| public[name].take());
        (public, taken)
    };
    let ((first, names), (again, other_names)) = (public(&created.response), public(&repeated["response"]));
    assert_eq!(first, again);
    assert_ne!(
        names[0], other_names[0],
        "it may be another sign-in that looks the same"
    );
    assert_ne!(names[1], other_names[1]);
    assert_eq!(repeated["request"], event["request"]);
    assert_eq!(recent.find(&settings, &event, &Facts::new(1_016, &[8; 32])), None);
    assert_eq!(recent.find(&settings, &event, &Facts::new(999, &[8; 32])), None);
    event["request"]["clientMetadata"] = json!({ "action": "resend" });
    assert_eq!(recent.find(&settings, &event, &Facts::new(1_001, &[8; 32])), None);
}

#[test]
fn r1_a_warm_function_forgets_what_is_too_much_to_keep() {
    let (settings, mut recent) = (settings(), Recent::new());
    let events: Vec<_> = (0..200)
        .map(|at| event("CreateAuthChallenge", json!({ "session": [], "n": at })))
        .collect();
    for event in &events {
        recent.remember(
            &settings,
            event,
            &json!({ "response": { "at": event["request"]["n"] } }),
            1_000,
        );
    }
    let known = events
        .iter()
        .filter(|event| recent.has(&settings, event, 1_000))
        .count();
    assert_eq!(known, 64);
    assert!(recent.has(&settings, &events[199], 1_000));
    assert_eq!(format!("{recent:?}"), "Recent { answers: 64, .. }");
}

/// An event that comes again and again takes the place of its own answer, not of others'.
#[test]
fn r1_a_warm_function_keeps_one_answer_for_an_event() {
    let (settings, mut recent) = (settings(), Recent::new());
    let [first, second] = [1, 2].map(|at| event("CreateAuthChallenge", json!({ "session": [], "n": at })));
    let answer = json!({ "response": {} });
    recent.remember(&settings, &first, &answer, 1_000);
    for _ in 0..100 {
        recent.remember(&settings, &second, &answer, 1_000);
    }
    assert!(recent.has(&settings, &first, 1_000));
    assert_eq!(format!("{recent:?}"), "Recent { answers: 2, .. }");
    // What is too old to be given again is dropped with the next answer.
    recent.remember(&settings, &second, &answer, 1_016);
    assert_eq!(format!("{recent:?}"), "Recent { answers: 1, .. }");
}

#[test]
fn r1_one_event_mails_three_times_at_most() {
    let mut pool = Pool::new(settings(), Source::Fresh);
    for _ in 0..10 {
        pool.create(&session(&PASSWORD_PAIR), &Value::Null).unwrap();
        pool.now += 1;
    }
    assert_eq!(pool.mails.len(), 3);
}

#[test]
fn r1_an_exact_ledger_mails_one_event_once() {
    let mut pool = Pool::new(settings(), Source::Exact);
    for _ in 0..10 {
        let created = pool.create(&session(&PASSWORD_PAIR), &Value::Null).unwrap();
        assert_eq!(created.result, LastResult::Sent);
        pool.now += 1;
    }
    assert_eq!(pool.mails.len(), 1);
}

#[test]
fn r3_a_resent_event_is_answered_as_its_first_delivery_was() {
    let mut pool = Pool::new(settings(), Source::Fresh);
    let mut sign_in = pool.sign_in();
    pool.now += 30;
    sign_in.close(false);
    let resend = json!({ "action": "resend" });
    let first = pool.create(&sign_in.session, &resend).unwrap();
    pool.now += 5;
    let again = pool.create(&sign_in.session, &resend).unwrap();
    assert_eq!(
        (first.result, again.result),
        (LastResult::Resent, LastResult::Resent)
    );
    assert_eq!(pool.mails[1].dedup_id, pool.mails[2].dedup_id);
    assert_eq!(
        again.response["publicChallengeParameters"]["resendIn"],
        json!("25")
    );
}

#[test]
fn r4_an_event_whose_mail_failed_mails_the_same_code_when_it_comes_again() {
    let (mut pool, recent) = (Pool::new(settings(), Source::Fresh), Recent::new());
    let pair = session(&PASSWORD_PAIR);
    pool.create(&pair, &Value::Null).unwrap();
    // The mail did not leave, so the shell remembered nothing.
    let event = pool.create_event(&pair, &Value::Null);
    assert!(!recent.has(&pool.settings, &event, pool.now));
    pool.now += 5;
    pool.create(&pair, &Value::Null).unwrap();
    assert_eq!(code_of(&pool.mails[0]), code_of(&pool.mails[1]));
}

/// A minute before the end, the first delivery mails the same code once more; the second comes when a new one would be due.
#[test]
fn r1_a_resend_delivered_twice_around_the_last_minute_mails_one_code() {
    for source in SOURCES {
        let mut pool = Pool::new(settings(), source);
        let mut sign_in = pool.sign_in();
        let left: i64 = sign_in.told("expiresIn").parse().unwrap();
        sign_in.close(false);
        pool.now += left - 62;
        let resend = json!({ "action": "resend" });
        for _ in 0..2 {
            pool.create(&sign_in.session, &resend).unwrap();
            pool.now += 5;
        }
        assert!(
            pool.mails.iter().all(|mail| code_of(mail) == pool.code()),
            "{source:?}"
        );
    }
}
