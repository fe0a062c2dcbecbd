//! Providers with shapes of their own. Their servers are not asked: these are the shapes that they document.

use axum::http::Request;
use serde_json::{Value, json};

use super::{Scene, asked_of, claims_of, code_in, redeemed, signed};

const REDIRECT: &str = "http://127.0.0.1:9229/d/acme/oauth2/idpresponse";

async fn scene(provider: Value) -> (Scene, String) {
    let scene = Scene::with_passwords().await;
    let name = provider["ProviderName"].as_str().unwrap().to_owned();
    scene.provider(provider).await;
    let client = scene.client_by(&[&name]).await;
    (scene, client)
}

#[tokio::test]
async fn google_is_an_issuer_whose_addresses_are_known() {
    let (scene, client) = scene(json!({
        "ProviderName": "Google",
        "ProviderType": "Google",
        "ProviderDetails": { "client_id": "g", "client_secret": "s", "authorize_scopes": "openid email" },
        "AttributeMapping": { "username": "sub", "email": "email", "email_verified": "email_verified" },
    }))
    .await;
    let outside = scene.server.outside();
    let issuer = "https://accounts.google.com";
    let keys = "https://www.googleapis.com/oauth2/v3/certs";
    outside.document(
        &format!("{issuer}/.well-known/openid-configuration"),
        &json!({ "issuer": issuer, "authorization_endpoint": "https://x.example", "token_endpoint": "https://x.example", "jwks_uri": keys }),
    );
    outside.document(keys, &json!({ "keys": [super::key().verifying_key().jwk()] }));
    for issuer in ["https://accounts.google.com", "accounts.google.com"] {
        let mut browser = scene.browser();
        let left = browser.leaves(&client, "&login_hint=mara%40a.example").await;
        assert_eq!(left["at"], "https://accounts.google.com/o/oauth2/v2/auth");
        assert_eq!(left["login_hint"], "mara@a.example");
        let claims = scene
            .claims(json!({ "nonce": left["nonce"], "iss": issuer, "aud": "g", "email_verified": true }));
        let given = json!({ "access_token": "at", "id_token": signed(&claims) });
        outside.document("https://www.googleapis.com/oauth2/v4/token", &given);
        let led = browser.returns(&left["state"]).await;
        let tokens = redeemed(&mut browser, &client, &code_in(&led)).await.ok();
        let id = claims_of(&tokens["id_token"]);
        assert_eq!(id["cognito:username"], "Google_24400320");
        assert_eq!(id["email_verified"], true);
        assert_eq!(id["identities"][0]["issuer"], Value::Null);
    }
}

#[tokio::test]
async fn facebook_gives_no_id_token_and_says_what_it_is_asked_for() {
    let (scene, client) = scene(json!({
        "ProviderName": "Facebook",
        "ProviderType": "Facebook",
        "ProviderDetails": { "client_id": "f", "client_secret": "s3cret", "authorize_scopes": "public_profile,email", "api_version": "v17.0" },
        "AttributeMapping": { "username": "id", "email": "email", "name": "name" },
    }))
    .await;
    let outside = scene.server.outside();
    let mut browser = scene.browser();
    let left = browser.leaves(&client, "").await;
    assert_eq!(left["at"], "https://www.facebook.com/v17.0/dialog/oauth");
    assert_eq!(left.get("nonce"), None);
    let info = "https://graph.facebook.com/v17.0/me?fields=id,email,name";
    outside.document(
        info,
        &json!({ "id": "1007", "email": "mara@f.example", "name": "Mara" }),
    );
    // The code is exchanged by a GET, so the answer stands under whatever is asked.
    let led = browser.returns(&left["state"]).await;
    assert!(
        led.header("location").contains("error="),
        "{}",
        led.header("location")
    );
    let exchange = outside
        .asked()
        .into_iter()
        .rfind(|url| url.contains("/oauth/access_token?"))
        .unwrap();
    let exchanged = asked_of(&exchange);
    assert_eq!(
        exchanged["at"],
        "https://graph.facebook.com/v17.0/oauth/access_token"
    );
    assert_eq!(exchanged["code"], "c0de");
    assert_eq!(exchanged["client_secret"], "s3cret");
    assert_eq!(exchanged["redirect_uri"], REDIRECT);
}

#[tokio::test]
async fn amazon_says_who_it_is_to_the_holder_of_the_access_token() {
    let (scene, client) = scene(json!({
        "ProviderName": "LoginWithAmazon",
        "ProviderType": "LoginWithAmazon",
        "ProviderDetails": { "client_id": "a", "client_secret": "s", "authorize_scopes": "profile" },
        "AttributeMapping": { "username": "user_id", "email": "email" },
    }))
    .await;
    let outside = scene.server.outside();
    outside.document(
        "https://api.amazon.com/auth/o2/token",
        &json!({ "access_token": "Atza" }),
    );
    let profile = "https://api.amazon.com/user/profile";
    outside.document(
        profile,
        &json!({ "user_id": "amzn1.account.K2LI23KL2LK2", "email": "mara@a.example" }),
    );
    let mut browser = scene.browser();
    let left = browser.leaves(&client, "").await;
    assert_eq!(left["at"], "https://www.amazon.com/ap/oa");
    let led = browser.returns(&left["state"]).await;
    let tokens = redeemed(&mut browser, &client, &code_in(&led)).await.ok();
    let id = claims_of(&tokens["id_token"]);
    assert_eq!(
        id["cognito:username"],
        "LoginWithAmazon_amzn1.account.K2LI23KL2LK2"
    );
    // One who is nobody there is nobody here.
    outside.document(profile, &json!({ "email": "mara@a.example" }));
    let left = browser.leaves(&client, "&prompt=login").await;
    let led = browser.returns(&left["state"]).await;
    assert!(
        led.header("location").contains("error=invalid_request"),
        "{}",
        led.header("location")
    );
}

#[tokio::test]
async fn apple_answers_by_a_form_of_its_own_page_and_takes_a_signature_for_a_secret() {
    let key = rcgen::KeyPair::generate().unwrap();
    let (scene, client) = scene(json!({
        "ProviderName": "SignInWithApple",
        "ProviderType": "SignInWithApple",
        "ProviderDetails": {
            "client_id": "com.example.web", "team_id": "TEAM", "key_id": "KEY", "private_key": key.serialize_pem(),
            "authorize_scopes": "email name",
        },
        "AttributeMapping": { "username": "sub", "email": "email", "given_name": "firstName" },
    }))
    .await;
    let outside = scene.server.outside();
    let issuer = "https://appleid.apple.com";
    let keys = format!("{issuer}/auth/keys");
    outside.document(
        &format!("{issuer}/.well-known/openid-configuration"),
        &json!({ "issuer": issuer, "authorization_endpoint": issuer, "token_endpoint": issuer, "jwks_uri": keys }),
    );
    outside.document(&keys, &json!({ "keys": [super::key().verifying_key().jwk()] }));
    let mut browser = scene.browser();
    let left = browser.leaves(&client, "").await;
    assert_eq!(left["response_mode"], "form_post");
    let claims = scene.claims(json!({ "nonce": left["nonce"], "iss": issuer, "aud": "com.example.web" }));
    outside.document(
        &format!("{issuer}/auth/token"),
        &json!({ "access_token": "at", "id_token": signed(&claims) }),
    );
    // From Apple's page, so without cookies of ours.
    let user =
        "%7B%22name%22%3A%7B%22firstName%22%3A%22Mara%22%7D%2C%22email%22%3A%22victim%40b.example%22%7D";
    let body = format!("code=c0de&state={}&user={user}&unknown=1", left["state"]);
    let request = Request::post("/d/acme/oauth2/idpresponse")
        .header("origin", "https://appleid.apple.com")
        .header("content-type", "application/x-www-form-urlencoded");
    let led = scene.browser().send(request, body).await;
    assert_eq!(led.status, 303);
    let location = led.header("location").to_owned();
    assert!(
        location.starts_with("/d/acme/oauth2/idpresponse?code=c0de&state=") && !location.contains("unknown"),
        "{location}"
    );
    let led = browser.get(&location).await;
    let tokens = redeemed(&mut browser, &client, &code_in(&led)).await.ok();
    let id = claims_of(&tokens["id_token"]);
    assert_eq!(id["email"], "mara@corp.example");
    let user = scene.got("SignInWithApple_24400320").await;
    assert!(
        user.to_string()
            .contains(r#"{"Name":"given_name","Value":"Mara"}"#),
        "{user}"
    );
}
