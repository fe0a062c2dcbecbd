//! The door of a pool: no sign-in without a code once it is shut, and nothing but a name opens it.

use poolhouse_pool::ops::pools::door;
use poolhouse_pool::testing::{Answer, TestPool};
use serde_json::json;

use crate::{PASSWORD, Scene};

const SHUT: [(&str, &str, &str); 3] = [
    ("InitiateAuth", "USER_SRP_AUTH", "USER_SRP_AUTH"),
    ("InitiateAuth", "USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH"),
    (
        "AdminInitiateAuth",
        "ADMIN_USER_PASSWORD_AUTH",
        "ADMIN_USER_PASSWORD_AUTH",
    ),
];

fn sentence(flow: &str) -> String {
    format!("{flow} would sign in without a confirm code, which this user pool requires. Use CUSTOM_AUTH.")
}

async fn password(scene: &Scene) -> Answer {
    scene
        .server
        .password_sign_in(&scene.client, "mara", PASSWORD)
        .await
}

#[tokio::test]
async fn door_every_flow_without_a_code_is_refused_in_words_that_name_the_one_with() {
    let scene = Scene::shut().await;
    for (operation, flow, named) in SHUT {
        let parameters = json!({ "USERNAME": "mara", "PASSWORD": PASSWORD, "SRP_A": "5" });
        let mut body = json!({ "AuthFlow": flow, "ClientId": scene.client, "AuthParameters": parameters });
        if operation == "AdminInitiateAuth" {
            body["UserPoolId"] = json!(scene.pool);
        }
        let refused = scene.server.call(operation, body).await;
        refused.assert_error("InvalidParameterException", &sentence(named));
    }
}

#[tokio::test]
async fn door_an_update_that_leaves_everything_out_leaves_it_shut() {
    let scene = Scene::shut().await;
    let body = json!({ "UserPoolId": scene.pool });
    scene.server.call("UpdateUserPool", body).await.ok();
    password(&scene)
        .await
        .assert_error("InvalidParameterException", &sentence("USER_PASSWORD_AUTH"));
}

#[tokio::test]
async fn door_it_is_opened_for_a_client_or_the_pool_by_name_and_stays_as_decided() {
    let scene = Scene::shut().await;
    let (server, pool, client) = (&scene.server, &scene.pool, scene.client.as_str());
    let other = server.client(pool).await;
    server.require_code(pool, Some(client), false).await;
    password(&scene).await.ok();
    server
        .password_sign_in(&other, "mara", PASSWORD)
        .await
        .assert_error("InvalidParameterException", &sentence("USER_PASSWORD_AUTH"));
    server.require_code(pool, Some(client), true).await;
    assert_eq!(password(&scene).await.status, 400);
    server.require_code(pool, None, false).await;
    let described = server
        .call("DescribeUserPool", json!({ "UserPoolId": pool }))
        .await
        .ok();
    let functions = &described["UserPool"]["LambdaConfig"];
    let body = json!({ "UserPoolId": pool, "LambdaConfig": functions });
    server.call("UpdateUserPool", body).await.ok();
    password(&scene).await.ok();
}

#[tokio::test]
async fn door_any_name_that_ends_like_our_define_shuts_it_and_another_does_not() {
    for (name, status) in [
        ("shop-2faDefine", 400),
        ("shop-2faDefine:live", 400),
        ("shop-define", 200),
    ] {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let client = server.client(&pool).await;
        server.user(&pool, "mara", PASSWORD).await;
        let arn = format!("arn:aws:lambda:us-east-1:000000000000:function:{name}");
        let body = json!({ "UserPoolId": pool, "LambdaConfig": { "DefineAuthChallenge": arn } });
        server.call("UpdateUserPool", body).await.ok();
        let answer = server.password_sign_in(&client, "mara", PASSWORD).await;
        assert_eq!(answer.status, status, "{name}");
    }
}

#[tokio::test]
async fn door_refresh_tokens_from_a_sign_in_with_a_code_pass() {
    let scene = Scene::shut().await;
    let (server, client) = (&scene.server, &scene.client);
    let challenge = server
        .custom_sign_in(&scene.pool, client, "mara", PASSWORD)
        .await
        .ok();
    let code = server.code_to("mara@example.com").await;
    let body = json!({
        "ChallengeName": "CUSTOM_CHALLENGE",
        "ClientId": client,
        "Session": challenge["Session"],
        "ChallengeResponses": { "USERNAME": "mara", "ANSWER": code },
    });
    let tokens = server.call("RespondToAuthChallenge", body).await.ok();
    let token = &tokens["AuthenticationResult"]["RefreshToken"];
    let body = json!({
        "AuthFlow": "REFRESH_TOKEN_AUTH",
        "ClientId": client,
        "AuthParameters": { "REFRESH_TOKEN": token },
    });
    server.call("InitiateAuth", body).await.ok();
}

#[tokio::test]
async fn door_is_not_opened_for_an_app_client_that_is_not_the_pools() {
    let scene = Scene::shut().await;
    let (server, pool) = (&scene.server, &scene.pool);
    let stranger = server.client(&server.pool().await).await;
    let platform = &server.app().platform;
    for client in ["misspelt", &stranger] {
        let refused = door::decide(platform, pool, Some(client), false).await;
        assert_eq!(
            refused.unwrap_err().message,
            format!("User pool client {client} does not exist.")
        );
    }
    let door = door::of(platform, pool).await.unwrap().unwrap();
    assert_eq!(door.open_clients.len(), 0);
}
