//! The ways into hosted login that are shut.

use std::collections::BTreeSet;

use poolhouse_pool::records::Policy;
use poolhouse_testkit::TestServer;
use serde_json::json;

use super::{PASSWORD, Scene, alert, asked, code_in, redeemed};

#[tokio::test]
async fn limits_hold_for_sign_ins_on_pages() {
    let scene = Scene::with_passwords().await;
    let client = scene.client(json!({})).await;
    let limit = json!({
        "LimitDefinition": {
            "LimitClass": "API_CATEGORY",
            "Attributes": { "Category": "UserAuthentication" },
        },
        "RequestedLimitValue": 1,
    });
    scene.server.call("UpdateProvisionedLimit", limit).await.ok();
    let mut browser = scene.browser();
    let page = browser.visit(&asked(&client, "")).await;
    let page = browser
        .answer(&page, &[("username", "mara"), ("password", "wrong")])
        .await;
    let page = browser
        .answer(&page, &[("username", "mara"), ("password", PASSWORD)])
        .await;
    assert_eq!(alert(&page), "Too many attempts. Wait a while, then try again.");
}

#[tokio::test]
async fn a_client_that_leaves_sign_ins_to_other_providers_takes_no_password() {
    let scene = Scene::with_passwords().await;
    let provider = json!({
        "UserPoolId": scene.pool,
        "ProviderName": "Corp",
        "ProviderType": "OIDC",
        "ProviderDetails": {
            "client_id": "a",
            "client_secret": "b",
            "attributes_request_method": "GET",
            "oidc_issuer": "https://idp.example",
            "authorize_scopes": "openid",
            "authorize_url": "https://idp.example/authorize",
            "token_url": "https://idp.example/token",
            "attributes_url": "https://idp.example/me",
            "jwks_uri": "https://idp.example/jwks",
        },
    });
    scene.server.call("CreateIdentityProvider", provider).await.ok();
    let client = scene
        .client(json!({ "SupportedIdentityProviders": ["Corp"] }))
        .await;
    for (more, leads_to) in [
        ("", "https://idp.example/authorize?"),
        (
            "&identity_provider=COGNITO",
            "https://app.example/cb?error=invalid_request&",
        ),
    ] {
        let led = scene.browser().get(&asked(&client, more)).await;
        let location = led.header("location");
        assert!(location.starts_with(leads_to), "{more}: {location}");
    }
}

#[tokio::test]
async fn a_session_is_of_no_use_from_an_address_that_is_blocked() {
    let scene = Scene::with_passwords().await;
    let client = scene.client(json!({})).await;
    let mut browser = scene.browser();
    let page = browser.visit(&asked(&client, "")).await;
    let led = browser
        .submit(&page, &[("username", "mara"), ("password", PASSWORD)])
        .await;
    code_in(&led);
    let risk = json!({
        "UserPoolId": scene.pool,
        "RiskExceptionConfiguration": { "BlockedIPRangeList": ["127.0.0.0/8"] },
    });
    scene.server.call("SetRiskConfiguration", risk).await.ok();
    let led = browser.get(&asked(&client, "&prompt=none")).await;
    assert!(
        led.header("location").contains("error=login_required"),
        "{}",
        led.header("location")
    );
}

#[tokio::test]
async fn a_code_that_was_not_used_yet_ends_with_the_browsers_session() {
    let scene = Scene::with_code().await;
    let client = scene.client(json!({})).await;
    let mut browser = scene.browser();
    let page = browser.password(&client).await;
    let led = browser.submit(&page, &[("code", &scene.code().await)]).await;
    let code = code_in(&led);
    let out = format!("/d/acme/logout?client_id={client}&logout_uri=https%3A%2F%2Fapp.example%2Fbye");
    assert_eq!(browser.get(&out).await.status, 302);
    let refused = redeemed(&mut browser, &client, &code).await;
    assert_eq!(
        (refused.status, refused.text.as_str()),
        (400, "{\"error\":\"invalid_grant\"}")
    );
}

#[tokio::test]
async fn a_key_for_one_pool_does_not_take_the_servers_own_name() {
    let server = TestServer::with(|settings| settings.issuer = "https://id.example:9443".to_owned()).await;
    let pool = server.pool().await;
    let policy = Policy {
        pools: Some(BTreeSet::from([pool.clone()])),
        ..Policy::default()
    };
    let key = server.limited_key(policy).await;
    let domain = |name: &str| {
        json!({
            "UserPoolId": pool,
            "Domain": name,
            "CustomDomainConfig": { "CertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/a" },
        })
    };
    server
        .call_as(Some(&key), "CreateUserPoolDomain", domain("id.example"))
        .await
        .assert_error(
            "InvalidParameterException",
            "This server is reached by that name itself. Only an access key for all pools can make it a domain.",
        );
    server
        .call_as(Some(&key), "CreateUserPoolDomain", domain("login.example"))
        .await
        .ok();
}

#[tokio::test]
async fn what_a_client_may_not_have_any_more_ends_a_sign_in_that_has_begun() {
    let moved = json!({ "CallbackURLs": ["https://app.example/elsewhere"] });
    let off = json!({ "AllowedOAuthFlowsUserPoolClient": false });
    for (change, error) in [(moved, "redirect_mismatch"), (off, "unauthorized_client")] {
        let scene = Scene::with_code().await;
        let client = scene.client(json!({})).await;
        let mut browser = scene.browser();
        let page = browser.password(&client).await;
        let mut update = super::hosted(change);
        update["UserPoolId"] = json!(scene.pool);
        update["ClientId"] = json!(client);
        scene.server.call("UpdateUserPoolClient", update).await.ok();
        let refused = browser.submit(&page, &[("code", &scene.code().await)]).await;
        assert_eq!((refused.status, refused.header("location")), (400, ""));
        assert!(refused.text.contains(error), "{}", refused.text);
        // Nobody was signed in by it.
        assert!(
            !browser
                .cookies
                .keys()
                .any(|name| name.starts_with("__Host-cognito"))
        );
    }
}
