//! Sign-ins by a SAML provider: what it posts, in which browser, how often.

mod sign_out;
mod unasked;

use std::io::Read;

use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::DeflateDecoder;
use poolhouse_saml::testing::{Cipher, Idp, Said, encrypt, posted};
use poolhouse_testkit::{Answer, TestServer};
use poolhouse_text::percent;
use serde_json::{Value, json};

use super::{Browser, CALLBACK, Scene, asked, hosted};

/// The moment of the tests' clock, in milliseconds.
const NOW: i64 = 1_767_323_045_000;
const ACS: &str = "http://127.0.0.1:9229/d/acme/saml2/idpresponse";
const PATH: &str = "/d/acme/saml2/idpresponse";
/// What a client is told of a signature that does not hold.
const INVALID: &str = "server_error Invalid SAML response received: SAML Assertion signature is invalid. ";

/// A pool whose people are known at a campus, and an app client that signs in by it alone.
struct Campus {
    scene: Scene,
    client: String,
    shown: Value,
}

/// What the provider was asked.
struct Asked {
    location: String,
    request: String,
    id: String,
    relay_state: String,
}

fn parameter(location: &str, name: &str) -> String {
    let query = location.split_once('?').map_or("", |(_, query)| query);
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let found = pairs.find(|(held, _)| *held == name);
    found.map_or(String::new(), |(_, value)| {
        percent::decode(&value.replace('+', "%20")).unwrap()
    })
}

/// What a browser is sent to the provider with.
fn read(location: &str) -> Asked {
    let bytes = STANDARD.decode(parameter(location, "SAMLRequest")).unwrap();
    let mut request = String::new();
    DeflateDecoder::new(&*bytes).read_to_string(&mut request).unwrap();
    let (_, rest) = request.split_once(" ID=\"").unwrap();
    Asked {
        id: rest.split_once('"').unwrap().0.to_owned(),
        relay_state: parameter(location, "RelayState"),
        location: location.to_owned(),
        request,
    }
}

impl Campus {
    async fn new() -> Campus {
        Campus::with(json!({})).await
    }

    async fn with(more: Value) -> Campus {
        Campus::on(TestServer::new().await, more).await
    }

    async fn on(server: TestServer, more: Value) -> Campus {
        let pool = server.pool().await;
        let scene = Scene::of(server, pool).await;
        let mut details = json!({ "MetadataFile": Idp::new().metadata() });
        for (name, value) in more.as_object().unwrap() {
            details[name] = value.clone();
        }
        let provider = json!({
            "UserPoolId": scene.pool,
            "ProviderName": "Campus",
            "ProviderType": "SAML",
            "ProviderDetails": details,
            "AttributeMapping": { "email": "email" },
        });
        let made = scene.server.call("CreateIdentityProvider", provider).await.ok();
        let shown = made["IdentityProvider"]["ProviderDetails"].clone();
        let members = json!({ "SupportedIdentityProviders": ["Campus"] });
        let client = scene.server.client_with(&scene.pool, hosted(members)).await;
        let client = client["ClientId"].as_str().unwrap().to_owned();
        Campus { scene, client, shown }
    }

    /// Sends a browser to the provider.
    async fn leave(&self, browser: &mut Browser<'_>) -> Asked {
        let answer = browser.get(&asked(&self.client, "")).await;
        let location = answer.header("location");
        assert!(location.starts_with("https://idp.example/sso?"), "{location}");
        read(location)
    }

    /// What the provider says in answer.
    fn said(&self, asked: &Asked) -> Said {
        Said {
            audience: format!("urn:amazon:cognito:sp:{}", self.scene.pool),
            recipient: ACS.to_owned(),
            destination: ACS.to_owned(),
            in_response_to: Some(asked.id.clone()),
            issued: NOW - 1000,
            from: NOW - 1000,
            until: NOW + 300_000,
            ..Said::default()
        }
    }

    /// What becomes of a response in the browser that left: the error that the client is told, or nothing.
    async fn refused(&self, document: impl Fn(Said) -> String) -> String {
        let mut browser = self.scene.browser();
        let asked = self.leave(&mut browser).await;
        let answer = post(&mut browser, &asked, &document(self.said(&asked))).await;
        told(&answer)
    }

    async fn users(&self) -> usize {
        let request = json!({ "UserPoolId": self.scene.pool });
        let users = self.scene.server.call("ListUsers", request).await.ok();
        users["Users"].as_array().unwrap().len()
    }
}

async fn post(browser: &mut Browser<'_>, asked: &Asked, document: &str) -> Answer {
    let body = format!(
        "SAMLResponse={}&RelayState={}",
        percent::encode(posted(document)),
        percent::encode(&asked.relay_state)
    );
    // A form of another site, as browsers send it.
    let request = Request::post(PATH)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", "https://idp.example")
        .header("sec-fetch-site", "cross-site");
    browser.send(request, body).await
}

/// What a client is told: an error, or nothing.
fn told(answer: &Answer) -> String {
    let location = answer.header("location");
    assert!(location.starts_with(CALLBACK), "{} {location}", answer.status);
    assert_eq!(parameter(location, "state"), "s 1");
    let error = parameter(location, "error");
    match error.is_empty() {
        true => String::new(),
        false => format!("{error} {}", parameter(location, "error_description")),
    }
}

#[tokio::test]
async fn somebody_whom_the_provider_knows_gets_a_profile_and_the_client_a_code() {
    let campus = Campus::new().await;
    let mut browser = campus.scene.browser();
    let asked = campus.leave(&mut browser).await;
    let pool = &campus.scene.pool;
    for part in [
        format!("<saml:Issuer>urn:amazon:cognito:sp:{pool}</saml:Issuer>"),
        format!("AssertionConsumerServiceURL=\"{ACS}\""),
        "Destination=\"https://idp.example/sso\"".to_owned(),
        "IssueInstant=\"2026-01-02T03:04:05Z\"".to_owned(),
    ] {
        assert!(asked.request.contains(&part), "{}", asked.request);
    }
    assert_eq!((asked.id.len(), asked.relay_state.len()), (41, 43));
    assert!(!asked.location.contains("Signature"));
    let answer = post(&mut browser, &asked, &campus.said(&asked).signed()).await;
    assert_eq!((answer.status, told(&answer)), (303, String::new()));
    assert!(!parameter(answer.header("location"), "code").is_empty());
    let name = json!({ "UserPoolId": pool, "Username": "Campus_alice" });
    let user = campus.scene.server.call("AdminGetUser", name).await.ok();
    assert_eq!(user["UserStatus"], "EXTERNAL_PROVIDER");
    let attributes = user["UserAttributes"].as_array().unwrap();
    let value = |name: &str| {
        let found = attributes.iter().find(|held| held["Name"] == name);
        found.map_or("", |held| held["Value"].as_str().unwrap())
    };
    assert_eq!(value("email"), "alice@example.com");
    let identities: Value = serde_json::from_str(value("identities")).unwrap();
    assert_eq!(identities[0]["providerType"], "SAML");
    assert_eq!(identities[0]["issuer"], "https://idp.example/metadata");
}

#[tokio::test]
async fn the_one_cookie_that_crosses_sites_lives_as_long_as_somebody_may_be_away() {
    let campus = Campus::new().await;
    let mut browser = campus.scene.browser();
    let left = browser.get(&asked(&campus.client, "")).await;
    let set = left.headers.iter().filter(|(name, _)| name == "set-cookie");
    let crossing: Vec<&String> = set
        .map(|(_, value)| value)
        .filter(|value| value.contains("SameSite=None"))
        .collect();
    assert_eq!(crossing.len(), 1);
    assert!(crossing[0].starts_with("__Host-ph-x"), "{}", crossing[0]);
    let ends = "; Path=/; Secure; HttpOnly; SameSite=None; Max-Age=300";
    assert!(crossing[0].ends_with(ends), "{}", crossing[0]);
    // It is all that a browser sends along with a form from another site.
    let asked = campus.leave(&mut browser).await;
    browser.cookies.retain(|name, _| name.starts_with("__Host-ph-x"));
    assert_eq!(browser.cookies.len(), 1);
    let answer = post(&mut browser, &asked, &campus.said(&asked).signed()).await;
    assert_eq!(told(&answer), "");
}

#[tokio::test]
async fn a_response_is_good_once_in_the_browser_that_asked_for_it() {
    let campus = Campus::new().await;
    let mut browser = campus.scene.browser();
    let asked = campus.leave(&mut browser).await;
    let document = campus.said(&asked).signed();
    // Another browser, and one that has left for the provider, too.
    let mut thief = campus.scene.browser();
    assert_eq!(post(&mut thief, &asked, &document).await.status, 400);
    let theirs = campus.leave(&mut thief).await;
    assert_eq!(post(&mut thief, &asked, &document).await.status, 400);
    assert_eq!(
        told(&post(&mut thief, &theirs, &document).await),
        "server_error Invalid SAML response received: it answers another request"
    );
    assert_eq!(campus.users().await, 1);
    assert_eq!(told(&post(&mut browser, &asked, &document).await), "");
    for _ in 0..2 {
        assert_eq!(post(&mut browser, &asked, &document).await.status, 400);
    }
}

#[tokio::test]
async fn a_response_that_was_judged_is_not_judged_again() {
    let campus = Campus::new().await;
    let mut browser = campus.scene.browser();
    let asked = campus.leave(&mut browser).await;
    let said = campus.said(&asked);
    assert_eq!(told(&post(&mut browser, &asked, &said.response()).await), INVALID);
    assert_eq!(post(&mut browser, &asked, &said.signed()).await.status, 400);
    assert_eq!(campus.users().await, 1);
}

#[tokio::test]
async fn nobody_is_signed_in_by_a_response_that_does_not_hold() {
    let campus = Campus::new().await;
    let invalid = |why: &str| format!("server_error Invalid SAML response received: {why}");
    assert_eq!(campus.refused(|said| said.response()).await, INVALID);
    let changed = |said: Said| said.signed().replace(">alice<", ">admin<");
    assert_eq!(campus.refused(changed).await, INVALID);
    let thief = |said: Said| Idp::other().sign(&said.response(), &said.id);
    assert_eq!(campus.refused(thief).await, INVALID);
    let wrapped = |said: Said| {
        let evil = Said {
            id: "_evil".to_owned(),
            name_id: "admin".to_owned(),
            ..said.clone()
        };
        let from = said.signed().find("<saml:Assertion").unwrap();
        let signed = said.signed();
        format!("{}{}{}", &signed[..from], evil.assertion(), &signed[from..])
    };
    assert_eq!(
        campus.refused(wrapped).await,
        invalid("a part is missing or there twice")
    );
    let entity = |said: Said| format!("<!DOCTYPE a [<!ENTITY e \"admin\">]>{}", said.signed());
    assert_eq!(
        campus.refused(entity).await,
        invalid("it is not well-formed XML without a document type")
    );
    let huge = |said: Said| format!("{}<!--{}-->", said.signed(), "x".repeat(100_000));
    assert_eq!(campus.refused(huge).await, invalid("it is too long"));
    let pool = |said: Said| {
        Said {
            audience: "urn:amazon:cognito:sp:us-east-1_other".to_owned(),
            ..said
        }
        .signed()
    };
    assert_eq!(campus.refused(pool).await, invalid("the audience is another one"));
    let unasked = |said: Said| {
        Said {
            in_response_to: None,
            ..said
        }
        .signed()
    };
    assert_eq!(
        campus.refused(unasked).await,
        invalid("it answers another request")
    );
    let old = |said: Said| {
        Said {
            until: NOW - 120_000,
            ..said
        }
        .signed()
    };
    assert_eq!(campus.refused(old).await, invalid("it has expired"));
    let failed = |said: Said| {
        Said {
            status: "Responder".to_owned(),
            ..said
        }
        .around("")
    };
    assert_eq!(
        campus.refused(failed).await,
        "access_denied the identity provider signed nobody in"
    );
    // Mara alone, who was there before.
    assert_eq!(campus.users().await, 1);
}

#[tokio::test]
async fn nobody_is_signed_in_by_a_response_that_no_sign_in_waits_for() {
    let campus = Campus::new().await;
    let mut browser = campus.scene.browser();
    let asked = campus.leave(&mut browser).await;
    let document = campus.said(&asked).signed();
    for relay_state in ["", "x", &"a".repeat(43), "identity_provider=Campus&client_id=x"] {
        let made_up = Asked {
            relay_state: relay_state.to_owned(),
            location: String::new(),
            request: String::new(),
            id: asked.id.clone(),
        };
        assert_eq!(post(&mut browser, &made_up, &document).await.status, 400);
    }
    // Too late.
    campus.scene.server.clock().advance_seconds(301);
    assert_eq!(post(&mut browser, &asked, &document).await.status, 400);
    assert_eq!(campus.users().await, 1);
}

#[tokio::test]
async fn a_provider_that_was_made_anew_meanwhile_signs_nobody_in() {
    let campus = Campus::new().await;
    let mut browser = campus.scene.browser();
    let asked = campus.leave(&mut browser).await;
    let name = json!({ "UserPoolId": campus.scene.pool, "ProviderName": "Campus" });
    campus
        .scene
        .server
        .call("DeleteIdentityProvider", name)
        .await
        .ok();
    let answer = post(&mut browser, &asked, &campus.said(&asked).signed()).await;
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn a_request_is_signed_where_the_provider_is_to_have_it_so() {
    let campus = Campus::with(json!({ "RequestSigningAlgorithm": "rsa-sha256" })).await;
    let mut browser = campus.scene.browser();
    let asked = campus.leave(&mut browser).await;
    let algorithm = parameter(&asked.location, "SigAlg");
    assert_eq!(algorithm, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256");
    let signature = STANDARD.decode(parameter(&asked.location, "Signature")).unwrap();
    assert_eq!(signature.len(), 256);
}

#[tokio::test]
async fn an_encrypted_assertion_signs_in_where_it_has_to_be_encrypted_and_a_plain_one_does_not() {
    let campus = Campus::with(json!({ "EncryptedResponses": "true" })).await;
    let certificate = campus.shown["ActiveEncryptionCertificate"].as_str().unwrap();
    let key = poolhouse_saml::keys::Key::from_certificate(certificate).unwrap();
    let plain = campus.refused(|said| said.signed()).await;
    assert_eq!(
        plain,
        "server_error Invalid SAML response received: the assertion is not encrypted"
    );
    let encrypted = |said: Said| {
        let signed = said.signed();
        let from = signed.find("<saml:Assertion").unwrap();
        let until = signed.find("</samlp:Response>").unwrap();
        said.around(&encrypt(&signed[from..until], &key, Cipher::Aes256Cbc))
    };
    assert_eq!(campus.refused(encrypted).await, "");
}
