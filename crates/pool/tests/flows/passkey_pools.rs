//! Which pools have passkeys, and what passkeys are no way around.

use poolhouse_pool::testing::authenticator::Authenticator;
use serde_json::json;

use crate::WRONG;
use crate::passkeys::{ORIGIN, RP_ID, Scene};

#[tokio::test]
async fn passkeys_are_refused_where_the_pool_does_not_have_them() {
    let scene = Scene::new().await;
    let multi =
        json!({ "RelyingPartyId": RP_ID, "FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION" });
    assert_eq!(scene.configure(multi).await.status, 400);
    let read = json!({ "UserPoolId": scene.choice.pool });
    let config = scene.choice.server.call("GetUserPoolMfaConfig", read).await.ok();
    assert_eq!(
        config,
        json!({
            "MfaConfiguration": "OFF",
            "WebAuthnConfiguration": { "RelyingPartyId": RP_ID, "UserVerification": "preferred" },
        })
    );
    let phone = Authenticator::at(ORIGIN, RP_ID, b"phone");
    scene.register(&phone).await;
    let (options, session) = scene.asked().await;
    let allowed = json!({ "AllowedFirstAuthFactors": ["PASSWORD"] });
    let members = json!({ "UserPoolId": scene.choice.pool, "Policies": { "SignInPolicy": allowed } });
    scene.choice.server.call("UpdateUserPool", members).await.ok();
    let answer = scene.respond(&session, &phone.sign(&options, &scene.sub)).await;
    answer.assert_error("NotAuthorizedException", WRONG);
    let refused = scene.with_token("StartWebAuthnRegistration", json!({})).await;
    refused.assert_error(
        "WebAuthnNotEnabledException",
        "WebAuthn is not enabled for this user pool.",
    );
}

#[tokio::test]
async fn door_a_passkey_is_no_way_around_the_code_nor_a_second_factor() {
    let scene = Scene::new().await;
    let phone = Authenticator::at(ORIGIN, RP_ID, b"phone");
    scene.register(&phone).await;
    let (options, session) = scene.asked().await;
    scene
        .choice
        .server
        .require_code(&scene.choice.pool, None, true)
        .await;
    let needs_code =
        "USER_AUTH would sign in without a confirm code, which this user pool requires. Use CUSTOM_AUTH.";
    let answer = scene.respond(&session, &phone.sign(&options, &scene.sub)).await;
    answer.assert_error("InvalidParameterException", needs_code);
    let preference = json!({ "PREFERRED_CHALLENGE": "WEB_AUTHN" });
    let answer = scene.choice.begin("mara", preference).await;
    answer.assert_error("InvalidParameterException", needs_code);
    scene
        .choice
        .server
        .require_code(&scene.choice.pool, None, false)
        .await;
    let (options, session) = scene.asked().await;
    let recovery = json!({ "RecoveryMechanisms": [{ "Name": "admin_only", "Priority": 1 }] });
    let allowed = json!({ "AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"] });
    let update = json!({
        "UserPoolId": scene.choice.pool,
        "AccountRecoverySetting": recovery,
        "Policies": { "SignInPolicy": allowed },
    });
    scene.choice.server.call("UpdateUserPool", update).await.ok();
    let config = |mode: &str| json!({ "UserPoolId": scene.choice.pool, "MfaConfiguration": mode, "EmailMfaConfiguration": {} });
    scene.choice.server.call("SetUserPoolMfaConfig", config("ON")).await.assert_error(
        "InvalidParameterException",
        "Cannot set WebAuthn factor configuration to SINGLE_FACTOR if MFA is required and WebAuthn is an allowed first auth factor",
    );
    scene
        .choice
        .server
        .call("SetUserPoolMfaConfig", config("OPTIONAL"))
        .await
        .ok();
    let enabled = json!({ "EmailMfaSettings": { "Enabled": true } });
    scene
        .choice
        .admin("AdminSetUserMFAPreference", enabled)
        .await
        .ok();
    let answer = scene.respond(&session, &phone.sign(&options, &scene.sub)).await;
    answer.assert_error("NotAuthorizedException", "Invalid session for the user.");
    assert_eq!(
        scene.choice.prefer("WEB_AUTHN").await["ChallengeName"],
        "SELECT_CHALLENGE"
    );
}
