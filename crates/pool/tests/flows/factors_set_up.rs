//! `MFA_SETUP`: a pool that asks everybody for a second factor, and users who have none.

use serde_json::{Value, json};

use crate::factors::{Factors, USED_SESSION};
use crate::{PASSWORD, other_than};

const CANNOT: &str = "User has no MFA method available.";

async fn on() -> Factors {
    let scene = Factors::of("ON", json!({})).await;
    let without = json!({ "UserAttributeNames": ["email"] });
    scene.admin("AdminDeleteUserAttributes", without).await.ok();
    scene
}

#[tokio::test]
async fn who_has_no_factor_sets_up_an_app_while_signing_in() {
    let scene = on().await;
    let asked = scene.password().await.ok();
    let session = asked["Session"].clone();
    assert_eq!(
        asked,
        json!({
            "ChallengeName": "MFA_SETUP",
            "ChallengeParameters": {
                "MFAS_CAN_SETUP": "[\"SOFTWARE_TOKEN_MFA\"]",
                "USER_ID_FOR_SRP": "mara",
            },
            "Session": session,
        })
    );
    scene
        .respond("MFA_SETUP", &session, json!({}))
        .await
        .assert_error(
            "InvalidParameterException",
            "User has not verified software token mfa",
        );
    let associated = scene.associate(json!({ "Session": session })).await;
    let secret = associated["SecretCode"].as_str().unwrap();
    let again = scene
        .server
        .call("AssociateSoftwareToken", json!({ "Session": session }))
        .await;
    again.assert_error("NotAuthorizedException", USED_SESSION);
    let session = associated["Session"].clone();
    let verify = async |code: &str| {
        let request = json!({ "Session": session, "UserCode": code, "FriendlyDeviceName": "phone" });
        scene.server.call("VerifySoftwareToken", request).await
    };
    let code = scene.code(secret);
    for _ in 0..4 {
        verify(&other_than(&code)).await.assert_error(
            "EnableSoftwareTokenMFAException",
            "Code mismatch and fail enable Software Token MFA",
        );
    }
    let verified = verify(&code).await.ok();
    let session = verified["Session"].clone();
    assert_eq!(verified, json!({ "Status": "SUCCESS", "Session": session }));
    // The app is the user's from then on, whether or not the sign-in ends.
    assert_eq!(scene.password().await.ok()["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    let extra = json!({ "SOFTWARE_TOKEN_MFA_CODE": "000000" });
    let tokens = scene.respond("MFA_SETUP", &session, extra).await.ok();
    assert!(tokens["AuthenticationResult"].is_object(), "{tokens}");
    assert_eq!(tokens["ChallengeParameters"], json!({}));
    scene
        .respond("MFA_SETUP", &session, json!({}))
        .await
        .assert_error("NotAuthorizedException", USED_SESSION);
    let asked = scene.password().await.ok();
    scene.with_token(&asked["Session"], &code).await.assert_error(
        "ExpiredCodeException",
        "Your software token has already been used once.",
    );
    scene.server.clock().advance_seconds(30);
    scene
        .with_token(&asked["Session"], &scene.code(secret))
        .await
        .ok();
}

#[tokio::test]
async fn a_new_user_chooses_a_password_before_a_factor_and_has_both_then() {
    let scene = on().await;
    let temporary = json!({ "Password": "Temporary-Horse-1", "Permanent": false });
    scene.admin("AdminSetUserPassword", temporary).await.ok();
    let first = scene
        .server
        .password_sign_in(&scene.client, "mara", "Temporary-Horse-1")
        .await
        .ok();
    assert_eq!(first["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    let chosen = json!({ "NEW_PASSWORD": PASSWORD });
    let asked = scene
        .respond("NEW_PASSWORD_REQUIRED", &first["Session"], chosen)
        .await
        .ok();
    assert_eq!(asked["ChallengeName"], "MFA_SETUP");
    let associated = scene.associate(json!({ "Session": asked["Session"] })).await;
    let code = scene.code(associated["SecretCode"].as_str().unwrap());
    let request = json!({ "Session": associated["Session"], "UserCode": code });
    let verified = scene.server.call("VerifySoftwareToken", request).await.ok();
    let tokens = scene
        .respond("MFA_SETUP", &verified["Session"], json!({}))
        .await
        .ok();
    assert!(tokens["AuthenticationResult"].is_object(), "{tokens}");
    assert_eq!(scene.password().await.ok()["ChallengeName"], "SOFTWARE_TOKEN_MFA");
}

#[tokio::test]
async fn an_address_given_in_the_sign_in_is_the_users_once_its_code_is_typed() {
    for key in ["EMAIL", "email"] {
        let scene = on().await;
        scene
            .configure("ON", json!({ "EmailMfaConfiguration": {} }))
            .await;
        let asked = scene.password().await.ok();
        assert_eq!(
            asked["ChallengeParameters"]["MFAS_CAN_SETUP"],
            "[\"SOFTWARE_TOKEN_MFA\",\"EMAIL_OTP\"]"
        );
        let session = &asked["Session"];
        scene
            .respond("MFA_SETUP", session, json!({ key: "nowhere" }))
            .await
            .assert_error("InvalidParameterException", "Invalid email address format.");
        let asked = scene
            .respond("MFA_SETUP", session, json!({ key: "new@example.com" }))
            .await
            .ok();
        assert_eq!(asked["ChallengeName"], "EMAIL_OTP");
        assert_eq!(
            asked["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"],
            "n***@e***"
        );
        let before = scene.admin("AdminGetUser", json!({})).await.text;
        assert!(!before.contains("new@example.com"), "{before}");
        let code = scene.server.code_to("new@example.com").await;
        let tokens = scene.with_mail(&asked["Session"], &code).await.ok();
        assert!(tokens["AuthenticationResult"].is_object(), "{tokens}");
        let after = scene.admin("AdminGetUser", json!({})).await.ok();
        assert_eq!(after["UserMFASettingList"], json!(["EMAIL_OTP"]));
        let attributes = after["UserAttributes"].to_string();
        assert!(attributes.contains("new@example.com"), "{attributes}");
        assert_eq!(scene.password().await.ok()["ChallengeName"], "EMAIL_OTP");
        scene.server.ignore_mail();
    }
}

#[tokio::test]
async fn who_can_set_up_nothing_is_told_so() {
    let scene = Factors::of("ON", json!({ "EmailMfaConfiguration": {} })).await;
    let (server, pool) = (&scene.server, &scene.pool);
    let email_alone = json!({ "UserPoolId": pool, "MfaConfiguration": "ON", "EmailMfaConfiguration": {} });
    server.call("SetUserPoolMfaConfig", email_alone).await.ok();
    let recovery = json!([{ "Name": "verified_email", "Priority": 1 }, { "Name": "verified_phone_number", "Priority": 2 }]);
    let update = json!({
        "UserPoolId": pool,
        "MfaConfiguration": "ON",
        "AccountRecoverySetting": { "RecoveryMechanisms": recovery },
    });
    server.call("UpdateUserPool", update).await.ok();
    scene
        .password()
        .await
        .assert_error("NotAuthorizedException", CANNOT);
    let by_srp = server.srp_sign_in(pool, &scene.client, "mara", PASSWORD).await;
    by_srp.assert_error("MFAMethodNotFoundException", CANNOT);
}

#[tokio::test]
async fn a_session_that_is_for_nothing_of_the_kind_sets_up_nothing() {
    let scene = Factors::optional().await;
    scene.app().await;
    let session = scene.password().await.ok()["Session"].clone();
    let cases: [(Value, &str, &str); 4] = [
        (
            json!({ "Session": session }),
            "NotAuthorizedException",
            "Invalid session for the user.",
        ),
        (
            json!({ "Session": "AYABeclient.nothing-of-ours" }),
            "NotAuthorizedException",
            "Invalid session for the user.",
        ),
        (
            json!({}),
            "InvalidParameterException",
            "Either AccessToken or Session must be given, and not both.",
        ),
        (
            json!({ "AccessToken": "a.b.c" }),
            "NotAuthorizedException",
            "Invalid Access Token",
        ),
    ];
    for (body, error, sentence) in cases {
        let answer = scene.server.call("AssociateSoftwareToken", body.clone()).await;
        answer.assert_error(error, sentence);
        let mut verify = body;
        verify["UserCode"] = json!("123456");
        let answer = scene.server.call("VerifySoftwareToken", verify).await;
        answer.assert_error(error, sentence);
    }
}

#[tokio::test]
async fn a_pool_without_apps_registers_none() {
    let scene = Factors::optional().await;
    let token = scene.access_token().await;
    let off = json!({ "UserPoolId": scene.pool, "MfaConfiguration": "OFF" });
    scene.server.call("SetUserPoolMfaConfig", off).await.ok();
    let sentence = "Software Token MFA has not been enabled by the userPool";
    let associate = json!({ "AccessToken": token });
    let answer = scene.server.call("AssociateSoftwareToken", associate).await;
    answer.assert_error("SoftwareTokenMFANotFoundException", sentence);
    let verify = json!({ "AccessToken": token, "UserCode": "123456" });
    let answer = scene.server.call("VerifySoftwareToken", verify).await;
    answer.assert_error("SoftwareTokenMFANotFoundException", sentence);
}
