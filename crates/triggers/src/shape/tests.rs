use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::event::{Event, build};

const ALL: [Trigger; 12] = [
    Trigger::PreSignUp,
    Trigger::PostConfirmation,
    Trigger::PreAuthentication,
    Trigger::PostAuthentication,
    Trigger::DefineAuthChallenge,
    Trigger::CreateAuthChallenge,
    Trigger::VerifyAuthChallengeResponse,
    Trigger::PreTokenGeneration { version: 1 },
    Trigger::PreTokenGeneration { version: 2 },
    Trigger::PreTokenGeneration { version: 3 },
    Trigger::UserMigration,
    Trigger::CustomMessage,
];

fn event(trigger: Trigger) -> Value {
    let members = json!({"userAttributes": {"sub": "5d0a3c2e"}, "validationData": null});
    build(Event {
        trigger,
        source: "Some_Source",
        region: "us-east-1",
        user_pool_id: "us-east-1_AbCd12345",
        user_name: "mara",
        client_id: Some("3n4b5urk1ft4fl3mg5e62d9ado"),
        request: members.as_object().unwrap().clone(),
    })
}

fn accepts(trigger: Trigger, reply: Value) -> bool {
    match check_reply(trigger, &event(trigger), reply.clone()) {
        Ok(accepted) => accepted == reply,
        Err(error) if reply.is_null() => {
            assert_eq!(error, TriggerError::invalid_json());
            false
        }
        Err(error) => {
            assert_eq!(error, TriggerError::unrecognizable());
            false
        }
    }
}

fn with_response(trigger: Trigger, response: Value) -> Value {
    let mut reply = event(trigger);
    reply["response"] = response;
    reply
}

#[test]
fn an_event_that_comes_back_untouched_is_an_answer() {
    for trigger in ALL {
        assert!(accepts(trigger, event(trigger)), "{trigger:?}");
        assert!(accepts(trigger, with_response(trigger, json!({}))), "{trigger:?}");
    }
    for sender in [Trigger::CustomEmailSender, Trigger::CustomSmsSender] {
        assert!(accepts(sender, Value::Null) && accepts(sender, json!("sent")));
    }
}

#[test]
fn responses_as_functions_fill_them_are_answers() {
    let groups = json!({"groupsToOverride": ["staff"], "iamRolesToOverride": [], "preferredRole": null});
    let claims =
        json!({"claimsToAddOrOverride": {"tier": "gold", "limits": {"n": 3}}, "claimsToSuppress": ["email"]});
    let scopes = json!({"claimsToAddOrOverride": {}, "claimsToSuppress": null, "scopesToAdd": ["a/b"], "scopesToSuppress": []});
    let mut v1 = claims.clone();
    v1["groupOverrideDetails"] = groups.clone();
    let v2 =
        json!({"idTokenGeneration": claims, "accessTokenGeneration": scopes, "groupOverrideDetails": groups});
    let cases = [
        (
            Trigger::PreSignUp,
            json!({"autoConfirmUser": true, "autoVerifyEmail": false, "autoVerifyPhone": false}),
        ),
        (Trigger::PostAuthentication, Value::Null),
        (
            Trigger::DefineAuthChallenge,
            json!({"challengeName": "CUSTOM_CHALLENGE", "issueTokens": false}),
        ),
        (
            Trigger::CreateAuthChallenge,
            json!({"publicChallengeParameters": {"a": "b"}, "privateChallengeParameters": {}, "challengeMetadata": "m"}),
        ),
        (
            Trigger::VerifyAuthChallengeResponse,
            json!({"answerCorrect": true}),
        ),
        (
            Trigger::PreTokenGeneration { version: 1 },
            json!({"claimsOverrideDetails": v1}),
        ),
        (
            Trigger::PreTokenGeneration { version: 2 },
            json!({"claimsAndScopeOverrideDetails": v2.clone()}),
        ),
        (
            Trigger::PreTokenGeneration { version: 3 },
            json!({"claimsAndScopeOverrideDetails": v2}),
        ),
        (
            Trigger::UserMigration,
            json!({
                "userAttributes": {"email": "mara@example.org"}, "finalUserStatus": "CONFIRMED",
                "messageAction": "SUPPRESS", "desiredDeliveryMediums": ["EMAIL"], "forceAliasCreation": false,
                "enableSMSMFA": null,
            }),
        ),
        (
            Trigger::CustomMessage,
            json!({"smsMessage": null, "emailMessage": "{####}", "emailSubject": "s"}),
        ),
    ];
    for (trigger, response) in cases {
        assert!(
            accepts(trigger, with_response(trigger, response.clone())),
            "{trigger:?} {response}"
        );
    }
}

/// Every member of every trigger with every kind of JSON that it is not.
#[test]
fn a_member_of_another_type_is_not_recognised() {
    let samples = [
        json!(true),
        json!("true"),
        json!(1),
        json!(1.5),
        json!([1]),
        json!(["a"]),
        json!({"a": 1}),
    ];
    for trigger in ALL {
        for (name, kind) in trigger.response_members() {
            for sample in &samples {
                let fits = match kind {
                    Kind::Bool => sample.is_boolean(),
                    Kind::Text => sample.is_string(),
                    Kind::Texts => sample == &json!(["a"]),
                    Kind::Map => sample.is_object(),
                    Kind::Scalar => !sample.is_array() && !sample.is_object(),
                    Kind::ScalarMap => sample.is_object(),
                    // None has a member `a`.
                    Kind::Object(_) => false,
                };
                let reply = with_response(trigger, json!({*name: sample}));
                assert_eq!(accepts(trigger, reply), fits, "{trigger:?} {name} {sample}");
            }
        }
    }
}

#[test]
fn an_unknown_member_is_not_recognised_at_any_depth() {
    for trigger in ALL {
        for value in [json!(null), json!(true), json!("x")] {
            assert!(
                !accepts(trigger, with_response(trigger, json!({"surprise": value}))),
                "{trigger:?}"
            );
        }
        for response in [json!(true), json!("text"), json!([]), json!(0)] {
            assert!(!accepts(trigger, with_response(trigger, response)), "{trigger:?}");
        }
    }
    let version_1 = Trigger::PreTokenGeneration { version: 1 };
    let scopes_in_version_1 = json!({"claimsOverrideDetails": {"scopesToAdd": ["a"]}});
    assert!(!accepts(version_1, with_response(version_1, scopes_in_version_1)));
    let of_another_version = json!({"claimsAndScopeOverrideDetails": {}});
    assert!(!accepts(version_1, with_response(version_1, of_another_version)));
    let define = Trigger::DefineAuthChallenge;
    assert!(!accepts(
        define,
        with_response(define, json!({"challengeParameters": {}}))
    ));
}

#[test]
fn anything_less_than_the_whole_event_is_not_recognised() {
    let define = Trigger::DefineAuthChallenge;
    for member in [
        "version",
        "region",
        "userPoolId",
        "userName",
        "callerContext",
        "triggerSource",
        "request",
        "response",
    ] {
        let mut without = event(define);
        without.as_object_mut().map(|reply| reply.shift_remove(member));
        assert!(!accepts(define, without), "without {member}");
        let mut null = event(define);
        null[member] = Value::Null;
        assert!(!accepts(define, null), "{member} null");
    }
    let mut of_another_user = event(define);
    of_another_user["userName"] = json!("noel");
    let mut without_client = event(define);
    without_client["callerContext"]["clientId"] = Value::Null;
    for reply in [
        json!({}),
        Value::Null,
        json!([]),
        json!({"issueTokens": true}),
        of_another_user,
        without_client,
    ] {
        assert!(!accepts(define, reply.clone()), "{reply}");
    }
}

/// As events come back that went through typed structs: options that were absent are null, others are lost.
#[test]
fn what_a_function_does_to_the_request_on_the_way_back_is_no_error() {
    let define = Trigger::DefineAuthChallenge;
    let mut gained = event(define);
    gained["request"]["clientMetadata"] = Value::Null;
    let mut lost = event(define);
    lost["request"] = json!({});
    let mut nulled = event(define);
    nulled["request"]["userAttributes"] = Value::Null;
    let mut noted = event(define);
    noted["request"]["userAttributes"]["seen"] = json!("yes");
    for reply in [gained, lost, nulled, noted] {
        assert!(accepts(define, reply.clone()), "{reply}");
    }
}

#[test]
fn parameters_may_be_numbers_booleans_or_nothing_but_neither_lists_nor_objects() {
    let create = Trigger::CreateAuthChallenge;
    for member in ["publicChallengeParameters", "privateChallengeParameters"] {
        for (value, fits) in [
            (json!("3"), true),
            (json!(3), true),
            (json!(2.5), true),
            (json!(true), true),
            (json!(null), true),
            (json!([3]), false),
            (json!([]), false),
            (json!({"n": 3}), false),
            (json!({}), false),
        ] {
            let reply = with_response(create, json!({member: {"attemptsLeft": value}}));
            assert_eq!(accepts(create, reply), fits, "{member} {value}");
        }
    }
}

#[test]
fn a_function_that_returns_nothing_did_not_answer_json() {
    let define = Trigger::DefineAuthChallenge;
    let refused = check_reply(define, &event(define), Value::Null);
    assert_eq!(refused, Err(TriggerError::invalid_json()));
}

fn json_value() -> impl Strategy<Value = Value> {
    let names = prop_oneof![
        Just("issueTokens".to_owned()),
        Just("failAuthentication".to_owned()),
        Just("challengeName".to_owned()),
        Just("answerCorrect".to_owned()),
        ".{0,3}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,4}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((names.clone(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// An answer that says "issue tokens" in any way but the one right way is none.
    #[test]
    fn only_an_exact_response_is_recognised(response in json_value(), member in 0_usize..8, value in json_value()) {
        let define = Trigger::DefineAuthChallenge;
        let exact = response.as_object().is_some_and(|response| response.iter().all(|(name, value)| {
            match name.as_str() {
                "issueTokens" | "failAuthentication" => value.is_boolean() || value.is_null(),
                "challengeName" => value.is_string() || value.is_null(),
                _ => false,
            }
        }));
        prop_assert_eq!(accepts(define, with_response(define, response)), exact);
        prop_assert!(!accepts(define, value.clone()));

        let names = ["version", "region", "userPoolId", "userName", "callerContext", "triggerSource"];
        if let Some(name) = names.get(member) {
            let mut reply = event(define);
            let same = reply[name] == value;
            reply[name] = value;
            prop_assert_eq!(accepts(define, reply), same);
        }
    }
}
