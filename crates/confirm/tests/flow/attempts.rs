//! D2: how many answers a sign-in has.

use serde_json::{Value, json};

use crate::kit::{Pool, Source, Told, session_only, settings, wrong};

#[test]
fn d2_the_third_wrong_answer_ends_the_sign_in() {
    for settings in [settings(), session_only()] {
        let mut pool = Pool::new(settings, Source::Fresh);
        let mut sign_in = pool.sign_in();
        let bad = wrong(&pool.code());
        assert!(matches!(pool.type_code(&mut sign_in, &bad), Told::Challenge(_)));
        assert!(matches!(pool.type_code(&mut sign_in, &bad), Told::Challenge(_)));
        assert_eq!(pool.type_code(&mut sign_in, &bad), Told::Failed);
    }
}

#[test]
fn d2_the_third_answer_may_still_be_right() {
    let mut pool = Pool::new(settings(), Source::Fresh);
    let mut sign_in = pool.sign_in();
    let code = pool.code();
    pool.type_code(&mut sign_in, &wrong(&code));
    pool.type_code(&mut sign_in, &wrong(&code));
    assert_eq!(sign_in.told("attemptsLeft"), "1");
    assert_eq!(pool.type_code(&mut sign_in, &code), Told::Tokens);
}

#[test]
fn d2_resends_and_waits_are_not_attempts_and_do_not_renew_them() {
    let mut pool = Pool::new(settings(), Source::Fresh);
    let mut sign_in = pool.sign_in();
    let code = pool.code();
    for _ in 0..2 {
        for action in ["wait", "resend", "wait", "something else"] {
            assert!(matches!(pool.act(&mut sign_in, action), Told::Challenge(_)));
        }
        pool.type_code(&mut sign_in, &wrong(&code));
    }
    assert_eq!(sign_in.told("attemptsLeft"), "1");
    assert!(matches!(pool.act(&mut sign_in, "wait"), Told::Challenge(_)));
    assert_eq!(sign_in.told("attemptsLeft"), "1");
    assert_eq!(pool.type_code(&mut sign_in, &wrong(&code)), Told::Failed);
}

#[test]
fn d2_a_sign_in_cannot_be_kept_open_for_ever() {
    let mut pool = Pool::new(settings(), Source::Fresh);
    let mut sign_in = pool.sign_in();
    let rounds = (0..100)
        .take_while(|_| pool.act(&mut sign_in, "wait") != Told::Failed)
        .count();
    assert_eq!(rounds, 39);
}

/// The client chooses `clientMetadata` freely, for each of its requests anew: every sequence of four answers, wrong or
/// right, with every kind of metadata, gets at most three evaluated and tokens only for a right one without an action.
#[test]
fn d2_no_choice_of_actions_buys_a_fourth_guess_or_tokens() {
    let kinds = [
        (Value::Null, false),
        (json!({}), false),
        (json!({ "action": null }), false),
        (json!({ "action": "" }), false),
        (json!(["resend"]), false),
        (json!("resend"), false),
        (json!({ "Action": "resend" }), false),
        (json!({ "action": "resend" }), true),
        (json!({ "action": "wait" }), true),
        (json!({ "action": "RESEND" }), true),
        (json!({ "action": false }), true),
        (json!({ "action": { "action": "resend" } }), true),
        (json!({ "action": 0 }), true),
    ];
    let choices = kinds.len() * 2;
    for number in 0..choices.pow(2) {
        // Two free choices, then the same two again: enough to mix every pair of kinds across four rounds.
        let picks = [
            number % choices,
            number / choices,
            number % choices,
            number / choices,
        ];
        let mut pool = Pool::new(settings(), Source::Fresh);
        let mut sign_in = pool.sign_in();
        let code = pool.code();
        let mut evaluated = 0;
        for pick in picks {
            let ((metadata, is_action), right) = (&kinds[pick / 2], pick % 2 == 1);
            let answer = if right { code.clone() } else { wrong(&code) };
            evaluated += usize::from(!is_action);
            let told = pool.answer(&mut sign_in, &answer, metadata);
            let expected_end = (right && !is_action)
                .then_some(Told::Tokens)
                .or((evaluated == 3).then_some(Told::Failed));
            match expected_end {
                Some(end) => {
                    assert_eq!(told, end, "{picks:?}");
                    break;
                }
                None => assert!(matches!(told, Told::Challenge(_)), "{picks:?}: {told:?}"),
            }
        }
    }
}
