//! Refresh tokens at the token endpoint.

use serde_json::{Value, json};

use crate::{Scene, assert_denied, basic, claims, text};

fn form(tokens: &Value) -> String {
    format!(
        "grant_type=refresh_token&refresh_token={}",
        text(&tokens["refresh_token"])
    )
}

#[tokio::test]
async fn oidcc_refresh_token_new_tokens_say_the_same_but_for_what_is_new() {
    let scene = Scene::new().await;
    let tokens = scene.tokens().await;
    scene.server.clock().advance_seconds(100);
    let again = scene.token(&form(&tokens)).await.ok();
    let members: Vec<&String> = again.as_object().unwrap().keys().collect();
    assert_eq!(members, ["id_token", "access_token", "expires_in", "token_type"]);
    for token in ["id_token", "access_token"] {
        let (mut before, mut after) = (claims(&tokens[token]), claims(&again[token]));
        for changed in ["jti", "iat", "exp", "at_hash"] {
            let is_there = before.get(changed).is_some();
            assert_eq!(before[changed] != after[changed], is_there, "{token} {changed}");
            before[changed] = Value::Null;
            after[changed] = Value::Null;
        }
        assert_eq!(after.get("azp"), None);
        before.as_object_mut().unwrap().remove("nonce");
        assert_eq!(before, after, "{token}");
    }
}

#[tokio::test]
async fn a_refresh_may_ask_for_less_and_never_for_more() {
    let scene = Scene::new().await;
    let tokens = scene.tokens().await;
    let less = scene.token(&(form(&tokens) + "&scope=email")).await.ok();
    assert_eq!(less.get("id_token"), None);
    assert_eq!(claims(&less["access_token"])["scope"], "email");
    let again = scene.token(&form(&tokens)).await.ok();
    assert_eq!(claims(&again["access_token"])["scope"], "openid email");
    // Alone, `openid` would show every attribute.
    for more in [
        "openid",
        "openid%20profile",
        "aws.cognito.signin.user.admin",
        "%22",
    ] {
        let answer = scene.token(&format!("{}&scope={more}", form(&tokens))).await;
        assert_denied(&answer, 400, "invalid_scope");
    }
}

#[tokio::test]
async fn with_rotation_a_token_has_a_successor_and_its_reuse_ends_the_family() {
    let rotation = json!({ "Feature": "ENABLED", "RetryGracePeriodSeconds": 10 });
    let flows = json!(["ALLOW_USER_PASSWORD_AUTH"]);
    let client = json!({ "RefreshTokenRotation": rotation, "ExplicitAuthFlows": flows });
    let scene = Scene::with_client(client).await;
    let first = scene.tokens().await;
    let second = scene.token(&form(&first)).await.ok();
    assert!(second["refresh_token"].is_string());
    scene.server.clock().advance_seconds(9);
    scene.token(&form(&first)).await.ok();
    let third = scene.token(&form(&second)).await.ok();
    scene.server.clock().advance_seconds(10);
    assert_denied(&scene.token(&form(&first)).await, 400, "invalid_grant");
    assert_denied(&scene.token(&form(&third)).await, 400, "invalid_grant");
    assert_eq!(scene.user_info(&third["access_token"]).await.status, 401);
}

#[tokio::test]
async fn a_token_is_its_clients_alone() {
    let scene = Scene::new().await;
    let (other, secret) = scene.other_client(json!({})).await;
    let tokens = scene.tokens().await;
    let answer = scene
        .post("/oauth2/token", Some(&basic(&other, &secret)), &form(&tokens))
        .await;
    assert_denied(&answer, 400, "invalid_grant");
    for garbage in ["x", "a.b.c.d.e", ""] {
        let form = format!("grant_type=refresh_token&refresh_token={garbage}");
        let error = if garbage.is_empty() {
            "invalid_request"
        } else {
            "invalid_grant"
        };
        assert_denied(&scene.token(&form).await, 400, error);
    }
    scene.token(&form(&tokens)).await.ok();
}

#[tokio::test]
async fn a_token_of_hosted_login_keeps_its_scopes_when_the_api_exchanges_it() {
    let scene = Scene::new().await;
    let tokens = scene.tokens().await;
    let body = json!({
        "ClientId": scene.client,
        "ClientSecret": scene.secret,
        "RefreshToken": tokens["refresh_token"],
    });
    let result = scene.server.call("GetTokensFromRefreshToken", body).await.ok();
    let access = claims(&result["AuthenticationResult"]["AccessToken"]);
    assert_eq!(
        (&access["scope"], &access["version"]),
        (&json!("openid email"), &json!(2))
    );
}

#[tokio::test]
async fn a_token_of_the_api_is_exchanged_where_no_devices_are_tracked() {
    let device = json!({ "DeviceConfiguration": { "DeviceOnlyRememberedOnUserPrompt": true } });
    for (pool, is_taken) in [(json!({}), true), (device, false)] {
        let server = poolhouse_testkit::TestServer::new().await;
        let scene = Scene::of(server, pool, json!({ "GenerateSecret": false })).await;
        let tokens = scene
            .server
            .password_sign_in(&scene.client, "mara", crate::PASSWORD)
            .await
            .ok();
        let refresh = text(&tokens["AuthenticationResult"]["RefreshToken"]);
        let form = format!(
            "grant_type=refresh_token&client_id={}&refresh_token={refresh}",
            scene.client
        );
        let answer = scene.post("/oauth2/token", None, &form).await;
        if is_taken {
            let access = claims(&answer.ok()["access_token"]);
            assert_eq!(access["scope"], "aws.cognito.signin.user.admin");
            assert_eq!(access.get("version"), None);
        } else {
            assert_denied(&answer, 400, "invalid_grant");
        }
    }
}

#[tokio::test]
async fn a_client_for_which_hosted_login_is_switched_off_refreshes_nothing_of_it() {
    let scene = Scene::new().await;
    let tokens = scene.tokens().await;
    let off = json!({ "UserPoolId": scene.pool, "ClientId": scene.client });
    scene.server.call("UpdateUserPoolClient", off).await.ok();
    assert_denied(&scene.token(&form(&tokens)).await, 400, "unauthorized_client");
}

#[tokio::test]
async fn a_client_without_hosted_login_refreshes_nothing_here_whichever_door_the_token_came_by() {
    let server = poolhouse_testkit::TestServer::new().await;
    let client = json!({ "GenerateSecret": false, "AllowedOAuthFlowsUserPoolClient": false });
    let scene = Scene::of(server, json!({}), client).await;
    let tokens = scene
        .server
        .password_sign_in(&scene.client, "mara", crate::PASSWORD)
        .await
        .ok();
    let refresh = text(&tokens["AuthenticationResult"]["RefreshToken"]);
    let form = format!(
        "grant_type=refresh_token&client_id={}&refresh_token={refresh}",
        scene.client
    );
    let answer = scene.post("/oauth2/token", None, &form).await;
    assert_denied(&answer, 400, "unauthorized_client");
}
