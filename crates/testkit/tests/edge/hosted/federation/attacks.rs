//! What somebody tries who is not whom a provider means, or who runs a provider of its own. Nobody gets in by any of it.

use axum::http::Request;
use poolhouse_crypto::hmac_sha256;
use poolhouse_crypto::jwt::{KeyBits, SigningKey};
use poolhouse_testkit::Answer;
use serde_json::json;

use super::super::strangers;
use super::{
    ISSUER, KEYS, RP, Scene, TOKEN, asked_of, assert_page, by_hand, code_in, corp, key, publish, scene,
    signed, told,
};

/// The users before anybody tries anything.
const NOBODY_NEW: [&str; 1] = ["mara"];

/// That a client is told that nobody has signed in, and nobody has.
async fn assert_refused(scene: &Scene, answer: &Answer, why: &str) {
    assert_eq!(told(answer), ("invalid_request".to_owned(), why.to_owned()));
    assert_eq!(answer.header("set-cookie"), "", "{why}");
    assert_eq!(scene.usernames().await, NOBODY_NEW, "{why}");
}

#[tokio::test]
async fn o_33_an_id_token_that_is_not_for_this_sign_in_signs_nobody_in() {
    let scene = scene().await;
    let client = scene.client_by(&["Corp"]).await;
    let now = scene.server.app().platform.now().seconds();
    for (changed, why) in [
        (
            json!({ "nonce": "another" }),
            "the ID token is of another sign-in",
        ),
        (json!({ "nonce": null }), "the ID token is of another sign-in"),
        (json!({ "nonce": "" }), "the ID token is of another sign-in"),
        (
            json!({ "iss": "https://evil.example" }),
            "the ID token is of another issuer",
        ),
        (
            json!({ "iss": format!("{ISSUER}/") }),
            "the ID token is of another issuer",
        ),
        (json!({ "iss": null }), "the ID token is of another issuer"),
        (
            json!({ "aud": "another-client" }),
            "the ID token is for another client",
        ),
        (json!({ "aud": [] }), "the ID token is for another client"),
        (json!({ "aud": null }), "the ID token is for another client"),
        (
            json!({ "aud": [RP, "another-client"] }),
            "the ID token is for another client",
        ),
        (
            json!({ "aud": [RP, "another-client"], "azp": "another-client" }),
            "the ID token is for another client",
        ),
        (
            json!({ "azp": "another-client" }),
            "the ID token is for another client",
        ),
        (json!({ "exp": now - 60 }), "the ID token is not of now"),
        (json!({ "iat": now - 361 }), "the ID token is not of now"),
        (json!({ "iat": now + 301 }), "the ID token is not of now"),
        (json!({ "nbf": now + 61 }), "the ID token is not of now"),
        (json!({ "exp": null }), "the ID token does not say when"),
        (json!({ "iat": "now" }), "the ID token does not say when"),
        (
            json!({ "at_hash": "of-another-access-token" }),
            "the ID token is beside another access token",
        ),
        (json!({ "sub": "" }), "the ID token names nobody"),
        (json!({ "sub": 7 }), "the ID token names nobody"),
    ] {
        let mut browser = scene.browser();
        let led = browser.signs_in(&scene, &client, changed.clone()).await;
        assert_refused(&scene, &led, &format!("Corp Error - {why}")).await;
    }
    // What is as it should be is taken, a minute after its end and for two clients, too.
    let fine = json!({ "exp": now - 59, "aud": [RP, "another-client"], "azp": RP });
    code_in(&scene.browser().signs_in(&scene, &client, fine).await);
}

#[tokio::test]
async fn o_33_an_id_token_that_the_provider_has_not_signed_signs_nobody_in() {
    let scene = scene().await;
    let client = scene.client_by(&["Corp"]).await;
    let kid = key().verifying_key().kid().to_owned();
    let stranger = SigningKey::generate(KeyBits::Rsa2048).unwrap();
    let published = scene.server.outside();
    for attack in [
        "none",
        "NONE",
        "empty",
        "hs256 with the public key",
        "another key",
        "another key by this name",
        "jwk in the header",
        "a changed claim",
    ] {
        let mut browser = scene.browser();
        let left = browser.leaves(&client, "").await;
        let claims = scene.claims(json!({ "nonce": left["nonce"] }));
        let good = signed(&claims);
        let (message, signature) = good.rsplit_once('.').unwrap();
        let token = match attack {
            "none" => by_hand(&json!({ "alg": "none", "kid": kid }), &claims, b""),
            "NONE" => by_hand(&json!({ "alg": "NONE" }), &claims, b""),
            "empty" => format!("{message}."),
            "hs256 with the public key" => {
                let header = json!({ "alg": "HS256", "kid": kid });
                let unsigned = by_hand(&header, &claims, b"");
                let signed = unsigned.trim_end_matches('.');
                by_hand(
                    &header,
                    &claims,
                    &hmac_sha256(key().public_key_der(), &[signed.as_bytes()]),
                )
            }
            "another key" => stranger.sign(&claims).unwrap(),
            "another key by this name" => {
                let other = stranger.sign(&claims).unwrap();
                let (rest, signature) = other.rsplit_once('.').unwrap();
                let (_, payload) = rest.split_once('.').unwrap();
                let (header, _) = message.split_once('.').unwrap();
                format!("{header}.{payload}.{signature}")
            }
            "jwk in the header" => {
                let header = json!({ "alg": "RS256", "kid": kid, "jwk": stranger.verifying_key().jwk() });
                by_hand(&header, &claims, &[1; 256])
            }
            _ => {
                let other = by_hand(
                    &json!({ "kid": kid, "alg": "RS256" }),
                    &scene.claims(json!({ "sub": "1" })),
                    b"",
                );
                format!("{other}{signature}")
            }
        };
        scene.gives(&token);
        let led = browser.returns(&left["state"]).await;
        assert_refused(
            &scene,
            &led,
            "Corp Error - the ID token is not signed by the issuer",
        )
        .await;
    }
    // A key that nobody knows has the keys looked for once a minute, however many tokens name one.
    let asked = published.asked().into_iter().filter(|url| url == KEYS).count();
    assert_eq!(asked, 1);
    scene.server.clock().advance_seconds(61);
    let mut browser = scene.browser();
    let left = browser.leaves(&client, "").await;
    scene.gives(
        &stranger
            .sign(&scene.claims(json!({ "nonce": left["nonce"] })))
            .unwrap(),
    );
    browser.returns(&left["state"]).await;
    assert_eq!(published.asked().into_iter().filter(|url| url == KEYS).count(), 2);
}

#[tokio::test]
async fn o_32_an_answer_is_heard_once_in_the_browser_that_left_and_in_time() {
    let scene = scene().await;
    let client = scene.client_by(&["Corp"]).await;
    let mut victim = scene.browser();
    let mut thief = scene.browser();
    // Login CSRF, a fixed state, an injected code: the thief's round in the victim's browser.
    let of_thief = thief.leaves(&client, "").await;
    scene.gives(&signed(&scene.claims(json!({ "nonce": of_thief["nonce"] }))));
    assert_page(&victim.returns(&of_thief["state"]).await);
    victim.leaves(&client, "").await;
    assert_page(&victim.returns(&of_thief["state"]).await);
    assert_eq!(scene.usernames().await, NOBODY_NEW);
    // The thief's code in the victim's own round: the token is of another sign-in.
    let of_victim = victim.leaves(&client, "").await;
    let led = victim.returns(&of_victim["state"]).await;
    assert_refused(&scene, &led, "Corp Error - the ID token is of another sign-in").await;
    // Its own is good once.
    code_in(&thief.returns(&of_thief["state"]).await);
    assert_page(&thief.returns(&of_thief["state"]).await);
    // A refused one is used up, too.
    assert_page(&victim.returns(&of_victim["state"]).await);
    // Five minutes.
    let late = victim.leaves(&client, "").await;
    scene.gives(&signed(&scene.claims(json!({ "nonce": late["nonce"] }))));
    scene.server.clock().advance_seconds(300);
    assert_page(&victim.returns(&late["state"]).await);
    for state in ["", "x", &"A".repeat(43)] {
        assert_page(&victim.returns(state).await);
    }
    assert_page(&victim.get("/d/acme/oauth2/idpresponse").await);
    let doubled = victim.leaves(&client, "").await;
    assert_page(
        &victim
            .get(&format!(
                "/d/acme/oauth2/idpresponse?code=a&code=b&state={}",
                doubled["state"]
            ))
            .await,
    );
}

#[tokio::test]
async fn o_32_a_round_is_no_page_and_a_page_no_round() {
    let scene = scene().await;
    let client = scene.client_by(&["COGNITO", "Corp"]).await;
    let mut browser = scene.browser();
    let page = browser.visit(&super::asked(&client, "")).await;
    let handle = super::super::hidden(&page, "tx");
    assert_page(&browser.returns(&handle).await);
    let left = browser.leaves(&client, "&identity_provider=Corp").await;
    let body = format!(
        "tx={}&seq=0&_csrf={}&username=mara&password=Correct-Horse-9!",
        left["state"],
        super::super::hidden(&page, "_csrf")
    );
    let request = Request::post(format!("/d/acme/login?client_id={client}"))
        .header("content-type", "application/x-www-form-urlencoded");
    let led = browser.send(request, body).await;
    assert!(
        led.header("location").contains("/oauth2/authorize?again=1"),
        "{}",
        led.header("location")
    );
}

#[tokio::test]
async fn o_31_the_answer_of_one_provider_is_not_taken_for_another_ones() {
    let scene = scene().await;
    let evil = json!({
        "ProviderName": "Evil",
        "IdpIdentifiers": [],
        "ProviderDetails": {
            "client_id": RP, "client_secret": "s", "authorize_scopes": "openid", "attributes_request_method": "GET",
            "oidc_issuer": "https://evil.example",
        },
    });
    let says = json!({
        "issuer": "https://evil.example",
        "authorization_endpoint": "https://evil.example/auth",
        "token_endpoint": "https://evil.example/token",
        "jwks_uri": KEYS,
        "authorization_response_iss_parameter_supported": true,
    });
    let outside = scene.server.outside();
    outside.document("https://evil.example/.well-known/openid-configuration", &says);
    scene.provider(corp(evil)).await;
    let client = scene.client_by(&["Corp", "Evil"]).await;
    let mut browser = scene.browser();
    // The round is the evil one's, the code and the token the honest one's.
    let left = browser.leaves(&client, "&identity_provider=Evil").await;
    let honest = signed(&scene.claims(json!({ "nonce": left["nonce"] })));
    outside.document(
        "https://evil.example/token",
        &json!({ "access_token": "at", "id_token": honest }),
    );
    let path = |state: &str, more: &str| format!("/d/acme/oauth2/idpresponse?code=c&state={state}{more}");
    let led = browser
        .get(&path(&left["state"], "&iss=https%3A%2F%2Fevil.example"))
        .await;
    assert_refused(&scene, &led, "Evil Error - the ID token is of another issuer").await;
    for said in ["", "&iss=https%3A%2F%2Fidp.example"] {
        let left = browser.leaves(&client, "&identity_provider=Evil").await;
        let led = browser.get(&path(&left["state"], said)).await;
        assert_refused(&scene, &led, "Evil Error - the answer is of another issuer").await;
    }
    // One that does not say who it is may not say that it is another.
    let left = browser.leaves(&client, "&identity_provider=Corp").await;
    let led = browser
        .get(&path(&left["state"], "&iss=https%3A%2F%2Fevil.example"))
        .await;
    assert_refused(&scene, &led, "Corp Error - the answer is of another issuer").await;
    // Nothing of that was asked of the honest one.
    assert!(!outside.asked().contains(&TOKEN.to_owned()));
}

#[tokio::test]
async fn o_01_a_provider_that_signs_nobody_in_leads_nobody_to_a_stranger() {
    let scene = Scene::with_strangers(json!({})).await;
    publish(&scene);
    scene.provider(corp(json!({}))).await;
    let own = json!({ "SupportedIdentityProviders": ["COGNITO", "Corp"] });
    scene.with_tool(own).await;
    let mut browser = scene.browser();
    let request = strangers::asked(
        strangers::TOOL,
        "https://tool.example/cb",
        "&identity_provider=Corp",
    );
    let led = browser.get(&request).await;
    let left = asked_of(led.header("location"));
    assert!(left["at"].starts_with(ISSUER), "{}", left["at"]);
    let refused = format!(
        "/d/acme/oauth2/idpresponse?error=access_denied&state={}",
        left["state"]
    );
    let back = browser.get(&refused).await;
    // Our own page of the error, and nowhere else.
    let here = "http://127.0.0.1:9229/d/acme/error?error=access_denied";
    assert_eq!(back.header("location"), here, "{}", back.text);
}
