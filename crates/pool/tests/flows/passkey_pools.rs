//! Which pools have passkeys, and what passkeys are no way around.

use poolhouse_pool::oauth::offers;
use poolhouse_pool::records::{ClientRecord, PoolRecord, load};
use poolhouse_pool::testing::TestPool;
use poolhouse_pool::testing::authenticator::Authenticator;
use serde_json::{Value, json};

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

/// What the sign-in page of an app client is told.
async fn told(server: &TestPool, pool: &str, client: &str) -> Value {
    let platform = &server.app().platform;
    let pool_record = load(platform, &PoolRecord::key(pool)).await.unwrap().unwrap();
    let key = ClientRecord::key(pool, client);
    let client_record = load(platform, &key).await.unwrap().unwrap();
    Value::Object(offers::page(&pool_record.value, &client_record.value))
}

#[tokio::test]
async fn the_page_offers_a_passkey_at_the_sign_in_and_an_app_where_they_would_be_asked_for() {
    let scene = Scene::new().await;
    let (server, pool) = (&scene.choice.server, &scene.choice.pool);
    let offered = async |client: &str| {
        let told = told(server, pool, client).await;
        ["passkeys", "passkeySignIn", "authenticatorApp"].map(|offer| told["offers"][offer] == true)
    };
    assert_eq!(offered(&scene.choice.client).await, [true, true, false]);
    let flows = json!({ "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"] });
    let other = server.client_with(pool, flows).await["ClientId"].clone();
    let other = other.as_str().unwrap();
    assert_eq!(offered(other).await, [true, false, false]);
    let apps = json!({ "UserPoolId": pool, "MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": { "Enabled": true } });
    server.call("SetUserPoolMfaConfig", apps).await.ok();
    assert_eq!(offered(&scene.choice.client).await, [true, true, true]);
    server.require_code(pool, None, true).await;
    assert_eq!(offered(&scene.choice.client).await, [false, false, true]);
}

#[tokio::test]
async fn the_page_begins_with_the_functions_codes_where_they_are_and_the_client_allows_them() {
    let server = TestPool::new().await;
    let plain = server.pool_with(json!({})).await;
    let functions = server.confirm_pool().await;
    for (pool, flows, begins) in [
        (&plain, json!(["ALLOW_USER_SRP_AUTH"]), "USER_SRP_AUTH"),
        (
            &plain,
            json!(["ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"]),
            "USER_SRP_AUTH",
        ),
        (&plain, json!(["ALLOW_CUSTOM_AUTH"]), "CUSTOM_AUTH"),
        (
            &functions,
            json!(["ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"]),
            "CUSTOM_AUTH",
        ),
        (&functions, json!(["ALLOW_USER_SRP_AUTH"]), "USER_SRP_AUTH"),
    ] {
        let client = server
            .client_with(pool, json!({ "ExplicitAuthFlows": flows }))
            .await;
        let told = told(&server, pool, client["ClientId"].as_str().unwrap()).await;
        assert_eq!(told["authFlow"], begins, "{flows}");
    }
}
