//! Sign-ins that a SAML provider begins by itself.

use poolhouse_saml::testing::Said;
use poolhouse_testkit::{Answer, TestServer};
use serde_json::json;

use super::{Asked, Campus, NOW, parameter, post};

/// A client of the campus alone that has a secret, so that it needs no challenge; what the provider hands back for it.
async fn bookmark(campus: &Campus) -> String {
    let members = json!({ "SupportedIdentityProviders": ["Campus"], "GenerateSecret": true });
    let client = campus.scene.client(members).await;
    format!(
        "identity_provider=Campus&client_id={client}&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&response_type=code&scope=openid"
    )
}

/// What the provider posts that nobody has asked.
async fn unasked(campus: &Campus, relay_state: String, change: impl Fn(Said) -> String) -> Answer {
    let asked = Asked {
        relay_state,
        location: String::new(),
        request: String::new(),
        id: String::new(),
    };
    let said = Said {
        in_response_to: None,
        ..campus.said(&asked)
    };
    let mut browser = campus.scene.browser();
    post(&mut browser, &asked, &change(said)).await
}

#[tokio::test]
async fn a_sign_in_that_the_provider_begins_takes_the_operators_word_and_the_providers() {
    for (is_on, is_set, expected) in [
        (false, true, Err(400)),
        (true, false, Ok("identity provider is not available")),
        (true, true, Ok("")),
    ] {
        let server = TestServer::with(|settings| settings.hosted.saml_idp_initiated = is_on).await;
        let details = json!({ "IDPInit": is_set.to_string() });
        let campus = Campus::on(server, details).await;
        let relay_state = bookmark(&campus).await;
        let answer = unasked(&campus, relay_state, |said| said.signed()).await;
        match expected {
            Err(status) => assert_eq!(answer.status, status),
            Ok(why) => assert_eq!(parameter(answer.header("location"), "error_description"), why),
        }
        let has_code = !parameter(answer.header("location"), "code").is_empty();
        assert_eq!(has_code, expected == Ok(""));
        assert_eq!(campus.users().await, if has_code { 2 } else { 1 });
    }
}

#[tokio::test]
async fn a_response_that_nobody_asked_for_is_good_once_and_answers_nothing() {
    let server = TestServer::with(|settings| settings.hosted.saml_idp_initiated = true).await;
    let campus = Campus::on(server, json!({ "IDPInit": "true" })).await;
    let relay_state = bookmark(&campus).await;
    let error = |answer: &Answer| parameter(answer.header("location"), "error_description");
    let unsigned = unasked(&campus, relay_state.clone(), |said| said.response()).await;
    assert_eq!(
        error(&unsigned),
        "Invalid SAML response received: SAML Assertion signature is invalid. "
    );
    let answering = |said: Said| {
        Said {
            in_response_to: Some("_x".to_owned()),
            ..said
        }
        .signed()
    };
    let answering = unasked(&campus, relay_state.clone(), answering).await;
    assert_eq!(
        error(&answering),
        "Invalid SAML response received: it answers another request"
    );
    let old = |said: Said| {
        Said {
            issued: NOW - 361_000,
            ..said
        }
        .signed()
    };
    let old = unasked(&campus, relay_state.clone(), old).await;
    assert_eq!(error(&old), "Invalid SAML response received: it has expired");
    let first = unasked(&campus, relay_state.clone(), |said| said.signed()).await;
    assert!(!parameter(first.header("location"), "code").is_empty());
    let again = unasked(&campus, relay_state.clone(), |said| said.signed()).await;
    assert_eq!(parameter(again.header("location"), "code"), "");
    // A client that people sign in to by passwords, too.
    let mixed = json!({ "SupportedIdentityProviders": ["Campus", "COGNITO"], "GenerateSecret": true });
    let mixed = campus.scene.client(mixed).await;
    let (before, rest) = relay_state.split_once("client_id=").unwrap();
    let (_, rest) = rest.split_once('&').unwrap();
    let other = |said: Said| {
        Said {
            id: "_other".to_owned(),
            ..said
        }
        .signed()
    };
    let refused = unasked(&campus, format!("{before}client_id={mixed}&{rest}"), other).await;
    assert_eq!(error(&refused), "identity provider is not available");
    // An address that is not the client's is led nowhere.
    let elsewhere = relay_state.replace("app.example", "evil.example");
    let nowhere = unasked(&campus, elsewhere, other).await;
    assert_eq!((nowhere.status, nowhere.header("location")), (400, ""));
}
