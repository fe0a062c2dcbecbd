//! From where a pool takes sign-ins.

use std::net::IpAddr;

use poolhouse_api::Operation;
use poolhouse_pool::ops::dispatch;
use poolhouse_pool::request::{Asker, Ctx};
use serde_json::{Value, json};

use crate::{PASSWORD, Scene};

const BLOCKED: &str = "Unable to login because of security reasons.";

impl Scene {
    /// A call from this address: what it is refused with, if it is.
    async fn from(&self, address: Option<&str>, operation: &str, body: Value) -> Option<String> {
        let ctx = Ctx::new(
            self.server.app().clone(),
            "00000000-0000-4000-8000-000000000000".to_owned(),
            self.server.app().platform.now(),
            Asker {
                address: address.map(|address| address.parse::<IpAddr>().unwrap()),
                ..Asker::default()
            },
        );
        let operation = Operation::from_name(operation).unwrap();
        let refused = dispatch(operation, &ctx, body).await.err()?;
        Some(format!("{}: {}", refused.code.name(), refused.message))
    }

    /// Mara's sign-in from this address.
    async fn sign_in_from(&self, address: Option<&str>) -> Option<String> {
        let parameters = json!({ "USERNAME": "mara", "PASSWORD": PASSWORD });
        let body = json!({
            "AuthFlow": "USER_PASSWORD_AUTH",
            "ClientId": self.client,
            "AuthParameters": parameters,
        });
        self.from(address, "InitiateAuth", body).await
    }

    /// Blocks these ranges for the pool, or for the client of these ids.
    async fn block(&self, mut ids: Value, ranges: &[&str]) {
        ids["UserPoolId"] = json!(self.pool);
        ids["RiskExceptionConfiguration"] = json!({ "BlockedIPRangeList": ranges });
        self.server.call("SetRiskConfiguration", ids).await.ok();
    }
}

fn refused() -> Option<String> {
    Some(format!("NotAuthorizedException: {BLOCKED}"))
}

#[tokio::test]
async fn nobody_signs_in_from_a_blocked_address_and_everybody_else_does() {
    let scene = Scene::new().await;
    scene.block(json!({}), &["192.0.2.0/24", "2001:db8::/32"]).await;
    for address in ["192.0.2.7", "::ffff:192.0.2.7", "2001:db8:1::1"] {
        assert_eq!(scene.sign_in_from(Some(address)).await, refused(), "{address}");
    }
    for address in ["192.0.3.7", "2001:db9::1"] {
        assert_eq!(scene.sign_in_from(Some(address)).await, None, "{address}");
    }
    // Where nobody can tell, it might be a blocked one.
    assert_eq!(scene.sign_in_from(None).await, refused());
}

#[tokio::test]
async fn a_sign_in_that_goes_on_from_a_blocked_address_ends_and_so_does_a_refresh() {
    let scene = Scene::new().await;
    let asked = scene.challenge().await;
    let code = scene.code().await;
    let tokens = scene
        .server
        .password_sign_in(&scene.client, "mara", PASSWORD)
        .await
        .ok();
    scene.block(json!({}), &["192.0.2.0/24"]).await;
    let answer = json!({
        "ChallengeName": "CUSTOM_CHALLENGE",
        "ClientId": scene.client,
        "Session": asked["Session"],
        "ChallengeResponses": { "USERNAME": "mara", "ANSWER": code },
    });
    let refresh = json!({
        "ClientId": scene.client,
        "RefreshToken": tokens["AuthenticationResult"]["RefreshToken"],
    });
    for (operation, body) in [
        ("RespondToAuthChallenge", answer),
        ("GetTokensFromRefreshToken", refresh),
    ] {
        let blocked = scene.from(Some("192.0.2.7"), operation, body.clone()).await;
        assert_eq!(blocked, refused(), "{operation}");
        assert_eq!(
            scene.from(Some("192.0.3.7"), operation, body).await,
            None,
            "{operation}"
        );
    }
}

#[tokio::test]
async fn what_is_set_for_a_client_counts_in_place_of_what_is_set_for_its_pool() {
    let scene = Scene::new().await;
    scene.block(json!({}), &["192.0.2.0/24"]).await;
    scene
        .block(json!({ "ClientId": scene.client }), &["198.51.100.0/24"])
        .await;
    assert_eq!(scene.sign_in_from(Some("192.0.2.7")).await, None);
    assert_eq!(scene.sign_in_from(Some("198.51.100.7")).await, refused());
    let nothing = json!({ "UserPoolId": scene.pool, "ClientId": scene.client });
    scene.server.call("SetRiskConfiguration", nothing).await.ok();
    assert_eq!(scene.sign_in_from(Some("192.0.2.7")).await, refused());
    assert_eq!(scene.sign_in_from(Some("198.51.100.7")).await, None);
}

#[tokio::test]
async fn a_server_is_believed_the_address_that_it_signs_somebody_in_for() {
    let scene = Scene::new().await;
    scene.block(json!({}), &["192.0.2.0/24"]).await;
    let parameters = json!({ "USERNAME": "mara", "PASSWORD": PASSWORD });
    let mut body = json!({
        "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
        "UserPoolId": scene.pool,
        "ClientId": scene.client,
        "AuthParameters": parameters,
    });
    // The server's own address is not that of the person.
    assert_eq!(
        scene
            .from(Some("192.0.2.7"), "AdminInitiateAuth", body.clone())
            .await,
        None
    );
    for (address, expected) in [
        ("192.0.2.7", refused()),
        ("nowhere", refused()),
        ("192.0.3.7", None),
    ] {
        body["ContextData"] = json!({
            "IpAddress": address,
            "ServerName": "app.example.com",
            "ServerPath": "/",
            "HttpHeaders": [],
        });
        let answer = scene.from(None, "AdminInitiateAuth", body.clone()).await;
        assert_eq!(answer, expected, "{address}");
    }
}
