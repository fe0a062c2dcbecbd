//! Refresh tokens that are exchanged, revoked and rotated at the same moment.

use poolhouse_pool::testing::Answer;
use serde_json::{Value, json};

use crate::Scene;

const REUSED: &str = "Refresh Token has been reused. All tokens of this sign-in are revoked.";
const REVOKED: &str = "Refresh Token has been revoked";

async fn rotating(grace: i64) -> Scene {
    let rotation = json!({ "Feature": "ENABLED", "RetryGracePeriodSeconds": grace });
    let client =
        json!({ "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"], "RefreshTokenRotation": rotation });
    Scene::of(json!({}), client).await
}

fn request(scene: &Scene, tokens: &Value) -> Value {
    json!({ "RefreshToken": tokens["RefreshToken"], "ClientId": scene.client })
}

async fn exchange(scene: &Scene, tokens: &Value) -> Answer {
    let body = request(scene, tokens);
    scene.server.call("GetTokensFromRefreshToken", body).await
}

#[tokio::test]
async fn of_two_exchanges_at_the_same_moment_the_second_is_a_reuse_that_ends_both() {
    let scene = rotating(0).await;
    let tokens = scene.tokens().await;
    let (tell, told) = tokio::sync::oneshot::channel();
    let body = request(&scene, &tokens);
    let now = scene.server.app().platform.now();
    scene.before(&scene.at("user/"), move |rival| async move {
        rival.clock().set(now);
        let first = rival.call("GetTokensFromRefreshToken", body).await.ok();
        tell.send(first["AuthenticationResult"].clone()).unwrap();
    });
    exchange(&scene, &tokens)
        .await
        .assert_error("RefreshTokenReuseException", REUSED);
    exchange(&scene, &told.await.unwrap())
        .await
        .assert_error("NotAuthorizedException", REVOKED);
}

#[tokio::test]
async fn in_the_grace_period_two_exchanges_at_the_same_moment_both_have_a_successor() {
    let scene = rotating(10).await;
    let tokens = scene.tokens().await;
    let (tell, told) = tokio::sync::oneshot::channel();
    let body = request(&scene, &tokens);
    scene.before(&scene.at("user/"), move |rival| async move {
        let first = rival.call("GetTokensFromRefreshToken", body).await.ok();
        tell.send(first["AuthenticationResult"].clone()).unwrap();
    });
    let second = exchange(&scene, &tokens).await.ok()["AuthenticationResult"].clone();
    for successor in [second, told.await.unwrap()] {
        exchange(&scene, &successor).await.ok();
    }
}

#[tokio::test]
async fn a_token_revoked_while_it_is_exchanged_has_no_successor() {
    for operation in [
        "RevokeToken",
        "AdminUserGlobalSignOut",
        "AdminDisableUser",
        "AdminDeleteUser",
    ] {
        let scene = rotating(10).await;
        let tokens = scene.tokens().await;
        let sentence = if operation == "AdminDisableUser" {
            "User is disabled."
        } else {
            REVOKED
        };
        if operation == "RevokeToken" {
            let body = json!({ "Token": tokens["RefreshToken"], "ClientId": scene.client });
            scene.before(&scene.at("user/"), |rival| async move {
                rival.call("RevokeToken", body).await.ok();
            });
        } else {
            scene.first_on_mara("user/", operation, json!({}));
        }
        exchange(&scene, &tokens)
            .await
            .assert_error("NotAuthorizedException", sentence);
        assert_eq!(scene.keys("/refresh/").await, [] as [String; 0], "{operation}");
    }
}

#[tokio::test]
async fn a_successor_drawn_while_its_token_is_revoked_is_revoked_too() {
    let scene = rotating(10).await;
    let tokens = scene.tokens().await;
    let (tell, told) = tokio::sync::oneshot::channel();
    let body = request(&scene, &tokens);
    scene.before(&scene.at("user/"), move |rival| async move {
        let first = rival.call("GetTokensFromRefreshToken", body).await.ok();
        tell.send(first["AuthenticationResult"].clone()).unwrap();
    });
    let revoke = json!({ "Token": tokens["RefreshToken"], "ClientId": scene.client });
    scene.server.call("RevokeToken", revoke).await.ok();
    exchange(&scene, &told.await.unwrap())
        .await
        .assert_error("NotAuthorizedException", REVOKED);
}
