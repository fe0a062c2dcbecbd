//! D1 and D4: what Define answers to every list.

use poolhouse_confirm::{Decision, Facts, Refusal, WhyFailed, answered, define};
use serde_json::{Value, json};

use crate::kit::{PASSWORD_PAIR, Pool, SignIn, Source, Told, event, session, session_only, settings, wrong};

const NAMES: [&str; 6] = [
    "SRP_A",
    "PASSWORD_VERIFIER",
    "SOFTWARE_TOKEN_MFA",
    "DEVICE_SRP_AUTH",
    "CUSTOM_CHALLENGE",
    "ANYTHING_ELSE",
];

/// The metadata of the first four code challenges of a sign-in, whose answers carried an action where `actions` says so.
pub fn genuine_metadata(pool: &mut Pool, actions: [bool; 3]) -> [Value; 4] {
    let mut sign_in = pool.sign_in();
    let mut texts = vec![sign_in.private["challenge"].clone()];
    for action in actions {
        let metadata = if action {
            json!({ "action": "wait" })
        } else {
            Value::Null
        };
        sign_in.close(false);
        let Ok(created) = pool.create(&sign_in.session, &metadata) else {
            break;
        };
        sign_in = SignIn::new(sign_in.session, &created);
        texts.push(sign_in.private["challenge"].clone());
    }
    // A list can be longer than any sign-in gets; what stands there then is no challenge of ours.
    texts.resize(4, Value::Null);
    texts.try_into().unwrap()
}

/// What the rules say, written down a second time and without looking at any metadata; the rule of a failure is left out.
fn expected(list: &[(&str, bool)], actions: [bool; 3], last_is_action: bool) -> Option<Decision> {
    let [("SRP_A", true), rest @ ..] = list else {
        return None;
    };
    let [("PASSWORD_VERIFIER", true), rest @ ..] = rest else {
        return rest.is_empty().then_some(Decision::AskPassword);
    };
    let is_native = |entry: &&(&str, bool)| matches!(entry.0, "SOFTWARE_TOKEN_MFA" | "DEVICE_SRP_AUTH");
    let (native, codes) = rest.split_at(rest.iter().take_while(is_native).count());
    if native.iter().any(|entry| !entry.1) || codes.iter().any(|entry| entry.0 != "CUSTOM_CHALLENGE") {
        return None;
    }
    let Some((last, earlier)) = codes.split_last() else {
        return Some(Decision::AskCode);
    };
    let before = actions.iter().take(earlier.len());
    let spent_before = before.filter(|action| !**action).count();
    if earlier.iter().any(|entry| entry.1) || spent_before >= 3 {
        return None;
    }
    match (last.1, last_is_action) {
        (true, true) => None,
        (true, false) => Some(Decision::Tokens),
        (false, true) => Some(Decision::AskCode),
        (false, false) => (spent_before + 1 < 3).then_some(Decision::AskCode),
    }
}

/// Without the rule that a failure names.
fn plain(decision: Decision) -> Option<Decision> {
    (!matches!(decision, Decision::Fail(_))).then_some(decision)
}

/// Every entry that a list can hold.
fn every_entry() -> impl Iterator<Item = (&'static str, bool)> {
    NAMES.into_iter().flat_map(|name| [(name, false), (name, true)])
}

/// Every list up to this length that continues one which `each` says goes on.
fn every_live_list(longest: usize, mut each: impl FnMut(&[(&'static str, bool)]) -> bool) {
    let mut live = vec![Vec::new()];
    for _ in 0..longest {
        let mut longer = Vec::new();
        for list in live {
            for entry in every_entry() {
                let mut next: Vec<_> = list.clone();
                next.push(entry);
                if each(&next) {
                    longer.push(next);
                }
            }
        }
        live = longer;
    }
}

/// Every list of exactly this length.
fn every_list(length: usize, mut each: impl FnMut(&[(&'static str, bool)])) {
    let mut lists = vec![Vec::new()];
    for _ in 0..length {
        lists = lists
            .iter()
            .flat_map(|list| every_entry().map(|entry| [&list[..], &[entry]].concat()))
            .collect();
    }
    lists.iter().for_each(|list| each(list));
}

fn decide(pool: &Pool, list: &[(&str, bool)], texts: &[Value; 4], metadata: &Value) -> Decision {
    let mut entries = session(list);
    let is_code = |entry: &&mut Value| entry["challengeName"] == "CUSTOM_CHALLENGE";
    for (entry, text) in entries.iter_mut().filter(is_code).zip(texts) {
        entry["challengeMetadata"] = text.clone();
    }
    let event = event(
        "DefineAuthChallenge",
        json!({ "session": entries, "clientMetadata": metadata }),
    );
    let defined = define(&pool.settings, &event, &Facts::new(pool.now, &[7; 32])).unwrap();
    let response = &defined.response;
    assert_eq!(
        response["issueTokens"],
        json!(defined.decision == Decision::Tokens)
    );
    assert_eq!(
        response["failAuthentication"],
        json!(matches!(defined.decision, Decision::Fail(_)))
    );
    assert_eq!(
        response["challengeName"],
        match defined.decision {
            Decision::AskPassword => json!("PASSWORD_VERIFIER"),
            Decision::AskCode => json!("CUSTOM_CHALLENGE"),
            Decision::Tokens | Decision::Fail(_) => Value::Null,
        }
    );
    defined.decision
}

#[test]
fn d1_every_list_to_length_six_gives_tokens_only_for_password_pair_then_right_code() {
    let mut pool = Pool::new(settings(), Source::FromEvent);
    let attempts = [false, false, false];
    let texts = genuine_metadata(&mut pool, attempts);
    let (mut lists, mut tokens) = (0, 0);
    every_live_list(6, |list| {
        let decision = plain(decide(&pool, list, &texts, &Value::Null));
        assert_eq!(decision, expected(list, attempts, false), "{list:?}");
        lists += 1;
        tokens += usize::from(decision == Some(Decision::Tokens));
        matches!(decision, Some(Decision::AskPassword | Decision::AskCode))
    });
    // Up to three factors of the pool's own, each of two kinds, before up to three codes: 1 + 2 + 4 + 8 lists with one
    // code, 1 + 2 + 4 with two, 1 + 2 with three.
    assert_eq!(tokens, 25);
    assert_eq!(lists, 12 * (1 + 1 + 1 + 3 + 7 + 14));
}

/// Why only live lists need be tried.
#[test]
fn d1_what_was_refused_stays_refused_whatever_follows() {
    let mut pool = Pool::new(settings(), Source::FromEvent);
    let texts = genuine_metadata(&mut pool, [false; 3]);
    let goes_on = |list: &[(&str, bool)]| {
        matches!(
            plain(decide(&pool, list, &texts, &Value::Null)),
            Some(Decision::AskPassword | Decision::AskCode)
        )
    };
    for length in 1..4 {
        every_list(length, |list| {
            if !goes_on(list) {
                for entry in every_entry() {
                    let longer = [list, &[entry]].concat();
                    assert_eq!(
                        plain(decide(&pool, &longer, &texts, &Value::Null)),
                        None,
                        "{longer:?}"
                    );
                }
            }
        });
    }
}

#[test]
fn d1_every_native_factor_and_device_step_may_stand_before_the_code() {
    let mut pool = Pool::new(settings(), Source::Fresh);
    for native in ["SOFTWARE_TOKEN_MFA", "SMS_MFA", "EMAIL_OTP"] {
        let list = session(&[
            PASSWORD_PAIR[0],
            PASSWORD_PAIR[1],
            (native, true),
            ("DEVICE_SRP_AUTH", true),
            ("DEVICE_PASSWORD_VERIFIER", true),
        ]);
        assert_eq!(pool.define(&list, &Value::Null), Decision::AskCode);
        let created = pool.create(&list, &Value::Null).unwrap();
        let mut sign_in = SignIn::new(list.clone(), &created);
        let code = pool.code();
        assert!(matches!(
            pool.type_code(&mut sign_in, &wrong(&code)),
            Told::Challenge(_)
        ));
        assert_eq!(pool.type_code(&mut sign_in, &code), Told::Tokens);
        let failed = [&list[..2], &session(&[(native, false)])].concat();
        assert_eq!(
            pool.define(&failed, &Value::Null),
            Decision::Fail(WhyFailed::FactorNotProven)
        );
        pool.now += 120;
    }
}

#[test]
fn d1_with_actions_before_and_with_the_last_answer() {
    for actions in [[true, false, true], [false, true, false], [true, true, true]] {
        let mut pool = Pool::new(settings(), Source::FromEvent);
        let texts = genuine_metadata(&mut pool, actions);
        for (metadata, is_action) in [(Value::Null, false), (json!({ "action": "resend" }), true)] {
            every_live_list(4, |list| {
                let decision = plain(decide(&pool, list, &texts, &metadata));
                assert_eq!(decision, expected(list, actions, is_action), "{list:?}");
                matches!(decision, Some(Decision::AskPassword | Decision::AskCode))
            });
            for codes in [
                [false, false, false, false],
                [false, false, false, true],
                [false, true, false, true],
            ] {
                let mut list = PASSWORD_PAIR.to_vec();
                list.extend(codes.map(|right| ("CUSTOM_CHALLENGE", right)));
                assert_eq!(
                    plain(decide(&pool, &list, &texts, &metadata)),
                    expected(&list, actions, is_action),
                    "{list:?}"
                );
            }
        }
    }
}

#[test]
fn d1_no_list_gives_tokens_without_our_own_metadata() {
    let mut pool = Pool::new(settings(), Source::FromEvent);
    let genuine = genuine_metadata(&mut pool, [false; 3]);
    let mut other_user =
        Pool::new(settings(), Source::FromEvent).altered(|event| event["userName"] = json!("other"));
    let foreign = genuine_metadata(&mut other_user, [false; 3]);
    let mut other_key = Pool::new(session_only(), Source::FromEvent);
    let unkeyed = genuine_metadata(&mut other_key, [false; 3]);
    let moved = [
        genuine[1].clone(),
        genuine[0].clone(),
        genuine[2].clone(),
        Value::Null,
    ];
    let tampered = genuine
        .clone()
        .map(|text| json!(text.as_str().unwrap_or_default().replace('.', "..")));
    let code = std::array::from_fn(|_| json!("CODE-418205"));
    for texts in [
        std::array::from_fn(|_| Value::Null),
        code,
        foreign,
        unkeyed,
        moved,
        tampered,
    ] {
        every_list(2, |list| {
            let list = [&PASSWORD_PAIR, list].concat();
            assert_ne!(
                decide(&pool, &list, &texts, &Value::Null),
                Decision::Tokens,
                "{list:?} {texts:?}"
            );
        });
    }
}

#[test]
fn d4_a_list_that_fails_says_which_rule_it_broke() {
    let right = |name: &str| json!({ "challengeName": name, "challengeResult": true });
    let pair = [right("SRP_A"), right("PASSWORD_VERIFIER")];
    let behind = |entries: &[Value]| json!([&pair[..], entries].concat());
    let lists = [
        (Value::Null, WhyFailed::NoList),
        (json!({}), WhyFailed::NoList),
        (json!("SRP_A"), WhyFailed::NoList),
        (json!([]), WhyFailed::NotBegun),
        (json!([null]), WhyFailed::NotBegun),
        (json!([[]]), WhyFailed::NotBegun),
        (json!([{ "challengeName": "SRP_A" }]), WhyFailed::NotBegun),
        (
            json!([{ "challengeName": "SRP_A", "challengeResult": "true" }]),
            WhyFailed::NotBegun,
        ),
        (
            json!([{ "challengeName": "SRP_A", "challengeResult": 1 }]),
            WhyFailed::NotBegun,
        ),
        (
            json!([{ "challengeName": "srp_a", "challengeResult": true }]),
            WhyFailed::NotBegun,
        ),
        (json!([{ "challengeResult": true }]), WhyFailed::NotBegun),
        (json!([pair[0], pair[0]]), WhyFailed::PasswordNotProven),
        (
            json!([pair[0], { "challengeName": "PASSWORD_VERIFIER", "challengeResult": false }]),
            WhyFailed::PasswordNotProven,
        ),
        (
            behind(&[json!({ "challengeName": "SMS_MFA", "challengeResult": false })]),
            WhyFailed::FactorNotProven,
        ),
        (
            behind(&[json!({ "challengeName": "SMS_MFA" })]),
            WhyFailed::FactorNotProven,
        ),
        (
            behind(&[right("NEW_PASSWORD_REQUIRED")]),
            WhyFailed::OtherChallenge,
        ),
        (
            behind(&[right("CUSTOM_CHALLENGE"), right("SMS_MFA")]),
            WhyFailed::OtherChallenge,
        ),
        (
            behind(&[json!({ "challengeName": "CUSTOM_CHALLENGE" })]),
            WhyFailed::NoList,
        ),
        (
            behind(&[right("CUSTOM_CHALLENGE"), right("CUSTOM_CHALLENGE")]),
            WhyFailed::BehindARightCode,
        ),
        (behind(&[right("CUSTOM_CHALLENGE")]), WhyFailed::ForeignChallenge),
    ];
    for (list, why) in lists {
        let event = event("DefineAuthChallenge", json!({ "session": list }));
        let defined = define(&settings(), &event, &Facts::new(0, &[7; 32])).unwrap();
        assert_eq!(defined.decision, Decision::Fail(why), "{list}");
        assert!(!why.rule().is_empty());
    }
}

#[test]
fn d4_an_event_without_its_parts_fails_and_an_event_that_is_none_is_refused() {
    for (member, what) in [
        ("request", "the event has no request"),
        ("userName", "the event names no user"),
        ("userPoolId", "the event names no user pool"),
        ("callerContext", "the event names no app client"),
    ] {
        let mut event = event(
            "DefineAuthChallenge",
            json!({ "session": session(&PASSWORD_PAIR) }),
        );
        event.as_object_mut().unwrap().remove(member);
        let defined = define(&settings(), &event, &Facts::new(0, &[7; 32])).unwrap();
        assert_eq!(
            defined.decision,
            Decision::Fail(WhyFailed::Malformed(what)),
            "{member}"
        );
        assert_eq!(defined.response["failAuthentication"], json!(true));
    }
    let refused = define(&settings(), &json!([]), &Facts::new(0, &[7; 32]));
    assert_eq!(refused.unwrap_err(), Refusal::Malformed("the event is no object"));
}

#[test]
fn only_the_response_of_an_event_changes() {
    let mut event = event(
        "DefineAuthChallenge",
        json!({ "session": session(&PASSWORD_PAIR), "clientMetadata": null }),
    );
    event["unheardOf"] = json!({ "kept": [null, 1.5] });
    event["response"] = json!({ "challengeName": null, "issueTokens": null, "failAuthentication": null });
    let defined = define(&settings(), &event, &Facts::new(0, &[7; 32])).unwrap();
    let mut after = answered(event.clone(), defined.response);
    assert_eq!(
        after["response"].take(),
        json!({ "challengeName": "CUSTOM_CHALLENGE", "issueTokens": false, "failAuthentication": false })
    );
    event["response"].take();
    assert_eq!(after.to_string(), event.to_string());
}

#[test]
fn a_pool_that_the_settings_do_not_name_is_refused() {
    let mut settings = settings();
    settings.user_pool_id = Some("eu-central-1_Other0000".to_owned());
    let event = event("DefineAuthChallenge", json!({ "session": [] }));
    assert_eq!(
        define(&settings, &event, &Facts::new(0, &[7; 32])).unwrap_err(),
        Refusal::OtherPool
    );
    settings.user_pool_id = Some("eu-central-1_AbCd12345".to_owned());
    assert!(define(&settings, &event, &Facts::new(0, &[7; 32])).is_ok());
}
