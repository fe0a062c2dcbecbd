//! Tokens of a user who is deleted, disabled or signed out while they are made.

use poolhouse_pool::base::clock::Millis;
use poolhouse_pool::testing::{Answer, TestPool};
use serde_json::{Value, json};

use crate::{OTHER, PASSWORD, Scene, WRONG};

const REVOKED: &str = "Access Token has been revoked";

async fn get_user(scene: &Scene, tokens: &Value) -> Answer {
    let body = json!({ "AccessToken": tokens["AccessToken"] });
    scene.server.call("GetUser", body).await
}

async fn refresh(scene: &Scene, tokens: &Value) -> Answer {
    let body = json!({
        "AuthFlow": "REFRESH_TOKEN_AUTH",
        "ClientId": scene.client,
        "AuthParameters": { "REFRESH_TOKEN": tokens["RefreshToken"] },
    });
    scene.server.call("InitiateAuth", body).await
}

#[tokio::test]
async fn no_tokens_are_made_for_a_user_deleted_at_the_same_moment() {
    let scene = Scene::new().await;
    scene.first_on_mara("user/", "AdminDeleteUser", json!({}));
    let refused = scene.sign_in().await;
    refused.assert_error("NotAuthorizedException", WRONG);
    assert_eq!(scene.keys("/refresh/").await, [] as [String; 0]);
}

#[tokio::test]
async fn the_right_code_gives_no_tokens_to_a_user_deleted_at_the_same_moment() {
    let scene = Scene::with_codes().await;
    let (session, code) = challenged(&scene).await;
    scene.first_on_mara("user/", "AdminDeleteUser", json!({}));
    let refused = scene
        .respond("CUSTOM_CHALLENGE", &session, json!({ "ANSWER": code }))
        .await;
    assert_eq!(
        (refused.status, refused["__type"].as_str()),
        (400, Some("NotAuthorizedException"))
    );
    assert_eq!(scene.keys("/user/").await, [] as [String; 0]);
}

/// Mara's code challenge and the code that was mailed.
async fn challenged(scene: &Scene) -> (Value, String) {
    let server: &TestPool = &scene.server;
    let challenge = server
        .custom_sign_in(&scene.pool, &scene.client, "mara", PASSWORD)
        .await
        .ok();
    (
        challenge["Session"].clone(),
        server.code_to("mara@example.com").await,
    )
}

#[tokio::test]
async fn a_sign_in_that_was_under_way_at_a_sign_out_everywhere_is_out() {
    let scene = Scene::new().await;
    scene.first_on_mara("user/", "AdminUserGlobalSignOut", json!({}));
    let refused = scene.sign_in().await;
    refused.assert_error("NotAuthorizedException", "Invalid session for the user.");
    assert_eq!(scene.keys("/refresh/").await, [] as [String; 0]);
}

#[tokio::test]
async fn a_sign_in_that_was_under_way_is_out_whatever_the_clocks_say() {
    for later in [-1000, 0, 1, 998, 999, 1000] {
        let scene = Scene::new().await;
        let now = scene.server.app().platform.now();
        let out = json!({ "UserPoolId": scene.pool, "Username": "mara" });
        scene.before(&scene.at("user/"), move |rival| async move {
            rival.clock().set(Millis(now.0 + later));
            rival.call("AdminUserGlobalSignOut", out).await.ok();
        });
        let refused = scene.sign_in().await;
        refused.assert_error("NotAuthorizedException", "Invalid session for the user.");
    }
}

#[tokio::test]
async fn a_sign_in_that_was_under_way_when_the_user_was_disabled_is_out_for_good() {
    let scene = Scene::new().await;
    scene.first_on_mara("user/", "AdminDisableUser", json!({}));
    let refused = scene.sign_in().await;
    refused.assert_error("NotAuthorizedException", "User is disabled.");
    scene.on_mara("AdminEnableUser", json!({})).await.ok();
    assert_eq!(scene.keys("/refresh/").await, [] as [String; 0]);
}

#[tokio::test]
async fn the_right_code_gives_no_tokens_to_a_user_disabled_at_the_same_moment() {
    let scene = Scene::with_codes().await;
    let (session, code) = challenged(&scene).await;
    scene.first_on_mara("user/", "AdminDisableUser", json!({}));
    let refused = scene
        .respond("CUSTOM_CHALLENGE", &session, json!({ "ANSWER": code }))
        .await;
    // The password was proved before.
    refused.assert_error("NotAuthorizedException", "User is disabled.");
    assert_eq!(scene.keys("/refresh/").await, [] as [String; 0]);
}

#[tokio::test]
async fn a_sign_in_that_ends_while_others_are_ended_is_out_too() {
    let scene = Scene::new().await;
    let (client, now) = (scene.client.clone(), scene.server.app().platform.now());
    let (tell, told) = tokio::sync::oneshot::channel();
    scene.before(&scene.at("user/"), move |rival| async move {
        // It began before the sign-out did, and ends after the sign-out has looked for what to end.
        // Its clock is fast, so that no time in its tokens tells.
        rival.clock().set(Millis(now.0 + 5000));
        let tokens = rival.password_sign_in(&client, "mara", PASSWORD).await.ok();
        tell.send(tokens["AuthenticationResult"].clone()).unwrap();
    });
    scene.on_mara("AdminUserGlobalSignOut", json!({})).await.ok();
    let tokens = told.await.unwrap();
    assert_eq!(scene.keys("/refresh/").await.len(), 1);
    refresh(&scene, &tokens)
        .await
        .assert_error("NotAuthorizedException", "Refresh Token has been revoked");
    get_user(&scene, &tokens)
        .await
        .assert_error("NotAuthorizedException", REVOKED);
}

#[tokio::test]
async fn a_sign_out_ends_a_sign_in_whose_user_is_changed_at_the_same_moment() {
    let scene = Scene::new().await;
    let tokens = scene.tokens().await;
    let set = json!({ "Password": OTHER, "Permanent": true });
    scene.first_on_mara("user/", "AdminSetUserPassword", set);
    scene.on_mara("AdminUserGlobalSignOut", json!({})).await.ok();
    get_user(&scene, &tokens)
        .await
        .assert_error("NotAuthorizedException", REVOKED);
    refresh(&scene, &tokens)
        .await
        .assert_error("NotAuthorizedException", "Refresh Token has been revoked");
    assert_eq!(scene.keys("/refresh/").await, [] as [String; 0]);
    scene
        .server
        .password_sign_in(&scene.client, "mara", OTHER)
        .await
        .ok();
}
