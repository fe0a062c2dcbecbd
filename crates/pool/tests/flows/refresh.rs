//! Refresh tokens: exchange, rotation, revocation.

use std::collections::BTreeSet;

use poolhouse_crypto::opaque;
use poolhouse_pool::testing::SeededEntropy;
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
        // A client that comes back some weeks later is told the same.
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
    answer.assert_error("NotAuthorizedException", "Refresh Token has different Client");
    // And that cost the owner nothing.
    let owner = Scene {
        client: tokens_client(&tokens),
        ..other
    };
    initiate(&owner, &tokens["RefreshToken"]).await.ok();
}

/// The client that tokens were issued to.
fn tokens_client(tokens: &Value) -> String {
    claims(&tokens["AccessToken"])["client_id"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn a_made_up_refresh_token_is_invalid() {
    let scene = Scene::new().await;
    let answer = initiate(&scene, &json!("made.up.token")).await;
    answer.assert_error("NotAuthorizedException", "Invalid Refresh Token");
}

/// Tokens that say that they are of this family, by somebody who knows all of it but the server's key.
#[tokio::test]
async fn a_forged_refresh_token_is_invalid_and_revokes_nothing() {
    let scene = rotating(0).await;
    let tokens = signed_in(&scene).await;
    let genuine = tokens["RefreshToken"].as_str().unwrap();
    let payload = opaque::parse_refresh_token(genuine).unwrap();
    let entropy = SeededEntropy::new(99);
    for place in 0..payload.len() {
        let mut forged = payload.clone();
        forged[place] ^= 1;
        let forged = opaque::refresh_token(&forged, &entropy);
        let answer = exchange(&scene, &json!(forged)).await;
        answer.assert_error("NotAuthorizedException", "Invalid Refresh Token");
    }
    exchange(&scene, &tokens["RefreshToken"]).await.ok();
}

#[tokio::test]
async fn a_token_of_another_pool_is_invalid() {
    let scene = Scene::new().await;
    let tokens = signed_in(&scene).await;
    let pool = scene.server.pool().await;
    let client = scene.server.client(&pool).await;
    let other = Scene {
        pool,
        client,
        ..scene
    };
    let answer = initiate(&other, &tokens["RefreshToken"]).await;
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

/// `ALLOW_REFRESH_TOKEN_AUTH` opens the flow of that name; the operation has no flow.
#[tokio::test]
async fn a_client_without_the_refresh_flow_refreshes_by_the_operation_alone() {
    let scene = Scene::with_client(json!({ "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"] })).await;
    let token = signed_in(&scene).await["RefreshToken"].clone();
    let answer = initiate(&scene, &token).await;
    answer.assert_error(
        "InvalidParameterException",
        "REFRESH_TOKEN_AUTH is not enabled for the client.",
    );
    exchange(&scene, &token).await.ok();
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

/// However many came after it: nothing is remembered of tokens, so nothing is forgotten.
#[tokio::test]
async fn a_token_stolen_long_ago_is_noticed_when_it_is_used() {
    let scene = rotating(0).await;
    let stolen = signed_in(&scene).await["RefreshToken"].clone();
    let mut token = stolen.clone();
    for _ in 0..200 {
        token = exchange(&scene, &token).await.ok()["AuthenticationResult"]["RefreshToken"].clone();
    }
    let reuse = exchange(&scene, &stolen).await;
    assert_eq!(reuse["__type"], "RefreshTokenReuseException");
    let answer = exchange(&scene, &token).await;
    answer.assert_error("NotAuthorizedException", "Refresh Token has been revoked");
}

#[tokio::test]
async fn a_spent_token_is_noticed_after_its_client_stopped_rotating() {
    let scene = rotating(0).await;
    let spent = signed_in(&scene).await["RefreshToken"].clone();
    let live = exchange(&scene, &spent).await.ok()["AuthenticationResult"]["RefreshToken"].clone();
    let body = json!({
        "UserPoolId": scene.pool,
        "ClientId": scene.client,
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    });
    scene.server.call("UpdateUserPoolClient", body).await.ok();
    initiate(&scene, &live).await.ok();
    let reuse = initiate(&scene, &spent).await;
    assert_eq!(reuse["__type"], "RefreshTokenReuseException");
    let answer = initiate(&scene, &live).await;
    answer.assert_error("NotAuthorizedException", "Refresh Token has been revoked");
}

/// Each of them is the one successor, whichever the client keeps.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parallel_exchanges_in_the_grace_period_give_one_successor() {
    let scene = std::sync::Arc::new(rotating(10).await);
    let token = signed_in(&scene).await["RefreshToken"].clone();
    let mut answers = tokio::task::JoinSet::new();
    for _ in 0..32 {
        let (scene, token) = (scene.clone(), token.clone());
        answers.spawn(async move { exchange(&scene, &token).await.ok() });
    }
    let answers = answers.join_all().await;
    let successor = |answer: &Value| {
        let text = answer["AuthenticationResult"]["RefreshToken"].as_str().unwrap();
        opaque::parse_refresh_token(text).unwrap()
    };
    let successors: BTreeSet<Vec<u8>> = answers.iter().map(successor).collect();
    assert_eq!(successors.len(), 1);
    scene.server.clock().advance_seconds(10);
    let [one, other] = [&answers[3], &answers[30]].map(|a| a["AuthenticationResult"]["RefreshToken"].clone());
    exchange(&scene, &one).await.ok();
    exchange(&scene, &other).await.ok();
    scene.server.clock().advance_seconds(10);
    let reuse = exchange(&scene, &other).await;
    assert_eq!(reuse["__type"], "RefreshTokenReuseException");
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
    let unmatched = format!("SecretHash does not match for the client: {id}");
    let missing = format!("Client {id} is configured with secret but SECRET_HASH was not received");
    let garbage = json!("made.up.token");
    let forged = |token: &Value, place: usize| {
        let mut payload = opaque::parse_refresh_token(token.as_str().unwrap()).unwrap();
        payload[place] ^= 1;
        json!(opaque::refresh_token(&payload, &SeededEntropy::new(5)))
    };
    for (token, hash, sentence) in [
        (token, right.clone(), "Refresh Token has been revoked"),
        (token, Some(hash("another-secret")), unmatched.as_str()),
        (token, None, missing.as_str()),
        (&garbage, right.clone(), "Invalid Refresh Token"),
        (&garbage, None, missing.as_str()),
        // One that names Mara and one that names nobody are answered alike, whatever the hash.
        (&forged(token, 0), right.clone(), "Invalid Refresh Token"),
        (
            &forged(token, 0),
            Some(hash("another-secret")),
            "Invalid Refresh Token",
        ),
        (&forged(token, 45), right, "Invalid Refresh Token"),
        (
            &forged(token, 45),
            Some(hash("another-secret")),
            "Invalid Refresh Token",
        ),
    ] {
        refresh(token, hash)
            .await
            .assert_error("NotAuthorizedException", sentence);
    }
}
