use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::calls;
use crate::constraint::{Node, Rule};
use crate::shape::{Call, Field, Missing, Shape, Timestamp};

fn refused(operation: Operation, body: Value) -> String {
    match operation.validate(&body) {
        Err(Rejection::InvalidParameter(text)) => text,
        other => panic!("expected an invalid parameter, got {other:?}"),
    }
}

fn mistyped(operation: Operation, body: Value) -> String {
    match operation.validate(&body) {
        Err(Rejection::Serialization(text)) => text,
        other => panic!("expected a serialization error, got {other:?}"),
    }
}

#[test]
fn a_broken_constraint_is_answered_in_the_service_s_words() {
    let table = [
        (
            Operation::DescribeUserPool,
            json!({}),
            "1 validation error detected: Value at 'userPoolId' failed to satisfy constraint: \
             Member must not be null",
        ),
        (
            Operation::DescribeUserPool,
            json!({"UserPoolId": "YOUR-POOL"}),
            r"1 validation error detected: Value 'YOUR-POOL' at 'userPoolId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w-]+_[0-9a-zA-Z]+",
        ),
        (
            Operation::ListUserPools,
            json!({"MaxResults": 61}),
            "1 validation error detected: Value '61' at 'maxResults' failed to satisfy constraint: \
             Member must have value less than or equal to 60",
        ),
        (
            Operation::CreateUserPool,
            json!({"PoolName": "p", "MfaConfiguration": "false"}),
            "1 validation error detected: Value 'false' at 'mfaConfiguration' failed to satisfy constraint: \
             Member must satisfy enum value set: [OFF, ON, OPTIONAL]",
        ),
        (
            Operation::CreateUserPool,
            json!({"PoolName": "p", "Policies": {"PasswordPolicy": {"MinimumLength": 5}}}),
            "1 validation error detected: Value '5' at 'policies.passwordPolicy.minimumLength' failed to satisfy \
             constraint: Member must have value greater than or equal to 6",
        ),
        (
            Operation::CreateUserPool,
            json!({"PoolName": "p", "Schema": [{"Name": "phone_number_verified"}]}),
            "1 validation error detected: Value 'phone_number_verified' at 'schema.1.member.name' failed to satisfy \
             constraint: Member must have length less than or equal to 20",
        ),
        (
            Operation::CreateUserPool,
            json!({"PoolName": "p", "UserPoolTags": {"": "v"}}),
            "1 validation error detected: Value '{=v}' at 'userPoolTags' failed to satisfy constraint: \
             Map keys must satisfy constraint: [Member must have length less than or equal to 128, \
             Member must have length greater than or equal to 1]",
        ),
        (
            Operation::CreateUserPoolClient,
            json!({"UserPoolId": "eu-west-1_abc", "ClientName": "c", "ExplicitAuthFlows": ["CUSTOM_AUTH_FLOW_ONLY", "X"]}),
            "1 validation error detected: Value '[CUSTOM_AUTH_FLOW_ONLY, X]' at 'explicitAuthFlows' failed to satisfy \
             constraint: Member must satisfy constraint: [Member must satisfy enum value set: [ADMIN_NO_SRP_AUTH, \
             CUSTOM_AUTH_FLOW_ONLY, USER_PASSWORD_AUTH, ALLOW_ADMIN_USER_PASSWORD_AUTH, ALLOW_CUSTOM_AUTH, \
             ALLOW_USER_PASSWORD_AUTH, ALLOW_USER_SRP_AUTH, ALLOW_REFRESH_TOKEN_AUTH, ALLOW_USER_AUTH, \
             ALLOW_TOKEN_EXCHANGE_DELEGATION, ALLOW_TOKEN_EXCHANGE_IMPERSONATION, ALLOW_CLIENT_TOKEN_AUTH]]",
        ),
    ];
    for (operation, body, text) in table {
        assert_eq!(refused(operation, body), text);
    }
}

#[test]
fn every_violation_is_listed_in_one_sentence() {
    assert_eq!(
        refused(
            Operation::ConfirmSignUp,
            json!({"ClientId": "abc", "ConfirmationCode": ""})
        ),
        r"3 validation errors detected: Value at 'username' failed to satisfy constraint: Member must not be null; Value '' at 'confirmationCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [\S]+; Value '' at 'confirmationCode' failed to satisfy constraint: Member must have length greater than or equal to 1"
    );
}

#[test]
fn sensitive_values_are_not_repeated_also_below_a_sensitive_container() {
    assert_eq!(
        refused(
            Operation::SignUp,
            json!({"ClientId": "abc", "Username": "some one", "Password": "pass word"})
        ),
        r"2 validation errors detected: Value at 'username' failed to satisfy constraint: Member must satisfy regular expression pattern: [\p{L}\p{M}\p{S}\p{N}\p{P}]+; Value at 'password' failed to satisfy constraint: Member must satisfy regular expression pattern: [\S]+"
    );
    let password = "x".repeat(131_073);
    let body = json!({"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "abc", "AuthParameters": {"PASSWORD": password}});
    assert_eq!(
        refused(Operation::InitiateAuth, body),
        "1 validation error detected: Value at 'authParameters' failed to satisfy constraint: Map value must satisfy \
         constraint: [Member must have length less than or equal to 131072, \
         Member must have length greater than or equal to 0]"
    );
}

#[test]
fn null_is_absent_everywhere() {
    assert_eq!(
        refused(Operation::DescribeUserPool, json!({"UserPoolId": null})),
        "1 validation error detected: Value at 'userPoolId' failed to satisfy constraint: Member must not be null"
    );
    let body = json!({
        "AuthFlow": "REFRESH_TOKEN_AUTH", "ClientId": "abc", "ClientMetadata": null,
        "AuthParameters": {"REFRESH_TOKEN": "t", "DEVICE_KEY": null}
    });
    assert_eq!(Operation::InitiateAuth.validate(&body), Ok(()));
    let sixty_nulls = json!({"UserPoolId": "eu-west-1_abc", "CustomAttributes": vec![Value::Null; 60]});
    assert_eq!(
        refused(Operation::AddCustomAttributes, sixty_nulls),
        "1 validation error detected: Value at 'customAttributes' failed to satisfy constraint: \
         Member must have length greater than or equal to 1"
    );
}

#[test]
fn unknown_members_are_ignored() {
    let body = json!({"UserPoolId": "eu-west-1_abc", "Unknown": {"deep": [1, {"x": false}]}});
    assert_eq!(Operation::DescribeUserPool.validate(&body), Ok(()));
}

#[test]
fn length_counts_code_points() {
    let body = |length: usize| json!({"PoolName": "p", "EmailVerificationSubject": "𝒜".repeat(length)});
    assert_eq!(Operation::CreateUserPool.validate(&body(140)), Ok(()));
    let text = refused(Operation::CreateUserPool, body(141));
    assert!(
        text.ends_with("failed to satisfy constraint: Member must have length less than or equal to 140")
    );
}

#[test]
fn a_long_value_is_cut_after_256_characters() {
    let text = refused(
        Operation::ListUsers,
        json!({"UserPoolId": "eu-west-1_abc", "Filter": "é".repeat(300)}),
    );
    let shown = "é".repeat(256);
    assert_eq!(
        text,
        format!(
            "1 validation error detected: Value '{shown}…' at 'filter' failed to satisfy constraint: \
             Member must have length less than or equal to 256"
        )
    );
}

#[test]
fn a_flood_of_violations_is_cut_after_100() {
    let attributes = vec![json!({}); 100_000];
    let body = json!({"UserPoolId": "eu-west-1_abc", "Username": "u", "UserAttributes": attributes});
    let text = refused(Operation::AdminUpdateUserAttributes, body);
    assert!(
        text.starts_with("100 validation errors detected: Value at 'userAttributes.1.member.name' failed")
    );
    assert!(text.ends_with(
        "Value at 'userAttributes.100.member.name' failed to satisfy constraint: Member must not be null"
    ));
}

#[test]
fn a_wrong_json_type_is_a_serialization_error_even_beside_violations() {
    let string = |value: Value| (Operation::DescribeUserPool, json!({"UserPoolId": value}));
    let integer = |value: Value| (Operation::ListUserPools, json!({"MaxResults": value}));
    let boolean = |value: Value| (Operation::AdminCreateUser, json!({"ForceAliasCreation": value}));
    let list = |value: Value| (Operation::AdminCreateUser, json!({"UserAttributes": value}));
    let map = |value: Value| (Operation::InitiateAuth, json!({"AuthParameters": value}));
    let structure = |value: Value| (Operation::CreateUserPool, json!({"Policies": value}));
    let blob = |value: Value| (Operation::SetUICustomization, json!({"ImageFile": value}));
    let time = |value: Value| {
        (
            Operation::InitiatePointInTimeRecovery,
            json!({"RestoreTimestamp": value}),
        )
    };
    let number = "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to";
    let table = [
        (string(json!(23)), format!("{number} an String")),
        (string(json!(true)), "class java.lang.Boolean can not be converted to an String".into()),
        (string(json!([])), "Start of list found where not expected".into()),
        (string(json!({})), "Start of structure or map found where not expected.".into()),
        (integer(json!("23")), "class java.lang.String can not be converted to an Integer".into()),
        (integer(json!(1.5)), format!("{number} an Integer")),
        (integer(json!(2_147_483_648_i64)), format!("{number} an Integer")),
        (time(json!("2026-01-01")), "class java.lang.String can not be converted to a Timestamp".into()),
        (time(json!(false)), "class java.lang.Boolean can not be converted to a Timestamp".into()),
        (boolean(json!("true")), "'TRUE' can not be converted to an Boolean".into()),
        (boolean(json!(1)), format!("{number} an Boolean")),
        (list(json!("x")), "Expected list or null".into()),
        (list(json!({})), "Start of structure or map found where not expected.".into()),
        (list(json!([{"Name": "a", "Value": false}])), "class java.lang.Boolean can not be converted to an String".into()),
        (map(json!(1)), "Expected map or null".into()),
        (map(json!({"USERNAME": {}})), "Start of structure or map found where not expected.".into()),
        (structure(json!("x")), "Expected null".into()),
        (structure(json!([])), "Start of list found where not expected".into()),
        (
            blob(json!("23456")),
            "'23456' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 bytes but \
             found: 5"
                .into(),
        ),
    ];
    for ((operation, body), text) in table {
        assert_eq!(mistyped(operation, body.clone()), text, "{body}");
    }
}

#[test]
fn a_free_form_document_is_taken_as_it_is() {
    for document in [json!({"any": [1, null]}), json!([1]), json!("text"), json!(1.5)] {
        let body = json!({"AccessToken": "t", "Credential": document});
        assert_eq!(Operation::CompleteWebAuthnRegistration.validate(&body), Ok(()));
    }
}

#[test]
fn patterns_mean_what_they_mean_in_java() {
    let pool = |id: &str| (Operation::DescribeUserPool, json!({"UserPoolId": id}));
    let subject = |text: &str| {
        (
            Operation::CreateUserPool,
            json!({"PoolName": "p", "EmailVerificationSubject": text}),
        )
    };
    let sms = |text: &str| {
        (
            Operation::CreateUserPool,
            json!({"PoolName": "p", "SmsAuthenticationMessage": text}),
        )
    };
    let user = |name: &str| (Operation::SignUp, json!({"ClientId": "c", "Username": name}));
    let domain = |text: &str| (Operation::DescribeUserPoolDomain, json!({"Domain": text}));
    let code = |text: &str| {
        (
            Operation::ConfirmSignUp,
            json!({"ClientId": "c", "Username": "u", "ConfirmationCode": text}),
        )
    };
    let accepted = [
        pool("eu-west-1_aB9"),
        subject("Ваш код ✉"),
        sms("Code: {####}"),
        user("e\u{301}mile+1@пример"),
        domain("a-9"),
        domain("auth.example.com"),
        code("12\u{a0}3"),
    ];
    for (operation, body) in accepted {
        assert_eq!(operation.validate(&body), Ok(()), "{body}");
    }
    let rejected = [
        // `\w` is ASCII, and the whole value must match, a final line end included.
        pool("eü-west-1_aB9"),
        pool("eu-west-1_aB9\n"),
        pool("x eu-west-1_aB9"),
        // `\s` is ASCII, controls belong to no listed category.
        subject("a\u{0}b"),
        subject("a\u{a0}b"),
        // A dot stops at every line end that Java knows.
        sms("Code:\n{####}"),
        sms("Code:\u{2028}{####}"),
        // Neither white space nor invisible format characters.
        user("a b"),
        user("a\u{200d}b"),
        domain("-a"),
        domain("a-"),
        code("12 3"),
    ];
    for (operation, body) in rejected {
        assert!(
            matches!(operation.validate(&body), Err(Rejection::InvalidParameter(_))),
            "{body}"
        );
    }
}

/// Any JSON, with a liking for the names of real members.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
    ];
    let name = prop_oneof![
        Just("UserAttributes".to_owned()),
        Just("Name".to_owned()),
        Just("ClientMetadata".to_owned()),
        Just("AuthParameters".to_owned()),
        Just("Policies".to_owned()),
        ".{0,8}",
    ];
    leaf.prop_recursive(4, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..6)
                .prop_map(|members| members.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn no_json_breaks_the_validator(body in any_json(), index in 0..Operation::ALL.len()) {
        let operation = Operation::ALL[index];
        if let Err(rejection) = operation.validate(&body) {
            prop_assert!(!rejection.text().is_empty());
        }
    }

    #[test]
    fn reading_agrees_with_what_was_validated(value in any_json(), index in 0..Operation::ALL.len(), at in 0..40_usize) {
        let operation = Operation::ALL[index];
        let mut body = crate::contract::full_body(operation);
        let members = body.as_object().map_or(0, Map::len);
        if let Some(slot) = body.as_object_mut().and_then(|object| object.values_mut().nth(at % members.max(1))) {
            *slot = value;
        }
        if operation.validate(&body).is_ok() {
            prop_assert_eq!(reread(operation, &body), Ok(known(&body, operation.input())));
        }
    }
}

/// The body read into its type and written again.
fn reread(operation: Operation, body: &Value) -> Result<Value, Missing> {
    macro_rules! dispatch {
        ($($name:ident,)+) => {
            match operation {
                $(Operation::$name => <calls::$name as Call>::Input::from_json(body).map(|input| input.to_json()),)+
            }
        };
    }
    crate::for_each_operation!(dispatch)
}

/// What of a valid body counts: members of the model that are not null.
fn known(value: &Value, node: &Node) -> Value {
    match (&node.rule, value) {
        (Rule::Structure(members), Value::Object(object)) => members
            .iter()
            .filter_map(|member| {
                let value = object.get(member.name).filter(|value| !value.is_null())?;
                Some((member.name.to_owned(), known(value, member.node)))
            })
            .collect(),
        (Rule::List { element, .. }, Value::Array(elements)) => elements
            .iter()
            .filter(|value| !value.is_null())
            .map(|value| known(value, element))
            .collect(),
        (Rule::Map { value: node, .. }, Value::Object(entries)) => entries
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key.clone(), known(value, node)))
            .collect(),
        // Thousandths of a second are kept.
        (Rule::Timestamp, Value::Number(seconds)) => seconds
            .as_f64()
            .map_or(Value::Null, |seconds| Timestamp(seconds).write()),
        _ => value.clone(),
    }
}
