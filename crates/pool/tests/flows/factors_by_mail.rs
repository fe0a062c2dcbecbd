//! Codes by mail as a second factor.

use serde_json::json;

use crate::factors::{Factors, USED_SESSION};
use crate::other_than;

const WRONG_CODE: &str = "Invalid code or auth state for the user.";

#[tokio::test]
async fn a_code_by_mail_is_asked_for_in_our_look_and_verifies_the_address() {
    let scene = Factors::optional().await;
    let unverified = json!({ "UserAttributes": [{ "Name": "email_verified", "Value": "false" }, { "Name": "locale", "Value": "de" }] });
    scene.admin("AdminUpdateUserAttributes", unverified).await.ok();
    scene
        .prefer(json!({ "EmailMfaSettings": { "Enabled": true, "PreferredMfa": true } }))
        .await;
    let asked = scene.password().await.ok();
    let session = &asked["Session"];
    assert_eq!(
        asked,
        json!({
            "ChallengeName": "EMAIL_OTP",
            "ChallengeParameters": {
                "CODE_DELIVERY_DELIVERY_MEDIUM": "EMAIL",
                "CODE_DELIVERY_DESTINATION": "m***@e***",
                "USER_ID_FOR_SRP": "mara",
            },
            "Session": session,
        })
    );
    let mail = scene.server.mail_to("mara@example.com").await;
    assert!(mail.text.contains("Anmeldung"), "{}", mail.text);
    let code = mail
        .text
        .split(|c: char| !c.is_ascii_digit())
        .find(|run| run.len() == 8)
        .unwrap();
    scene
        .with_mail(session, &other_than(code))
        .await
        .assert_error("CodeMismatchException", WRONG_CODE);
    let tokens = scene.with_mail(session, code).await.ok();
    let user = json!({ "AccessToken": tokens["AuthenticationResult"]["AccessToken"] });
    let user = scene.server.call("GetUser", user).await.ok();
    assert!(
        user["UserAttributes"]
            .as_array()
            .unwrap()
            .contains(&json!({ "Name": "email_verified", "Value": "true" })),
        "{user}"
    );
    assert_eq!(user["PreferredMfaSetting"], "EMAIL_OTP");
    assert_eq!(user["UserMFASettingList"], json!(["EMAIL_OTP"]));
    scene
        .with_mail(session, code)
        .await
        .assert_error("NotAuthorizedException", USED_SESSION);
}

#[tokio::test]
async fn a_pool_and_its_function_word_the_mail_of_a_factor() {
    let scene = Factors::of(
        "OPTIONAL",
        json!({ "EmailMfaConfiguration": { "Message": "Type <b>{####}</b>, {username}", "Subject": "For {username}" } }),
    )
    .await;
    scene
        .prefer(json!({ "EmailMfaSettings": { "Enabled": true } }))
        .await;
    let session = scene.password().await.ok()["Session"].clone();
    let mail = scene.server.mail_to("mara@example.com").await;
    assert_eq!(mail.subject, "For mara");
    let code = mail
        .text
        .trim()
        .strip_prefix("Type ")
        .unwrap()
        .strip_suffix(", mara")
        .unwrap();
    scene.with_mail(&session, code).await.ok();
}

#[tokio::test]
async fn a_code_by_mail_ends_with_its_session_and_one_sign_in_ends_no_others() {
    let scene = Factors::optional().await;
    scene
        .prefer(json!({ "EmailMfaSettings": { "Enabled": true } }))
        .await;
    let first = scene.password().await.ok()["Session"].clone();
    let first_code = scene.server.code_to("mara@example.com").await;
    let second = scene.password().await.ok()["Session"].clone();
    let second_code = scene.server.code_to("mara@example.com").await;
    scene
        .with_mail(&first, &second_code)
        .await
        .assert_error("CodeMismatchException", WRONG_CODE);
    scene.with_mail(&first, &first_code).await.ok();
    scene.server.clock().advance_seconds(3 * 60);
    scene.with_mail(&second, &second_code).await.assert_error(
        "NotAuthorizedException",
        "Invalid session for the user, session is expired.",
    );
}

#[tokio::test]
async fn r5_mails_of_a_factor_are_limited_and_a_right_code_gives_its_place_back() {
    let scene = Factors::optional().await;
    scene
        .prefer(json!({ "EmailMfaSettings": { "Enabled": true } }))
        .await;
    for _ in 0..5 {
        let session = scene.password().await.ok()["Session"].clone();
        let code = scene.server.code_to("mara@example.com").await;
        scene.with_mail(&session, &code).await.ok();
    }
    for _ in 0..3 {
        scene.password().await.ok();
    }
    scene.password().await.assert_error(
        "TooManyRequestsException",
        "Attempt limit exceeded, please try after some time.",
    );
    scene.server.clock().advance_seconds(60);
    scene.password().await.ok();
    scene.server.ignore_mail();
}
