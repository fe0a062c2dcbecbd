//! What the operations that take an access token say to tokens that are not good (any more).

use serde_json::{Value, json};

use crate::triggers::{Scene as WithFunctions, arn};
use crate::{PASSWORD, Scene};
use poolhouse_pool::base::clock::Millis;
use poolhouse_pool::testing::RecordingFunction;

async fn tokens(scene: &Scene, user: &str) -> Value {
    let answer = scene.server.password_sign_in(&scene.client, user, PASSWORD).await;
    answer.ok()["AuthenticationResult"].clone()
}

async fn get_user(scene: &Scene, token: &str) -> poolhouse_pool::testing::Answer {
    scene
        .server
        .call("GetUser", json!({ "AccessToken": token }))
        .await
}

#[tokio::test]
async fn an_access_token_ends_with_its_hour() {
    let scene = Scene::new().await;
    let tokens = tokens(&scene, "mara").await;
    let token = tokens["AccessToken"].as_str().unwrap();
    scene.server.clock().advance_seconds(3599);
    get_user(&scene, token).await.ok();
    scene.server.clock().advance_seconds(1);
    get_user(&scene, token)
        .await
        .assert_error("NotAuthorizedException", "Access Token has expired");
}

/// Tokens of a client without revocation name no family, and times in tokens are in whole seconds.
#[tokio::test]
async fn in_the_second_of_a_sign_out_what_was_before_it_ends_and_what_comes_after_does_not() {
    for members in [json!({}), json!({ "EnableTokenRevocation": false })] {
        let scene = Scene::with_client(members).await;
        let before = tokens(&scene, "mara").await;
        let body = json!({ "UserPoolId": scene.pool, "Username": "mara" });
        scene.server.call("AdminUserGlobalSignOut", body).await.ok();
        let after = tokens(&scene, "mara").await;
        let [before, token] =
            [&before, &after].map(|tokens| tokens["AccessToken"].as_str().unwrap().to_owned());
        get_user(&scene, &before)
            .await
            .assert_error("NotAuthorizedException", "Access Token has been revoked");
        get_user(&scene, &token).await.ok();
        let body = json!({ "ClientId": scene.client, "RefreshToken": after["RefreshToken"] });
        scene.server.call("GetTokensFromRefreshToken", body).await.ok();
    }
}

#[tokio::test]
async fn a_token_of_another_kind_or_with_another_signature_opens_nothing() {
    let scene = Scene::new().await;
    scene.server.user(&scene.pool, "noel", PASSWORD).await;
    let (mara, noel) = (tokens(&scene, "mara").await, tokens(&scene, "noel").await);
    let part = |tokens: &Value, at: usize| {
        let parts = tokens["AccessToken"].as_str().unwrap().split('.').nth(at);
        parts.unwrap().to_owned()
    };
    let grafted = [part(&mara, 0), part(&noel, 1), part(&mara, 2)].join(".");
    let unsigned = [part(&mara, 0), part(&mara, 1), String::new()].join(".");
    let id = mara["IdToken"].as_str().unwrap();
    for (token, sentence) in [
        (grafted.as_str(), "Could not verify signature for Access Token"),
        (unsigned.as_str(), "Could not verify signature for Access Token"),
        (id, "Invalid Access Token"),
        ("a.b.c", "Invalid Access Token"),
        ("a", "Invalid Access Token"),
    ] {
        get_user(&scene, token)
            .await
            .assert_error("NotAuthorizedException", sentence);
    }
}

#[tokio::test]
async fn a_token_without_the_scope_of_its_user_changes_nothing() {
    let function = RecordingFunction::new(|event| {
        event["response"]["claimsAndScopeOverrideDetails"] = json!({
            "accessTokenGeneration": { "scopesToSuppress": ["aws.cognito.signin.user.admin"] },
        });
        Ok(())
    });
    let config = json!({ "PreTokenGenerationConfig": { "LambdaVersion": "V3_0", "LambdaArn": arn("PreTokenGeneration") } });
    let scene = WithFunctions::with_config(&[("PreTokenGeneration", &function)], config).await;
    let tokens = scene.sign_in().await.ok()["AuthenticationResult"].clone();
    assert_eq!(function.events()[0]["version"], "3");
    let request = json!({ "AccessToken": tokens["AccessToken"] });
    for operation in ["GetUser", "GlobalSignOut", "DeleteUser"] {
        scene.server.call(operation, request.clone()).await.assert_error(
            "NotAuthorizedException",
            "Access Token does not have required scopes",
        );
    }
}

/// Without revocation the token alone says when its sign-in was, in whole seconds.
#[tokio::test]
async fn a_token_without_revocation_is_out_whenever_its_sign_in_was_before_the_sign_out() {
    for (signed_in, signed_out) in [(0, 0), (0, 999), (999, 999), (0, 1000), (999, 1000)] {
        let scene = Scene::with_client(json!({ "EnableTokenRevocation": false })).await;
        let clock = scene.server.clock();
        let start = scene.server.app().platform.now();
        clock.set(Millis(start.0 + signed_in));
        let tokens = tokens(&scene, "mara").await;
        clock.set(Millis(start.0 + signed_out));
        let mara = json!({ "UserPoolId": scene.pool, "Username": "mara" });
        scene.server.call("AdminUserGlobalSignOut", mara).await.ok();
        let answer = get_user(&scene, tokens["AccessToken"].as_str().unwrap()).await;
        answer.assert_error("NotAuthorizedException", "Access Token has been revoked");
    }
}
