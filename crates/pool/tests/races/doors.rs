//! A pool's door that is shut while somebody signs in without a code.

use poolhouse_pool::ops::pools::door;
use poolhouse_pool::testing::srp::SrpClient;
use serde_json::json;

use crate::{PASSWORD, Scene};

const SHUT: &str = "would sign in without a confirm code, which this user pool requires. Use CUSTOM_AUTH.";

#[tokio::test]
async fn door_shut_at_the_moment_of_the_tokens_gives_none() {
    let scene = Scene::new().await;
    let pool = scene.pool.clone();
    scene.before(&scene.at("user/"), move |rival| async move {
        rival.require_code(&pool, None, true).await;
    });
    let refused = scene.sign_in().await;
    refused.assert_error("InvalidParameterException", &format!("USER_PASSWORD_AUTH {SHUT}"));
    assert_eq!(scene.keys("/refresh/").await, [] as [String; 0]);
}

#[tokio::test]
async fn door_shut_for_a_client_again_at_the_moment_of_the_tokens_gives_none() {
    let scene = Scene::new().await;
    let (pool, client) = (scene.pool.clone(), scene.client.clone());
    scene.server.require_code(&pool, None, true).await;
    scene.server.require_code(&pool, Some(&client), false).await;
    scene.before(&scene.at("user/"), move |rival| async move {
        rival.require_code(&pool, Some(&client), true).await;
    });
    let refused = scene.sign_in().await;
    refused.assert_error("InvalidParameterException", &format!("USER_PASSWORD_AUTH {SHUT}"));
    assert_eq!(scene.keys("/refresh/").await, [] as [String; 0]);
}

#[tokio::test]
async fn door_shut_while_an_srp_sign_in_is_under_way_gives_no_tokens() {
    let scene = Scene::new().await;
    let srp = SrpClient::new(&scene.pool, PASSWORD);
    let parameters = json!({ "USERNAME": "mara", "SRP_A": srp.public_a() });
    let body = json!({ "AuthFlow": "USER_SRP_AUTH", "ClientId": scene.client, "AuthParameters": parameters });
    let first = scene.server.call("InitiateAuth", body).await.ok();
    scene.server.require_code(&scene.pool, None, true).await;
    let body = json!({
        "ChallengeName": "PASSWORD_VERIFIER",
        "ClientId": scene.client,
        "ChallengeResponses": srp.responses(&first["ChallengeParameters"], scene.server.app().platform.now()),
    });
    let refused = scene.server.call("RespondToAuthChallenge", body).await;
    refused.assert_error("InvalidParameterException", &format!("USER_SRP_AUTH {SHUT}"));
    assert_eq!(scene.keys("/refresh/").await, [] as [String; 0]);
}

/// Each of two decisions about one door knows the other.
#[tokio::test]
async fn door_is_not_opened_over_a_change_of_the_pool_at_the_same_moment() {
    let scene = Scene::new().await;
    scene.server.require_code(&scene.pool, None, true).await;
    let pool = scene.pool.clone();
    scene.before(&format!("pool/{pool}"), move |rival| async move {
        let rename = json!({ "UserPoolId": pool, "PoolName": "renamed" });
        rival.call("UpdateUserPool", rename).await.ok();
    });
    let platform = &scene.server.app().platform;
    let lost = door::decide(platform, &scene.pool, Some(&scene.client), false).await;
    assert_eq!(
        lost.unwrap_err().message,
        "Another request changed the settings at the same moment. Read them again, then retry."
    );
    let pool = scene.call("DescribeUserPool", json!({})).await.ok();
    assert_eq!(pool["UserPool"]["Name"], "renamed");
    let refused = scene.sign_in().await;
    refused.assert_error("InvalidParameterException", &format!("USER_PASSWORD_AUTH {SHUT}"));
}
