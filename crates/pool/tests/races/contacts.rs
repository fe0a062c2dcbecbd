//! Addresses that are verified, while somebody else is faster.

use std::sync::Arc;

use poolhouse_pool::testing::Answer;
use poolhouse_store::Store as _;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{Scene, with};

const NEW: &str = "new@example.com";

/// A scene in which a new address waits until it is verified, and Mara's token.
async fn careful(members: Value) -> (Arc<Scene>, Value) {
    let settings = json!({ "AttributesRequireVerificationBeforeUpdate": ["email"] });
    let mut pool = json!({ "AutoVerifiedAttributes": ["email"], "UserAttributeUpdateSettings": settings });
    pool.as_object_mut()
        .unwrap()
        .extend(members.as_object().unwrap().clone());
    let scene = Scene::of(pool, json!({})).await;
    let token = scene.tokens().await["AccessToken"].clone();
    (Arc::new(scene), token)
}

fn email(address: &str, verified: bool) -> Value {
    let mut list = vec![json!({ "Name": "email", "Value": address })];
    if verified {
        list.push(json!({ "Name": "email_verified", "Value": "true" }));
    }
    json!({ "UserAttributes": list })
}

impl Scene {
    async fn as_mara(&self, operation: &str, token: &Value, members: Value) -> Answer {
        let body = with(members, "AccessToken", token.as_str().unwrap());
        self.server.call(operation, body).await
    }

    /// Mara's code for a new address.
    async fn new_address(&self, token: &Value) -> String {
        self.as_mara("UpdateUserAttributes", token, email(NEW, false))
            .await
            .ok();
        self.server.code_to(NEW).await
    }

    async fn verify(&self, token: &Value, code: &str) -> Answer {
        let members = json!({ "AttributeName": "email", "Code": code });
        self.as_mara("VerifyUserAttribute", token, members).await
    }

    async fn address(&self) -> Value {
        let mara = self.on_mara("AdminGetUser", json!({})).await.ok();
        let attributes = mara["UserAttributes"].as_array().unwrap().clone();
        let email = attributes.iter().find(|attribute| attribute["Name"] == "email");
        email.unwrap()["Value"].clone()
    }

    /// The code's key below the pool.
    async fn verification(&self) -> String {
        let keys = self.keys("/code/verify-email").await;
        keys[0][self.at("").len()..].to_owned()
    }
}

#[tokio::test]
async fn of_64_who_verify_by_one_code_at_once_one_does() {
    let (scene, token) = careful(json!({})).await;
    let code = scene.new_address(&token).await;
    // Fifteen an hour are judged.
    scene.together(&scene.verification().await, 15);
    let mut all = JoinSet::new();
    for _ in 0..64 {
        let (scene, token, code) = (scene.clone(), token.clone(), code.clone());
        all.spawn(async move { scene.verify(&token, &code).await });
    }
    let answers = all.join_all().await;
    let count = |kind: &str| answers.iter().filter(|answer| answer["__type"] == kind).count();
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(
        (count("ExpiredCodeException"), count("LimitExceededException")),
        (14, 49)
    );
    assert_eq!(scene.address().await, NEW);
}

#[tokio::test]
async fn an_address_that_waited_does_not_replace_one_that_comes_at_the_same_moment() {
    let (scene, token) = careful(json!({})).await;
    let code = scene.new_address(&token).await;
    let other = email("admins@example.com", true);
    scene.first_on_mara(&scene.verification().await, "AdminUpdateUserAttributes", other);
    scene.verify(&token, &code).await.assert_error(
        "ExpiredCodeException",
        "Invalid code provided, please request a code again.",
    );
    assert_eq!(scene.address().await, "admins@example.com");
}

#[tokio::test]
async fn an_address_that_another_user_verifies_at_the_same_moment_stays_that_users() {
    let (scene, token) = careful(json!({ "AliasAttributes": ["email"] })).await;
    scene.server.user(&scene.pool, "noel", crate::PASSWORD).await;
    let code = scene.new_address(&token).await;
    let noel = with(email(NEW, true), "Username", "noel");
    scene.first(&scene.verification().await, "AdminUpdateUserAttributes", noel);
    scene.verify(&token, &code).await.assert_error(
        "AliasExistsException",
        "An account with the email already exists.",
    );
    assert_eq!(scene.address().await, "mara@example.com");
}

#[tokio::test]
async fn a_code_that_is_asked_for_is_not_sent_in_place_of_one_for_a_newer_address() {
    let (scene, token) = careful(json!({})).await;
    scene.new_address(&token).await;
    let newer = with(
        email("newer@example.com", false),
        "AccessToken",
        token.as_str().unwrap(),
    );
    let key = scene.at(&scene.verification().await);
    scene.before(&key, move |rival| async move {
        rival.call("UpdateUserAttributes", newer).await.ok();
    });
    let members = json!({ "AttributeName": "email" });
    scene
        .as_mara("GetUserAttributeVerificationCode", &token, members)
        .await
        .assert_error("TooManyRequestsException", "Rate exceeded");
    assert_eq!(scene.server.unread_mails(), 0);
    let row = scene.store.get(&key).await.unwrap().unwrap();
    assert!(row.body.contains("newer@example.com"), "{}", row.body);
}

#[tokio::test]
async fn no_address_waits_for_one_that_goes_at_the_same_moment() {
    let (scene, token) = careful(json!({})).await;
    let other = email("admins@example.com", true);
    let profile = scene.keys("/profile").await.remove(0);
    let (pool, body) = (scene.pool.clone(), with(other, "Username", "mara"));
    // Not before the count of the call, but before its commit.
    scene.before(&profile, |_| async {});
    scene.before(&profile, move |rival| async move {
        let body = with(body, "UserPoolId", &pool);
        rival.call("AdminUpdateUserAttributes", body).await.ok();
    });
    scene
        .as_mara("UpdateUserAttributes", &token, email(NEW, false))
        .await
        .assert_error("TooManyRequestsException", "Rate exceeded");
    assert_eq!(scene.keys("/code/").await, [] as [String; 0]);
    assert_eq!(scene.server.unread_mails(), 0);
}
