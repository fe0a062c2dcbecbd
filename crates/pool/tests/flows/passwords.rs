//! Signing in with a password alone, where the client allows it.

use serde_json::json;

use crate::{PASSWORD, Scene, WRONG, claims};

#[tokio::test]
async fn a_password_signs_in() {
    let scene = Scene::new().await;
    let tokens = scene
        .server
        .password_sign_in(&scene.client, "mara", PASSWORD)
        .await
        .ok();
    let access = claims(&tokens["AuthenticationResult"]["AccessToken"]);
    assert_eq!(access["token_use"], "access");
    assert_eq!(access["client_id"], scene.client);
    assert_eq!(access["scope"], "aws.cognito.signin.user.admin");
    assert_eq!(
        access["exp"].as_i64().unwrap() - access["iat"].as_i64().unwrap(),
        3600
    );
}

#[tokio::test]
async fn srp_signs_in_without_a_session() {
    let scene = Scene::new().await;
    let tokens = scene
        .server
        .srp_sign_in(&scene.pool, &scene.client, "mara", PASSWORD)
        .await
        .ok();
    assert!(tokens["AuthenticationResult"]["RefreshToken"].is_string());
}

#[tokio::test]
async fn a_wrong_password_is_one_sentence_in_every_flow() {
    let scene = Scene::new().await;
    let (server, pool, client) = (&scene.server, &scene.pool, &scene.client);
    server
        .password_sign_in(client, "mara", "Wrong-Horse-9!")
        .await
        .assert_error("NotAuthorizedException", WRONG);
    server
        .srp_sign_in(pool, client, "mara", "Wrong-Horse-9!")
        .await
        .assert_error("NotAuthorizedException", WRONG);
    server
        .custom_sign_in(pool, client, "mara", "Wrong-Horse-9!")
        .await
        .assert_error("NotAuthorizedException", WRONG);
}

#[tokio::test]
async fn an_administrator_signs_a_user_in() {
    let scene = Scene::new().await;
    let body = json!({
        "UserPoolId": scene.pool,
        "ClientId": scene.client,
        "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": "mara", "PASSWORD": PASSWORD },
    });
    let tokens = scene.server.call("AdminInitiateAuth", body).await.ok();
    assert!(tokens["AuthenticationResult"]["IdToken"].is_string());
}

#[tokio::test]
async fn the_administrators_flows_are_theirs_alone() {
    let scene = Scene::new().await;
    for flow in ["ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"] {
        let body = json!({
            "ClientId": scene.client,
            "AuthFlow": flow,
            "AuthParameters": { "USERNAME": "mara", "PASSWORD": PASSWORD },
        });
        let answer = scene.server.call("InitiateAuth", body).await;
        answer.assert_error("InvalidParameterException", "Initiate Auth method not supported.");
    }
}

#[tokio::test]
async fn a_flow_that_the_client_does_not_allow_is_refused_by_name() {
    let scene = Scene::with_client(json!({ "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH"] })).await;
    let (server, pool, client) = (&scene.server, &scene.pool, &scene.client);
    server
        .srp_sign_in(pool, client, "mara", PASSWORD)
        .await
        .assert_error(
            "InvalidParameterException",
            "USER_SRP_AUTH is not enabled for the client.",
        );
    server
        .password_sign_in(client, "mara", PASSWORD)
        .await
        .assert_error(
            "InvalidParameterException",
            "USER_PASSWORD_AUTH flow not enabled for this client",
        );
    let body = json!({
        "UserPoolId": pool,
        "ClientId": client,
        "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": "mara", "PASSWORD": PASSWORD },
    });
    server.call("AdminInitiateAuth", body).await.assert_error(
        "InvalidParameterException",
        "Auth flow not enabled for this client",
    );
}

#[tokio::test]
async fn what_a_flow_needs_is_named_when_it_is_missing() {
    let scene = Scene::new().await;
    let cases = [
        ("USER_PASSWORD_AUTH", json!({}), "USERNAME"),
        ("USER_PASSWORD_AUTH", json!({ "USERNAME": "mara" }), "PASSWORD"),
        ("USER_SRP_AUTH", json!({ "USERNAME": "mara" }), "SRP_A"),
        (
            "CUSTOM_AUTH",
            json!({ "USERNAME": "mara", "CHALLENGE_NAME": "SRP_A" }),
            "SRP_A",
        ),
        ("REFRESH_TOKEN_AUTH", json!({}), "REFRESH_TOKEN"),
    ];
    for (flow, parameters, missing) in cases {
        let body = json!({ "AuthFlow": flow, "ClientId": scene.client, "AuthParameters": parameters });
        let answer = scene.server.call("InitiateAuth", body).await;
        answer.assert_error(
            "InvalidParameterException",
            &format!("Missing required parameter {missing}"),
        );
    }
}

#[tokio::test]
async fn a_disabled_user_is_told_so() {
    let scene = Scene::new().await;
    let user = json!({ "UserPoolId": scene.pool, "Username": "mara" });
    scene.server.call("AdminDisableUser", user).await.ok();
    let answer = scene
        .server
        .password_sign_in(&scene.client, "mara", PASSWORD)
        .await;
    answer.assert_error("NotAuthorizedException", "User is disabled.");
    let answer = scene
        .server
        .custom_sign_in(&scene.pool, &scene.client, "mara", PASSWORD)
        .await;
    answer.assert_error("NotAuthorizedException", "User is disabled.");
}

#[tokio::test]
async fn a_client_with_a_secret_must_prove_it() {
    let scene = Scene::with_client(json!({ "GenerateSecret": true })).await;
    let id = &scene.client;
    let missing = scene.server.password_sign_in(id, "mara", PASSWORD).await;
    missing.assert_error(
        "NotAuthorizedException",
        &format!("Client {id} is configured with secret but SECRET_HASH was not received"),
    );
    let described = json!({ "UserPoolId": scene.pool, "ClientId": id });
    let described = scene.server.call("DescribeUserPoolClient", described).await.ok();
    let secret = described["UserPoolClient"]["ClientSecret"]
        .as_str()
        .unwrap()
        .to_owned();
    let body = |hash: String| {
        json!({
            "AuthFlow": "USER_PASSWORD_AUTH",
            "ClientId": id,
            "AuthParameters": { "USERNAME": "mara", "PASSWORD": PASSWORD, "SECRET_HASH": hash },
        })
    };
    let right = poolhouse_crypto::secret_hash(&secret, "mara", id);
    assert_eq!(scene.server.call("InitiateAuth", body(right)).await.status, 200);
    let wrong = poolhouse_crypto::secret_hash("another", "mara", id);
    scene.server.call("InitiateAuth", body(wrong)).await.assert_error(
        "NotAuthorizedException",
        &format!("Unable to verify secret hash for client {id}"),
    );
}

#[tokio::test]
async fn a_client_for_custom_authentication_alone_says_so() {
    let scene = Scene::with_client(json!({ "ExplicitAuthFlows": ["CUSTOM_AUTH_FLOW_ONLY"] })).await;
    for flow in ["USER_SRP_AUTH", "USER_PASSWORD_AUTH"] {
        let parameters = json!({ "USERNAME": "mara", "PASSWORD": PASSWORD, "SRP_A": "ff" });
        let body = json!({ "AuthFlow": flow, "ClientId": scene.client, "AuthParameters": parameters });
        scene.server.call("InitiateAuth", body).await.assert_error(
            "InvalidParameterException",
            "Only custom auth (lambda driven) is enabled for this client.",
        );
    }
    let challenge = scene
        .server
        .custom_sign_in(&scene.pool, &scene.client, "mara", PASSWORD)
        .await;
    assert_eq!(challenge.ok()["ChallengeName"], "CUSTOM_CHALLENGE");
    scene.server.ignore_mail();
}
