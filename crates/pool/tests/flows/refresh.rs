//! Refresh tokens: exchange, rotation, revocation.

use serde_json::{Value, json};

use crate::{PASSWORD, Scene, claims};

async fn signed_in(scene: &Scene) -> Value {
    let answer = scene
        .server
        .password_sign_in(&scene.client, "mara", PASSWORD)
        .await
        .ok();
    answer["AuthenticationResult"].clone()
}

async fn initiate(scene: &Scene, token: &Value) -> poolhouse_pool::testing::Answer {
    let body = json!({
        "AuthFlow": "REFRESH_TOKEN_AUTH",
        "ClientId": scene.client,
        "AuthParameters": { "REFRESH_TOKEN": token },
    });
    scene.server.call("InitiateAuth", body).await
}

async fn exchange(scene: &Scene, token: &Value) -> poolhouse_pool::testing::Answer {
    let body = json!({ "RefreshToken": token, "ClientId": scene.client });
    scene.server.call("GetTokensFromRefreshToken", body).await
}

#[tokio::test]
async fn a_refresh_keeps_what_the_sign_in_was() {
    let scene = Scene::new().await;
    let first = signed_in(&scene).await;
    scene.server.clock().advance_seconds(600);
    let second = initiate(&scene, &first["RefreshToken"]).await.ok()["AuthenticationResult"].clone();
    assert_eq!(second["RefreshToken"], Value::Null);
    let (before, after) = (claims(&first["AccessToken"]), claims(&second["AccessToken"]));
    for kept in ["sub", "origin_jti", "event_id", "auth_time"] {
        assert_eq!(before[kept], after[kept], "{kept}");
    }
    assert_ne!(before["jti"], after["jti"]);
    assert_eq!(
        after["iat"].as_i64().unwrap() - before["iat"].as_i64().unwrap(),
        600
    );
}

#[tokio::test]
async fn a_refresh_token_ends_after_thirty_days() {
    let scene = Scene::new().await;
    let tokens = signed_in(&scene).await;
    scene.server.clock().advance_seconds(30 * 24 * 3600);
    for _ in 0..2 {
        let answer = initiate(&scene, &tokens["RefreshToken"]).await;
        answer.assert_error("NotAuthorizedException", "Refresh Token has expired");
        // Whoever comes back some weeks later is told the same.
        scene.server.clock().advance_seconds(20 * 24 * 3600);
        scene.server.sweep().await;
    }
}

#[tokio::test]
async fn a_refresh_token_is_one_clients_alone() {
    let scene = Scene::new().await;
    let tokens = signed_in(&scene).await;
    let other = Scene {
        client: scene.server.client(&scene.pool).await,
        ..scene
    };
    let answer = initiate(&other, &tokens["RefreshToken"]).await;
    answer.assert_error("NotAuthorizedException", "Invalid Refresh Token");
}

#[tokio::test]
async fn a_made_up_refresh_token_is_invalid() {
    let scene = Scene::new().await;
    let answer = initiate(&scene, &json!("made.up.token")).await;
    answer.assert_error("NotAuthorizedException", "Invalid Refresh Token");
}

#[tokio::test]
async fn revoking_ends_the_refresh_and_the_access_token() {
    let scene = Scene::new().await;
    let tokens = signed_in(&scene).await;
    let body = json!({ "Token": tokens["RefreshToken"], "ClientId": scene.client });
    assert_eq!(scene.server.call("RevokeToken", body.clone()).await.text, "{}");
    assert_eq!(scene.server.call("RevokeToken", body).await.text, "{}");
    let answer = initiate(&scene, &tokens["RefreshToken"]).await;
    answer.assert_error("NotAuthorizedException", "Refresh Token has been revoked");
    let answer = scene
        .server
        .call("GetUser", json!({ "AccessToken": tokens["AccessToken"] }))
        .await;
    answer.assert_error("NotAuthorizedException", "Access Token has been revoked");
}

#[tokio::test]
async fn signing_out_everywhere_ends_every_sign_in() {
    let scene = Scene::new().await;
    let (one, two) = (signed_in(&scene).await, signed_in(&scene).await);
    scene
        .server
        .call("GlobalSignOut", json!({ "AccessToken": one["AccessToken"] }))
        .await
        .ok();
    for tokens in [one, two] {
        let answer = initiate(&scene, &tokens["RefreshToken"]).await;
        answer.assert_error("NotAuthorizedException", "Refresh Token has been revoked");
        let answer = scene
            .server
            .call("GetUser", json!({ "AccessToken": tokens["AccessToken"] }))
            .await;
        answer.assert_error("NotAuthorizedException", "Access Token has been revoked");
    }
    signed_in(&scene).await;
}

async fn rotating(grace: i64) -> Scene {
    Scene::with_client(json!({
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
        "RefreshTokenRotation": { "Feature": "ENABLED", "RetryGracePeriodSeconds": grace },
    }))
    .await
}

#[tokio::test]
async fn rotation_gives_a_successor_and_closes_the_older_flow() {
    let scene = rotating(0).await;
    let tokens = signed_in(&scene).await;
    let next = exchange(&scene, &tokens["RefreshToken"]).await.ok()["AuthenticationResult"].clone();
    assert!(next["RefreshToken"].is_string());
    assert_ne!(next["RefreshToken"], tokens["RefreshToken"]);
    let answer = initiate(&scene, &next["RefreshToken"]).await;
    answer.assert_error(
        "InvalidParameterException",
        "REFRESH_TOKEN_AUTH is not enabled for the client.",
    );
    exchange(&scene, &next["RefreshToken"]).await.ok();
}

#[tokio::test]
async fn a_token_used_again_after_rotation_ends_the_whole_family() {
    let scene = rotating(0).await;
    let tokens = signed_in(&scene).await;
    let next = exchange(&scene, &tokens["RefreshToken"]).await.ok()["AuthenticationResult"].clone();
    scene.server.clock().advance_seconds(1);
    let reuse = exchange(&scene, &tokens["RefreshToken"]).await;
    assert_eq!(reuse["__type"], "RefreshTokenReuseException");
    let answer = exchange(&scene, &next["RefreshToken"]).await;
    answer.assert_error("NotAuthorizedException", "Refresh Token has been revoked");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_exchanges_of_one_token_at_once_one_succeeds() {
    let scene = std::sync::Arc::new(rotating(0).await);
    let token = signed_in(&scene).await["RefreshToken"].clone();
    let mut answers = tokio::task::JoinSet::new();
    for _ in 0..32 {
        let (scene, token) = (scene.clone(), token.clone());
        answers.spawn(async move { exchange(&scene, &token).await });
    }
    let answers = answers.join_all().await;
    let succeeded = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(succeeded, 1);
}

#[tokio::test]
async fn in_the_grace_period_a_token_may_be_exchanged_again() {
    let scene = rotating(10).await;
    let tokens = signed_in(&scene).await;
    let one = exchange(&scene, &tokens["RefreshToken"]).await.ok()["AuthenticationResult"].clone();
    scene.server.clock().advance_seconds(9);
    let two = exchange(&scene, &tokens["RefreshToken"]).await.ok()["AuthenticationResult"].clone();
    for tokens in [one, two] {
        exchange(&scene, &tokens["RefreshToken"]).await.ok();
    }
}

#[tokio::test]
async fn of_the_successors_drawn_in_a_grace_period_the_last_sixteen_live() {
    for (drawn, first_lives) in [(16, true), (17, false)] {
        let scene = rotating(60).await;
        let tokens = signed_in(&scene).await;
        let mut successors = Vec::new();
        for _ in 0..drawn {
            let next = exchange(&scene, &tokens["RefreshToken"]).await.ok();
            successors.push(next["AuthenticationResult"]["RefreshToken"].clone());
        }
        let first = exchange(&scene, &successors[0]).await;
        if first_lives {
            first.ok();
        } else {
            first.assert_error("NotAuthorizedException", "Invalid Refresh Token");
        }
        for successor in &successors[1..] {
            exchange(&scene, successor).await.ok();
        }
    }
}

/// A token exchanged so many times, one after the other, and all of them.
async fn exchanged(times: usize) -> (Scene, Vec<Value>) {
    let scene = rotating(0).await;
    let mut tokens = vec![signed_in(&scene).await["RefreshToken"].clone()];
    for at in 0..times {
        let next = exchange(&scene, &tokens[at]).await.ok();
        tokens.push(next["AuthenticationResult"]["RefreshToken"].clone());
    }
    (scene, tokens)
}

#[tokio::test]
async fn the_last_sixty_four_exchanged_tokens_are_remembered() {
    let (scene, tokens) = exchanged(65).await;
    // The first was forgotten, so it is nobody's and ends nothing.
    exchange(&scene, &tokens[0])
        .await
        .assert_error("NotAuthorizedException", "Invalid Refresh Token");
    exchange(&scene, &tokens[65]).await.ok();

    let (scene, tokens) = exchanged(64).await;
    let reuse = exchange(&scene, &tokens[0]).await;
    assert_eq!(reuse["__type"], "RefreshTokenReuseException");
    exchange(&scene, &tokens[64])
        .await
        .assert_error("NotAuthorizedException", "Refresh Token has been revoked");
}

#[tokio::test]
async fn a_successor_does_not_outlive_the_first_token() {
    let scene = rotating(0).await;
    let mut token = signed_in(&scene).await["RefreshToken"].clone();
    for _ in 0..2 {
        scene.server.clock().advance_seconds(10 * 24 * 3600);
        token = exchange(&scene, &token).await.ok()["AuthenticationResult"]["RefreshToken"].clone();
    }
    scene.server.clock().advance_seconds(10 * 24 * 3600);
    let answer = exchange(&scene, &token).await;
    answer.assert_error("NotAuthorizedException", "Refresh Token has expired");
}

#[tokio::test]
async fn a_disabled_user_is_told_so_and_not_that_its_token_was_revoked() {
    let scene = Scene::new().await;
    let token = signed_in(&scene).await["RefreshToken"].clone();
    let mara = json!({ "UserPoolId": scene.pool, "Username": "mara" });
    scene.server.call("AdminDisableUser", mara.clone()).await.ok();
    for answer in [initiate(&scene, &token).await, exchange(&scene, &token).await] {
        answer.assert_error("NotAuthorizedException", "User is disabled.");
    }
    scene.server.call("AdminEnableUser", mara).await.ok();
    let answer = initiate(&scene, &token).await;
    answer.assert_error("NotAuthorizedException", "Refresh Token has been revoked");
}

#[tokio::test]
async fn a_client_with_a_secret_is_told_what_became_of_its_token_and_a_client_without_its_own_is_not() {
    let server = poolhouse_pool::testing::TestPool::new().await;
    let pool = server.pool().await;
    server.user(&pool, "mara", PASSWORD).await;
    let client = server.client_with(&pool, json!({ "GenerateSecret": true })).await;
    let (id, secret) = (
        client["ClientId"].as_str().unwrap(),
        client["ClientSecret"].as_str().unwrap(),
    );
    let hash = |secret: &str| poolhouse_crypto::secret_hash(secret, "mara", id);
    let initiate = async |flow: &str, parameters: Value| {
        let body = json!({ "AuthFlow": flow, "ClientId": id, "AuthParameters": parameters });
        server.call("InitiateAuth", body).await
    };
    let password = json!({ "USERNAME": "mara", "PASSWORD": PASSWORD, "SECRET_HASH": hash(secret) });
    let tokens = initiate("USER_PASSWORD_AUTH", password).await.ok()["AuthenticationResult"].clone();
    let refresh = async |token: &Value, hash: Option<String>| {
        let parameters = json!({ "REFRESH_TOKEN": token, "SECRET_HASH": hash });
        initiate("REFRESH_TOKEN_AUTH", parameters).await
    };
    let (token, right) = (&tokens["RefreshToken"], Some(hash(secret)));

    refresh(token, right.clone()).await.ok();
    let access = json!({ "AccessToken": tokens["AccessToken"] });
    server.call("GlobalSignOut", access).await.ok();
    let unverified = format!("Unable to verify secret hash for client {id}");
    let missing = format!("Client {id} is configured with secret but SECRET_HASH was not received");
    let garbage = json!("made.up.token");
    for (token, hash, sentence) in [
        (token, right.clone(), "Refresh Token has been revoked"),
        (token, Some(hash("another-secret")), unverified.as_str()),
        (token, None, missing.as_str()),
        (&garbage, right, "Invalid Refresh Token"),
        (&garbage, None, missing.as_str()),
    ] {
        refresh(token, hash)
            .await
            .assert_error("NotAuthorizedException", sentence);
    }
}
