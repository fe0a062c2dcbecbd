//! Passkeys: one registration and one sign-in of each challenge, no more than a user can have, and none that is gone.

use poolhouse_pool::testing::authenticator::Authenticator;
use serde_json::{Value, json};

use crate::{PARALLEL, PASSWORD, Scene, WRONG, at_once};

const ORIGIN: &str = "https://example.com";
const RP_ID: &str = "example.com";

fn authenticator(id: &[u8]) -> Authenticator {
    Authenticator::at(ORIGIN, RP_ID, id)
}

/// A pool with passkeys, Mara's token and her `sub`.
struct Keys {
    scene: Scene,
    token: Value,
    sub: String,
}

impl Keys {
    async fn new() -> Keys {
        let allowed = json!({ "AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"] });
        let pool = json!({ "Policies": { "SignInPolicy": allowed } });
        let client = json!({ "ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] });
        let scene = Scene::of(pool, client).await;
        let config = json!({ "WebAuthnConfiguration": { "RelyingPartyId": RP_ID } });
        scene.call("SetUserPoolMfaConfig", config).await.ok();
        let body = json!({
            "AuthFlow": "USER_AUTH",
            "ClientId": scene.client,
            "AuthParameters": { "USERNAME": "mara", "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD },
        });
        let tokens = scene.server.call("InitiateAuth", body).await.ok();
        let token = tokens["AuthenticationResult"]["AccessToken"].clone();
        let keys = scene.keys("/profile").await;
        let sub = keys[0].rsplit('/').nth(1).unwrap().to_owned();
        Keys { scene, token, sub }
    }

    async fn start(&self) -> Value {
        let body = json!({ "AccessToken": self.token });
        let started = self
            .scene
            .server
            .call("StartWebAuthnRegistration", body)
            .await
            .ok();
        started["CredentialCreationOptions"].clone()
    }

    fn completing(&self, credential: &Value) -> Value {
        json!({ "AccessToken": self.token, "Credential": credential })
    }

    async fn register(&self, id: &[u8]) -> Authenticator {
        let authenticator = authenticator(id);
        let body = self.completing(&authenticator.make(&self.start().await));
        self.scene
            .server
            .call("CompleteWebAuthnRegistration", body)
            .await
            .ok();
        authenticator
    }

    /// What a passkey is to sign, and the session.
    async fn asked(&self) -> (Value, Value) {
        let body = json!({
            "AuthFlow": "USER_AUTH",
            "ClientId": self.scene.client,
            "AuthParameters": { "USERNAME": "mara", "PREFERRED_CHALLENGE": "WEB_AUTHN" },
        });
        let asked = self.scene.server.call("InitiateAuth", body).await.ok();
        let options = asked["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"]
            .as_str()
            .unwrap();
        (serde_json::from_str(options).unwrap(), asked["Session"].clone())
    }

    fn signed(&self, options: &Value, authenticator: &Authenticator) -> Value {
        json!({ "CREDENTIAL": authenticator.sign(options, &self.sub).to_string() })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_registrations_and_signatures_of_one_challenge_one_counts() {
    let keys = Keys::new().await;
    let options = keys.start().await;
    let authenticators: Vec<_> = (0..PARALLEL)
        .map(|number| authenticator(&number.to_be_bytes()))
        .collect();
    let calls: Vec<_> = authenticators
        .iter()
        .map(|one| {
            (
                "CompleteWebAuthnRegistration",
                keys.completing(&one.make(&options)),
            )
        })
        .collect();
    assert_eq!(at_once(&keys.scene.server, calls).await, 1);
    let phone = keys.register(b"phone").await;
    let (options, session) = keys.asked().await;
    let mut calls = Vec::new();
    for _ in 0..PARALLEL {
        let mut responses = keys.signed(&options, &phone);
        responses["USERNAME"] = json!("mara");
        let body = json!({
            "ChallengeName": "WEB_AUTHN",
            "ClientId": keys.scene.client,
            "Session": session,
            "ChallengeResponses": responses,
        });
        calls.push(("RespondToAuthChallenge", body));
    }
    assert_eq!(at_once(&keys.scene.server, calls).await, 1);
}

#[tokio::test]
async fn a_passkey_deleted_or_a_user_disabled_while_it_signs_in_keeps_it_out() {
    let keys = Keys::new().await;
    let phone = keys.register(b"phone").await;
    keys.register(b"other").await;
    let (options, session) = keys.asked().await;
    let listing = json!({ "AccessToken": keys.token });
    let listed = keys
        .scene
        .server
        .call("ListWebAuthnCredentials", listing)
        .await
        .ok();
    let id = listed["Credentials"][0]["CredentialId"].clone();
    let deleting = json!({ "AccessToken": keys.token, "CredentialId": id });
    keys.scene
        .before(&keys.scene.at("user/"), move |rival| async move {
            rival.call("DeleteWebAuthnCredential", deleting).await.ok();
        });
    let answer = keys
        .scene
        .respond("WEB_AUTHN", &session, keys.signed(&options, &phone))
        .await;
    answer.assert_error("NotAuthorizedException", WRONG);
    let other = keys.register(b"third").await;
    let (options, session) = keys.asked().await;
    keys.scene.first_on_mara("user/", "AdminDisableUser", json!({}));
    let answer = keys
        .scene
        .respond("WEB_AUTHN", &session, keys.signed(&options, &other))
        .await;
    answer.assert_error("NotAuthorizedException", "User is disabled.");
}

#[tokio::test]
async fn a_passkey_that_signed_in_at_the_same_moment_moves_the_counter_on_for_both() {
    let keys = Keys::new().await;
    let phone = keys.register(b"phone").await;
    let (options, session) = keys.asked().await;
    let (later_options, later_session) = keys.asked().await;
    let earlier = keys.signed(&options, &phone);
    let mut later = keys.signed(&later_options, &phone);
    later["USERNAME"] = json!("mara");
    let body = json!({
        "ChallengeName": "WEB_AUTHN",
        "ClientId": keys.scene.client,
        "Session": later_session,
        "ChallengeResponses": later,
    });
    keys.scene
        .before(&keys.scene.at("user/"), move |rival| async move {
            rival.call("RespondToAuthChallenge", body).await.ok();
        });
    let answer = keys.scene.respond("WEB_AUTHN", &session, earlier).await;
    answer.assert_error("NotAuthorizedException", WRONG);
}

#[tokio::test]
async fn the_last_two_passkeys_deleted_at_the_same_moment_leave_none_to_begin_with() {
    let keys = Keys::new().await;
    keys.register(b"phone").await;
    keys.register(b"other").await;
    let listing = json!({ "AccessToken": keys.token });
    let listed = keys
        .scene
        .server
        .call("ListWebAuthnCredentials", listing)
        .await
        .ok();
    let deleting = |index: usize| {
        let id = listed["Credentials"][index]["CredentialId"].clone();
        json!({ "AccessToken": keys.token, "CredentialId": id })
    };
    let first = deleting(0);
    keys.scene
        .before(&keys.scene.at("user/"), move |rival| async move {
            rival.call("DeleteWebAuthnCredential", first).await.ok();
        });
    keys.scene
        .server
        .call("DeleteWebAuthnCredential", deleting(1))
        .await
        .ok();
    let factors = keys
        .scene
        .on_mara("AdminGetUserAuthFactors", json!({}))
        .await
        .ok();
    assert_eq!(factors["ConfiguredUserAuthFactors"], json!(["PASSWORD"]));
    assert!(keys.scene.keys("/passkeys").await.is_empty());
}

#[tokio::test]
async fn a_deleted_user_leaves_no_passkey_and_no_registration_makes_one_for_it() {
    let keys = Keys::new().await;
    keys.register(b"phone").await;
    let late = keys.completing(&authenticator(b"late").make(&keys.start().await));
    keys.scene.first_on_mara("user/", "AdminDeleteUser", json!({}));
    let answer = keys.scene.server.call("CompleteWebAuthnRegistration", late).await;
    assert_eq!(answer.status, 400, "{}", answer.text);
    assert!(keys.scene.keys("/passkey").await.is_empty());
}

#[tokio::test]
async fn a_sign_out_everywhere_or_a_disabling_while_a_passkey_is_registered_leaves_none() {
    for (operation, refusal) in [
        ("AdminUserGlobalSignOut", "Access Token has been revoked"),
        ("AdminDisableUser", "User is disabled."),
    ] {
        let keys = Keys::new().await;
        let late = keys.completing(&authenticator(b"late").make(&keys.start().await));
        keys.scene.first_on_mara("user/", operation, json!({}));
        let answer = keys.scene.server.call("CompleteWebAuthnRegistration", late).await;
        answer.assert_error("NotAuthorizedException", refusal);
        assert!(keys.scene.keys("/passkeys").await.is_empty(), "{operation}");
    }
}
