use serde_json::json;

use super::*;
use crate::shapes::{
    AdminSetUserPasswordRequest, AdminUpdateUserAttributesRequest, AttributeType, AuthFlowType,
    CompleteWebAuthnRegistrationRequest, DescribeUserPoolResponse, InitiateAuthRequest, SignUpRequest,
    UserPoolType, UserType,
};

#[test]
fn timestamps_have_at_most_three_decimals() {
    let table = [
        (1_754_300_000_123, "1754300000.123"),
        (1_754_300_000_120, "1754300000.12"),
        (1_754_300_000_000, "1754300000"),
        (0, "0"),
        (-1_500, "-1.5"),
    ];
    for (millis, text) in table {
        assert_eq!(Timestamp::from_millis(millis).write().to_string(), text);
    }
    assert_eq!(Timestamp(1.000_4).write().to_string(), "1");
    assert_eq!(Timestamp(f64::NAN).write(), Value::Null);
}

#[test]
fn absent_members_are_left_out_and_null_ones_are_absent() {
    let user =
        UserType::from_json(&json!({"Username": "a", "Enabled": null, "Attributes": [null, {"Name": "x"}]}))
            .unwrap();
    assert_eq!(
        user.to_json(),
        json!({"Username": "a", "Attributes": [{"Name": "x"}]})
    );
    let request = SignUpRequest::from_json(&json!({
        "ClientId": "c", "Username": "u", "Password": null, "ClientMetadata": {"a": null, "b": "c"}
    }))
    .unwrap();
    assert_eq!(
        request.to_json(),
        json!({"ClientId": "c", "Username": "u", "ClientMetadata": {"b": "c"}})
    );
}

#[test]
fn a_required_member_that_cannot_be_read_is_named_however_deep() {
    let whole = json!({
        "UserPoolId": "p", "Username": "u", "UserAttributes": [{"Name": "email", "Value": "a@b.example"}]
    });
    assert!(AdminUpdateUserAttributesRequest::from_json(&whole).is_ok());
    let broken = [
        ("/UserPoolId", json!(7), "UserPoolId"),
        ("/Username", json!(null), "Username"),
        ("/UserAttributes", json!({}), "UserAttributes"),
        ("/UserAttributes/0/Name", json!(false), "Name"),
    ];
    for (place, value, member) in broken {
        let mut body = whole.clone();
        *body.pointer_mut(place).unwrap() = value;
        assert_eq!(
            AdminUpdateUserAttributesRequest::from_json(&body),
            Err(Missing { member }),
            "{place}"
        );
    }
    let document = json!({"AccessToken": "t", "Credential": null});
    assert_eq!(
        CompleteWebAuthnRegistrationRequest::from_json(&document),
        Err(Missing { member: "Credential" })
    );
    assert_eq!(
        Missing { member: "Username" }.to_string(),
        "the required member Username is missing or of the wrong type"
    );
}

#[test]
fn nested_shapes_are_written_in_the_model_s_order() {
    let response = DescribeUserPoolResponse {
        user_pool: Some(UserPoolType {
            creation_date: Some(Timestamp(1.5)),
            id: Some("eu-west-1_abc".into()),
            ..UserPoolType::default()
        }),
    };
    let text = response.to_json().to_string();
    assert_eq!(text, r#"{"UserPool":{"Id":"eu-west-1_abc","CreationDate":1.5}}"#);
}

#[test]
fn an_optional_value_of_the_wrong_type_reads_as_absent() {
    let request = InitiateAuthRequest::from_json(&json!({
        "AuthFlow": "CUSTOM_AUTH", "ClientId": "c",
        "AuthParameters": {"USERNAME": "u", "X": 1}, "ClientMetadata": [], "Session": 7
    }))
    .unwrap();
    assert_eq!(
        request.to_json(),
        json!({"AuthFlow": "CUSTOM_AUTH", "ClientId": "c", "AuthParameters": {"USERNAME": "u"}})
    );
    let user = UserType::from_json(&json!({"UserStatus": "NO_SUCH_STATUS"}));
    assert_eq!(user, Ok(UserType::default()));
    assert_eq!(UserType::from_json(&json!([1])), Ok(UserType::default()));
}

#[test]
fn a_required_choice_is_never_made_up() {
    for flow in [json!("NO_SUCH_FLOW"), json!(null), json!(1)] {
        let request = InitiateAuthRequest::from_json(&json!({"AuthFlow": flow, "ClientId": "c"}));
        assert_eq!(request, Err(Missing { member: "AuthFlow" }), "{flow}");
    }
}

#[test]
fn debug_says_that_a_secret_is_there_but_not_what_it_is() {
    let request = AdminSetUserPasswordRequest {
        user_pool_id: "eu-west-1_abc".into(),
        password: "hunter2".into(),
        ..AdminSetUserPasswordRequest::default()
    };
    assert_eq!(
        format!("{request:?}"),
        "AdminSetUserPasswordRequest { user_pool_id: \"eu-west-1_abc\", username: \"…\", \
         password: \"…\", permanent: None }"
    );
    let attribute = AttributeType {
        name: "email".into(),
        value: Some("a@b.example".into()),
    };
    let listed = format!(
        "{:?}",
        UserType {
            attributes: Some(vec![attribute]),
            ..UserType::default()
        }
    );
    assert!(
        listed.contains("email") && !listed.contains("a@b.example"),
        "{listed}"
    );
    let request = InitiateAuthRequest {
        auth_flow: AuthFlowType::UserPasswordAuth,
        auth_parameters: Some([("PASSWORD".to_owned(), "hunter2".to_owned())].into()),
        client_metadata: None,
        client_id: "s3cret-client".into(),
        analytics_metadata: None,
        user_context_data: None,
        session: Some("s3cret".into()),
    };
    let text = format!("{request:?}");
    assert!(
        text.contains("UserPasswordAuth") && !text.contains("hunter2") && !text.contains("s3cret"),
        "{text}"
    );
}

#[test]
fn closed_sets_are_read_and_written_by_their_exact_text() {
    assert_eq!(
        AuthFlowType::parse("USER_SRP_AUTH"),
        Some(AuthFlowType::UserSrpAuth)
    );
    assert_eq!(AuthFlowType::parse("user_srp_auth"), None);
    for flow in AuthFlowType::ALL {
        assert_eq!(AuthFlowType::parse(flow.as_str()), Some(*flow));
    }
}
