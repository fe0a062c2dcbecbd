//! Codes in place of a password.

use poolhouse_pool::testing::{RecordingFunction, TestPool};
use serde_json::{Value, json};

use crate::factors::USED_SESSION;
use crate::user_auth::{Choice, has_tokens};
use crate::{PASSWORD, other_than};

const WRONG_CODE: &str = "Invalid code or auth state for the user.";
const LIMITED: &str = "Attempt limit exceeded, please try after some time.";

impl Choice {
    async fn with_code(&self, asked: &Value, code: &str) -> poolhouse_pool::testing::Answer {
        let responses = json!({ "EMAIL_OTP_CODE": code });
        self.respond("EMAIL_OTP", &asked["Session"], responses).await
    }
}

#[tokio::test]
async fn a_challenge_takes_three_wrong_codes_and_a_right_one_once() {
    let scene = Choice::new().await;
    let asked = scene.prefer("EMAIL_OTP").await;
    let code = scene.server.code_to("mara@example.com").await;
    scene
        .respond("EMAIL_OTP", &asked["Session"], json!({}))
        .await
        .assert_error(
            "InvalidParameterException",
            "Missing required parameter EMAIL_OTP_CODE",
        );
    for _ in 0..3 {
        let wrong = scene.with_code(&asked, &other_than(&code)).await;
        wrong.assert_error("CodeMismatchException", WRONG_CODE);
    }
    let late = scene.with_code(&asked, &code).await;
    late.assert_error("NotAuthorizedException", USED_SESSION);
    let asked = scene.prefer("EMAIL_OTP").await;
    let code = scene.server.code_to("mara@example.com").await;
    let wrong = scene.with_code(&asked, &other_than(&code)).await;
    wrong.assert_error("CodeMismatchException", WRONG_CODE);
    assert!(has_tokens(&scene.with_code(&asked, &code).await));
    let again = scene.with_code(&asked, &code).await;
    again.assert_error("NotAuthorizedException", USED_SESSION);
}

#[tokio::test]
async fn messages_are_limited_by_the_hour_and_a_right_code_gives_its_place_back() {
    let scene = Choice::new().await;
    for _ in 0..12 {
        let asked = scene.prefer("EMAIL_OTP").await;
        let code = scene.server.code_to("mara@example.com").await;
        scene.with_code(&asked, &code).await.ok();
    }
    let session = scene.choosing().await;
    for _ in 0..10 {
        scene.prefer("EMAIL_OTP").await;
    }
    let preference = json!({ "PREFERRED_CHALLENGE": "SMS_OTP" });
    let refused = scene.begin("mara", preference).await;
    refused.assert_error("TooManyRequestsException", LIMITED);
    let chosen = json!({ "ANSWER": "EMAIL_OTP" });
    let refused = scene.respond("SELECT_CHALLENGE", &session, chosen).await;
    refused.assert_error("TooManyRequestsException", LIMITED);
    // The choice stands: the password is not kept waiting by strangers who ask for codes.
    let password = json!({ "ANSWER": "PASSWORD", "PASSWORD": PASSWORD });
    assert!(has_tokens(
        &scene.respond("SELECT_CHALLENGE", &session, password).await
    ));
    scene.server.clock().advance_seconds(3600);
    scene.prefer("EMAIL_OTP").await;
    scene.server.ignore_mail();
}

#[tokio::test]
async fn l1_codes_in_place_of_a_password_have_a_cap_of_their_own_and_lock_nothing_behind_it() {
    let admin_only = json!({ "RecoveryMechanisms": [{ "Name": "admin_only", "Priority": 1 }] });
    let members = json!({ "AccountRecoverySetting": admin_only });
    let scene = Choice::of(TestPool::new().await, members, json!({})).await;
    let mut wrong = 0;
    let mut asked = Value::Null;
    while wrong < 60 {
        if wrong % 3 == 0 {
            // As many messages as leave in an hour, and a day.
            if wrong == 30 {
                scene.server.clock().advance_seconds(3600);
            }
            asked = scene.prefer("EMAIL_OTP").await;
        }
        let answer = scene.with_code(&asked, "no code").await;
        answer.assert_error("CodeMismatchException", WRONG_CODE);
        wrong += 1;
    }
    let preference = json!({ "PREFERRED_CHALLENGE": "EMAIL_OTP" });
    let refused = scene.begin("mara", preference).await;
    refused.assert_error("TooManyRequestsException", LIMITED);
    scene.server.ignore_mail();
    // Neither the password nor the codes that follow it hear of that.
    let config = json!({
        "UserPoolId": scene.pool,
        "MfaConfiguration": "OPTIONAL",
        "EmailMfaConfiguration": {},
    });
    scene.server.call("SetUserPoolMfaConfig", config).await.ok();
    let enabled = json!({ "EmailMfaSettings": { "Enabled": true } });
    scene.admin("AdminSetUserMFAPreference", enabled).await.ok();
    let password = json!({ "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD });
    let asked = scene.begin("mara", password).await.ok();
    let code = scene.server.code_to("mara@example.com").await;
    assert!(has_tokens(&scene.with_code(&asked, &code).await));
}

#[tokio::test]
async fn a_user_disabled_given_another_address_or_not_allowed_codes_any_more_is_kept_out() {
    let other_address = json!({ "UserAttributes": [{ "Name": "email", "Value": "other@example.com" }] });
    let password_only = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD"] } });
    for (operation, members, sentence) in [
        ("AdminDisableUser", json!({}), "User is disabled."),
        (
            "AdminUpdateUserAttributes",
            other_address,
            "Invalid session for the user.",
        ),
        (
            "UpdateUserPool",
            json!({ "Policies": password_only }),
            "Invalid session for the user.",
        ),
    ] {
        let scene = Choice::new().await;
        let asked = scene.prefer("EMAIL_OTP").await;
        let code = scene.server.code_to("mara@example.com").await;
        scene.admin(operation, members).await.ok();
        // Nobody hears of it who does not have the code.
        let wrong = scene.with_code(&asked, &other_than(&code)).await;
        wrong.assert_error("CodeMismatchException", WRONG_CODE);
        let answer = scene.with_code(&asked, &code).await;
        answer.assert_error("NotAuthorizedException", sentence);
    }
}

#[tokio::test]
async fn who_must_reset_the_password_signs_in_by_a_code_and_not_by_the_password() {
    let scene = Choice::new().await;
    scene.admin("AdminResetUserPassword", json!({})).await.ok();
    scene.server.ignore_mail();
    let password = json!({ "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD });
    scene.begin("mara", password).await.assert_error(
        "PasswordResetRequiredException",
        "Password reset required for the user",
    );
    let asked = scene.prefer("EMAIL_OTP").await;
    let code = scene.server.code_to("mara@example.com").await;
    assert!(has_tokens(&scene.with_code(&asked, &code).await));
}

#[tokio::test]
async fn a_sign_up_without_a_password_is_confirmed_by_the_code_that_signs_it_in() {
    let function = RecordingFunction::new(|_| Ok(()));
    let server = TestPool::with_functions(vec![("f".to_owned(), function.clone())], |_| {}).await;
    let arn = json!({ "PostConfirmation": "arn:aws:lambda:us-east-1:000000000000:function:f" });
    let scene = Choice::of(server, json!({ "LambdaConfig": arn }), json!({})).await;
    let sign_up = |name: &str, attributes: Value| json!({ "ClientId": scene.client, "Username": name, "UserAttributes": attributes });
    let nothing = scene.server.call("SignUp", sign_up("nina", json!([]))).await;
    nothing.assert_error("InvalidParameterException", "Missing required parameter Password");
    let address = json!([{ "Name": "email", "Value": "nina@example.com" }]);
    scene.server.call("SignUp", sign_up("nina", address)).await.ok();
    let asked = scene
        .begin("nina", json!({ "PREFERRED_CHALLENGE": "EMAIL_OTP" }))
        .await
        .ok();
    assert_eq!(asked["AvailableChallenges"], json!(["EMAIL_OTP"]));
    let code = scene.server.code_to("nina@example.com").await;
    let responses = json!({ "EMAIL_OTP_CODE": code });
    let tokens = scene
        .answer("nina", "EMAIL_OTP", &asked["Session"], responses)
        .await;
    assert!(has_tokens(&tokens));
    let [event] = function.events().try_into().unwrap();
    assert_eq!(event["triggerSource"], "PostConfirmation_ConfirmSignUp");
    let user = scene
        .admin("AdminGetUser", json!({ "Username": "nina" }))
        .await
        .ok();
    assert_eq!(user["UserStatus"], "CONFIRMED");
    let verified = json!({ "Name": "email_verified", "Value": "true" });
    assert!(
        user["UserAttributes"].as_array().unwrap().contains(&verified),
        "{user}"
    );
    let password = json!({ "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD });
    let asked = scene.begin("nina", password).await.ok();
    assert_eq!(asked["ChallengeName"], "SELECT_CHALLENGE");
    assert_eq!(asked["AvailableChallenges"], json!(["EMAIL_OTP"]));
}

#[tokio::test]
async fn an_administrator_makes_a_user_without_a_password_where_codes_sign_in() {
    let scene = Choice::new().await;
    let attributes = json!([{ "Name": "email", "Value": "nina@example.com" }]);
    let members = json!({ "Username": "nina", "UserAttributes": attributes });
    let made = scene.admin("AdminCreateUser", members).await.ok();
    assert_eq!(made["User"]["UserStatus"], "CONFIRMED");
    assert_eq!(scene.server.unread_mails(), 0, "there is no password to tell");
    let asked = scene.begin("nina", json!({})).await.ok();
    assert_eq!(asked["AvailableChallenges"], json!(["EMAIL_OTP"]));
    let with_password =
        json!({ "Username": "otto", "TemporaryPassword": PASSWORD, "MessageAction": "SUPPRESS" });
    let made = scene.admin("AdminCreateUser", with_password).await.ok();
    assert_eq!(made["User"]["UserStatus"], "FORCE_CHANGE_PASSWORD");
    let nothing = json!({ "Username": "paul", "MessageAction": "SUPPRESS" });
    let made = scene.admin("AdminCreateUser", nothing).await.ok();
    assert_eq!(made["User"]["UserStatus"], "FORCE_CHANGE_PASSWORD");
}
