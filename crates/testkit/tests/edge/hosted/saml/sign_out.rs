//! Signing out at the SAML provider, too.

use axum::http::Request;
use poolhouse_saml::testing::{Idp, Said, SignedOut, is_signed, posted};
use poolhouse_testkit::{Answer, TestServer};
use poolhouse_text::percent;
use serde_json::{Value, json};

use super::{Asked, Browser, Campus, parameter, post};
use crate::hosted::{asked, between, title};

const SLO: &str = "http://127.0.0.1:9229/d/acme/saml2/logout";
const PATH: &str = "/d/acme/saml2/logout";
const BYE: &str = "https://app.example/bye";

async fn campus() -> Campus {
    Campus::with(json!({ "IDPSignout": "true" })).await
}

/// A browser in which Alice has signed in.
async fn signed_in(campus: &Campus) -> Browser<'_> {
    let mut browser = campus.scene.browser();
    let asked = campus.leave(&mut browser).await;
    let answer = post(&mut browser, &asked, &said(campus, &asked)).await;
    assert_eq!(super::told(&answer), "");
    browser
}

/// What the provider says of Alice, in an assertion that was not used before.
fn said(campus: &Campus, asked: &Asked) -> String {
    let said = Said {
        id: format!("{}-assertion", asked.id),
        ..campus.said(asked)
    };
    said.signed()
}

fn to_bye(client: &str) -> String {
    format!("/d/acme/logout?client_id={client}&logout_uri=https%3A%2F%2Fapp.example%2Fbye")
}

/// Whether the browser is signed in at the pool: its request leads to the provider otherwise.
async fn is_signed_in(campus: &Campus, browser: &mut Browser<'_>) -> bool {
    let answer = browser.get(&asked(&campus.client, "&prompt=none")).await;
    !answer.header("location").contains("error=")
}

/// Signs out, and reads what the provider is told.
async fn signs_out(browser: &mut Browser<'_>, way: &str) -> Asked {
    let answer = browser.get(way).await;
    assert_eq!(answer.status, 302, "{}", answer.text);
    told_to(answer.header("location"))
}

fn told_to(location: &str) -> Asked {
    assert!(location.starts_with("https://idp.example/slo?"), "{location}");
    super::read(location)
}

fn answer_to(asked: &Asked) -> SignedOut {
    SignedOut {
        destination: SLO.to_owned(),
        in_response_to: asked.id.clone(),
        ..SignedOut::default()
    }
}

async fn comes_back(browser: &mut Browser<'_>, relay_state: &str, document: &str) -> Answer {
    let body = format!(
        "SAMLResponse={}&RelayState={}",
        percent::encode(posted(document)),
        percent::encode(relay_state)
    );
    let request = Request::post(PATH)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", "https://idp.example")
        .header("sec-fetch-site", "cross-site");
    browser.send(request, body).await
}

/// Presses the button of the page that asks.
async fn confirms(browser: &mut Browser<'_>, page: &Answer) -> Answer {
    let csrf = between(&page.text, "name=\"_csrf\" value=\"", "\"");
    let request = Request::post("/d/acme/logout").header("content-type", "application/x-www-form-urlencoded");
    browser.send(request, format!("_csrf={csrf}&confirmed=yes")).await
}

/// Nobody is sent anywhere.
fn is_plain(answer: &Answer) {
    assert_eq!(answer.status, 400, "{}", answer.header("location"));
    assert_eq!(answer.header("location"), "");
    assert!(
        answer.text.contains("Invalid SAML logout response."),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn whoever_signs_out_is_signed_out_at_the_provider_and_led_where_the_app_wants() {
    let campus = campus().await;
    let mut browser = signed_in(&campus).await;
    let left = signs_out(&mut browser, &to_bye(&campus.client)).await;
    // The session here is over before the provider has said anything.
    assert!(!is_signed_in(&campus, &mut browser).await);
    for part in [
        "<samlp:LogoutRequest ",
        "Destination=\"https://idp.example/slo\"",
        "<saml:NameID>alice</saml:NameID>",
        "<samlp:SessionIndex>_session</samlp:SessionIndex>",
        &format!(
            "<saml:Issuer>urn:amazon:cognito:sp:{}</saml:Issuer>",
            campus.scene.pool
        ),
    ] {
        assert!(left.request.contains(part), "{part}: {}", left.request);
    }
    let pool = json!({ "UserPoolId": campus.scene.pool });
    let shown = campus.scene.server.call("GetSigningCertificate", pool).await.ok();
    assert!(is_signed(&left.location, shown["Certificate"].as_str().unwrap()));
    let signed = Idp::new().sign(&answer_to(&left).document(), SignedOut::ID);
    let answer = comes_back(&mut browser, &left.relay_state, &signed).await;
    assert_eq!((answer.status, answer.header("location")), (303, BYE));
}

#[tokio::test]
async fn a_sign_out_goes_on_as_it_was_asked_for() {
    let campus = campus().await;
    let client = &campus.client;
    let again = format!(
        "/d/acme/logout?client_id={client}&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&response_type=code&state=s"
    );
    let mut browser = signed_in(&campus).await;
    let left = signs_out(&mut browser, &again).await;
    let answer = comes_back(&mut browser, &left.relay_state, &answer_to(&left).document()).await;
    let location = answer.header("location");
    assert!(
        location.starts_with(&format!("/d/acme/login?client_id={client}&redirect_uri=")),
        "{location}"
    );
    // Where the person has to say so first, the page that follows leads on by itself.
    let mut browser = signed_in(&campus).await;
    let page = browser.get("/d/acme/logout").await;
    assert!(is_signed_in(&campus, &mut browser).await);
    let page = confirms(&mut browser, &page).await;
    let refresh = page.header("refresh").to_owned();
    let left = told_to(refresh.strip_prefix("0;url=").unwrap());
    assert!(!is_signed_in(&campus, &mut browser).await);
    let answer = comes_back(&mut browser, &left.relay_state, &answer_to(&left).document()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(title(&answer), "You’re signed out – Poolhouse");
}

#[tokio::test]
async fn a_provider_that_is_not_to_hear_of_it_hears_nothing() {
    let provider = |campus: &Campus, details: Value| {
        let mut held = json!({ "MetadataFile": Idp::new().metadata() });
        for (name, value) in details.as_object().unwrap() {
            held[name] = value.clone();
        }
        json!({ "UserPoolId": campus.scene.pool, "ProviderName": "Campus", "ProviderDetails": held })
    };
    let campus = Campus::new().await;
    let mut browser = signed_in(&campus).await;
    let answer = browser.get(&to_bye(&campus.client)).await;
    assert_eq!((answer.status, answer.header("location")), (302, BYE));
    // The setting counts that is there when somebody leaves.
    let mut browser = signed_in(&campus).await;
    let wanted = provider(&campus, json!({ "IDPSignout": "true" }));
    campus
        .scene
        .server
        .call("UpdateIdentityProvider", wanted)
        .await
        .ok();
    signs_out(&mut browser, &to_bye(&campus.client)).await;
    // Nobody who is signed in: nothing to tell.
    let answer = browser.get(&to_bye(&campus.client)).await;
    assert_eq!(answer.header("location"), BYE);
    // Another provider under its name knows nobody.
    let mut browser = signed_in(&campus).await;
    let name = json!({ "UserPoolId": campus.scene.pool, "ProviderName": "Campus" });
    campus
        .scene
        .server
        .call("DeleteIdentityProvider", name)
        .await
        .ok();
    let answer = browser.get(&to_bye(&campus.client)).await;
    assert_eq!(answer.header("location"), BYE);
}

#[tokio::test]
async fn a_provider_that_does_not_say_where_to_sign_out_keeps_nobody_in() {
    let metadata = Idp::new()
        .metadata()
        .replace("SingleLogoutService", "NameIDMappingService");
    let details = json!({ "IDPSignout": "true", "MetadataFile": metadata });
    let campus = Campus::on(TestServer::new().await, details).await;
    let mut browser = signed_in(&campus).await;
    let answer = browser.get(&to_bye(&campus.client)).await;
    assert_eq!(answer.header("location"), BYE);
    assert!(!is_signed_in(&campus, &mut browser).await);
}

#[tokio::test]
async fn o_02_an_answer_that_is_not_the_providers_leads_nowhere() {
    let campus = campus().await;
    let elsewhere = "https://evil.example/".to_owned();
    type Forged = fn(SignedOut, String) -> String;
    let forged: [Forged; 7] = [
        |said, issuer| SignedOut { issuer, ..said }.document(),
        |said, destination| SignedOut { destination, ..said }.document(),
        |said, _| {
            SignedOut {
                in_response_to: "_another".to_owned(),
                ..said
            }
            .document()
        },
        |said, _| Idp::other().sign(&said.document(), SignedOut::ID),
        |said, _| {
            SignedOut {
                name: "LogoutRequest".to_owned(),
                ..said
            }
            .document()
        },
        |said, _| format!("<!DOCTYPE a>{}", said.document()),
        |_, _| String::new(),
    ];
    for forge in forged {
        let mut browser = signed_in(&campus).await;
        let left = signs_out(&mut browser, &to_bye(&campus.client)).await;
        let document = forge(answer_to(&left), elsewhere.clone());
        is_plain(&comes_back(&mut browser, &left.relay_state, &document).await);
        // Nobody tries twice, and the session is over all the same.
        let right = answer_to(&left).document();
        is_plain(&comes_back(&mut browser, &left.relay_state, &right).await);
        assert!(!is_signed_in(&campus, &mut browser).await);
    }
}

#[tokio::test]
async fn o_30_a_relay_state_is_ours_good_once_in_time_and_in_the_browser_that_left() {
    let campus = campus().await;
    let mut browser = signed_in(&campus).await;
    let left = signs_out(&mut browser, &to_bye(&campus.client)).await;
    let right = answer_to(&left).document();
    for relay_state in [
        "",
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        BYE,
        &"a".repeat(43),
    ] {
        is_plain(&comes_back(&mut browser, relay_state, &right).await);
    }
    // Another browser, and one that has left for the provider, too.
    let mut thief = campus.scene.browser();
    is_plain(&comes_back(&mut thief, &left.relay_state, &right).await);
    let mut thief = signed_in(&campus).await;
    let theirs = signs_out(&mut thief, &to_bye(&campus.client)).await;
    is_plain(&comes_back(&mut thief, &left.relay_state, &right).await);
    is_plain(&comes_back(&mut thief, &theirs.relay_state, &right).await);
    let answer = comes_back(&mut browser, &left.relay_state, &right).await;
    assert_eq!(answer.header("location"), BYE);
    for _ in 0..2 {
        is_plain(&comes_back(&mut browser, &left.relay_state, &right).await);
    }
    // Too late.
    let mut browser = signed_in(&campus).await;
    let left = signs_out(&mut browser, &to_bye(&campus.client)).await;
    campus.scene.server.clock().advance_seconds(301);
    is_plain(&comes_back(&mut browser, &left.relay_state, &answer_to(&left).document()).await);
}

#[tokio::test]
async fn the_round_of_a_sign_in_is_none_of_a_sign_out_and_the_other_way_round() {
    let campus = campus().await;
    let mut browser = signed_in(&campus).await;
    let left = signs_out(&mut browser, &to_bye(&campus.client)).await;
    let sign_in = campus.leave(&mut browser).await;
    is_plain(
        &comes_back(
            &mut browser,
            &sign_in.relay_state,
            &answer_to(&sign_in).document(),
        )
        .await,
    );
    let crossed = post(&mut browser, &left, &said(&campus, &left)).await;
    assert_eq!((crossed.status, crossed.header("location")), (400, ""));
    // Both are as good as before.
    let answer = comes_back(&mut browser, &left.relay_state, &answer_to(&left).document()).await;
    assert_eq!(answer.header("location"), BYE);
    let answer = post(&mut browser, &sign_in, &said(&campus, &sign_in)).await;
    assert_eq!(super::told(&answer), "");
}

#[tokio::test]
async fn o_30_nobody_is_signed_out_by_an_address_that_is_not_registered_or_without_their_cookies() {
    let campus = campus().await;
    let mut browser = signed_in(&campus).await;
    let evil = format!(
        "/d/acme/logout?client_id={}&logout_uri=https%3A%2F%2Fevil.example",
        campus.client
    );
    assert_eq!(browser.get(&evil).await.status, 400);
    assert!(is_signed_in(&campus, &mut browser).await);
    // A picture of another site's page: the cookies of the pages do not come along.
    let answer = campus.scene.browser().get(&to_bye(&campus.client)).await;
    assert_eq!(answer.header("location"), BYE);
    assert_eq!(parameter(answer.header("location"), "SAMLRequest"), "");
    assert!(is_signed_in(&campus, &mut browser).await);
    // And what the provider sends by itself signs nobody out.
    let request = SignedOut {
        name: "LogoutRequest".to_owned(),
        ..SignedOut::default()
    };
    is_plain(&comes_back(&mut browser, "x", &request.document()).await);
    assert!(is_signed_in(&campus, &mut browser).await);
}

#[tokio::test]
async fn a_provider_that_says_no_is_said_to_have_done_so() {
    let campus = campus().await;
    let mut browser = signed_in(&campus).await;
    let left = signs_out(&mut browser, &to_bye(&campus.client)).await;
    let refused = SignedOut {
        status: "Responder".to_owned(),
        ..answer_to(&left)
    };
    let answer = comes_back(&mut browser, &left.relay_state, &refused.document()).await;
    assert_eq!((answer.status, answer.header("location")), (200, ""));
    assert!(
        answer
            .text
            .contains("You may still be signed in at the identity provider."),
        "{}",
        answer.text
    );
    assert!(!is_signed_in(&campus, &mut browser).await);
}
