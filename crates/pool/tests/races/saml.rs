//! An assertion of a SAML provider signs somebody in once, whoever hands it in at the same moment.

use std::io::Read;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::DeflateDecoder;
use poolhouse_pool::oauth::door::{self, Browser, Entered};
use poolhouse_pool::oauth::federation::arrive::Arrived;
use poolhouse_pool::oauth::federation::saml::answer::answer;
use poolhouse_pool::oauth::{Form, Site, authorize, site};
use poolhouse_pool::records::{RecordBatch, SamlAssertion};
use poolhouse_saml::testing::{ISSUER, Idp, Said, posted};
use poolhouse_store::Batch;
use poolhouse_text::percent;
use serde_json::json;

use crate::{Scene, request};

/// Somebody who has left for the provider, and is about to be posted back.
struct Away {
    site: Site,
    browser: Browser,
    relay_state: String,
    response: String,
}

fn parameter(location: &str, name: &str) -> String {
    let (_, rest) = location.split_once(&format!("{name}=")).unwrap();
    percent::decode(rest.split('&').next().unwrap()).unwrap()
}

async fn away(scene: &Scene) -> Away {
    let provider = json!({
        "ProviderName": "Campus",
        "ProviderType": "SAML",
        "ProviderDetails": { "MetadataFile": Idp::new().metadata() },
    });
    scene.call("CreateIdentityProvider", provider).await.ok();
    scene
        .call("CreateUserPoolDomain", json!({ "Domain": "acme" }))
        .await
        .ok();
    let client = json!({
        "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid"],
        "CallbackURLs": ["https://app.example/cb"],
        "SupportedIdentityProviders": ["Campus"],
    });
    let client = scene.server.client_with(&scene.pool, client).await;
    let asked = format!(
        "client_id={}&response_type=code&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&scope=openid&code_challenge_method=S256\
         &code_challenge=ZtNPunH49FD35FWYhT5Tv8I7vRKQJ8uxMaL0_9eHjNA",
        client["ClientId"].as_str().unwrap()
    );
    let ctx = request(&scene.server);
    let (site, _) = site::find(&ctx, None, "/d/acme/login").await.unwrap().unwrap();
    let form = Form::read(asked.as_bytes()).unwrap();
    let authorization = authorize::check(&ctx, &site, &form).await.unwrap();
    let entered = door::enter(&ctx, &site, &authorization, &Browser::default()).await;
    let Ok(Entered::Away { location, name, .. }) = entered else {
        unreachable!("a client of one provider is sent there");
    };
    let acs = format!("{}/saml2/idpresponse", site.base);
    let now = ctx.now.0;
    let said = Said {
        audience: format!("urn:amazon:cognito:sp:{}", scene.pool),
        recipient: acs.clone(),
        destination: acs,
        in_response_to: Some(request_id(&location)),
        issued: now,
        from: now,
        until: now + 300_000,
        ..Said::default()
    };
    Away {
        browser: Browser { name, session: None },
        relay_state: parameter(&location, "RelayState"),
        response: posted(&said.signed()),
        site,
    }
}

fn request_id(location: &str) -> String {
    let bytes = STANDARD.decode(parameter(location, "SAMLRequest")).unwrap();
    let mut text = String::new();
    DeflateDecoder::new(&*bytes).read_to_string(&mut text).unwrap();
    let (_, rest) = text.split_once(" ID=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

async fn back(scene: &Scene, away: &Away) -> Option<Arrived> {
    let ctx = request(&scene.server);
    let posted = (away.relay_state.as_str(), away.response.as_str());
    let back = answer(&ctx, &away.site, posted, &away.browser).await.unwrap();
    back.map(|back| back.arrived)
}

#[tokio::test]
async fn an_assertion_that_was_used_at_the_moment_of_the_commit_signs_nobody_in() {
    let scene = Scene::new().await;
    let away = away(&scene).await;
    let key = SamlAssertion::key(&scene.pool, ISSUER, "_assertion");
    let at = key.as_str().to_owned();
    scene.before(&at, |rival| {
        let used = SamlAssertion {
            ends: rival.app().platform.now().plus_seconds(600),
        };
        async move {
            let batch = Batch::new().create(key, &used);
            rival.app().platform.commit(batch).await.unwrap();
        }
    });
    assert!(matches!(back(&scene, &away).await, Some(Arrived::Refused(_))));
    for kind in ["/authorization-code/", "/browser/"] {
        assert_eq!(scene.keys(kind).await.len(), 0, "{kind}");
    }
}

#[tokio::test]
async fn of_two_posts_of_one_response_one_signs_in() {
    let scene = Scene::new().await;
    let away = away(&scene).await;
    scene.together("transaction/", 2);
    let (first, second) = tokio::join!(back(&scene, &away), back(&scene, &away));
    let granted = [first, second]
        .into_iter()
        .filter(|arrived| matches!(arrived, Some(Arrived::Granted(..))));
    assert_eq!(granted.count(), 1);
    assert_eq!(scene.keys("/authorization-code/").await.len(), 1);
    assert_eq!(scene.keys("/saml-assertion/").await.len(), 1);
}
