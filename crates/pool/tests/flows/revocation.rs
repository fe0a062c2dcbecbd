//! `RevokeToken`, and the client secret that it and `GetTokensFromRefreshToken` take in the clear.

use serde_json::{Value, json};

use crate::{PASSWORD, Scene, claims};

/// The tokens of a sign-in through the scene's client, whose secret this is.
async fn tokens(scene: &Scene, secret: Option<&str>) -> Value {
    let hash = secret.map(|secret| poolhouse_crypto::secret_hash(secret, "mara", &scene.client));
    let parameters = json!({ "USERNAME": "mara", "PASSWORD": PASSWORD, "SECRET_HASH": hash });
    let body =
        json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": scene.client, "AuthParameters": parameters });
    scene.server.call("InitiateAuth", body).await.ok()["AuthenticationResult"].clone()
}

#[tokio::test]
async fn what_is_no_refresh_token_cannot_be_revoked() {
    let scene = Scene::new().await;
    let tokens = tokens(&scene, None).await;
    for kind in ["AccessToken", "IdToken"] {
        let body = json!({ "Token": tokens[kind], "ClientId": scene.client });
        scene
            .server
            .call("RevokeToken", body)
            .await
            .assert_error("UnsupportedTokenTypeException", "Unsupported token type");
    }
}

#[tokio::test]
async fn a_client_without_revocation_says_so_and_its_tokens_cannot_be_told_apart() {
    let scene = Scene::with_client(json!({ "EnableTokenRevocation": false })).await;
    let tokens = tokens(&scene, None).await;
    assert_eq!(claims(&tokens["AccessToken"])["origin_jti"], Value::Null);
    let body = json!({ "Token": tokens["RefreshToken"], "ClientId": scene.client });
    scene.server.call("RevokeToken", body).await.assert_error(
        "UnsupportedOperationException",
        "Revoke tokens operation is not enabled for this client.",
    );
}

#[tokio::test]
async fn another_clients_token_is_no_error_and_is_not_revoked() {
    let scene = Scene::new().await;
    let tokens = tokens(&scene, None).await;
    let other = scene.server.client(&scene.pool).await;
    let body = json!({ "Token": tokens["RefreshToken"], "ClientId": other });
    assert_eq!(scene.server.call("RevokeToken", body).await.text, "{}");
    let user = json!({ "AccessToken": tokens["AccessToken"] });
    scene.server.call("GetUser", user).await.ok();
}

#[tokio::test]
async fn whoever_does_not_know_the_clients_secret_neither_revokes_nor_refreshes() {
    let scene = Scene::with_client(json!({ "ClientSecret": "a0".repeat(13) })).await;
    let secret = "a0".repeat(13);
    let tokens = tokens(&scene, Some(&secret)).await;
    let revoke = async |secret: Option<&str>| {
        let body =
            json!({ "Token": tokens["RefreshToken"], "ClientId": scene.client, "ClientSecret": secret });
        scene.server.call("RevokeToken", body).await
    };
    let refresh = async |secret: Option<&str>| {
        let body = json!({ "RefreshToken": tokens["RefreshToken"], "ClientId": scene.client, "ClientSecret": secret });
        scene.server.call("GetTokensFromRefreshToken", body).await
    };
    let wrong = "b1".repeat(13);
    for secret in [None, Some(wrong.as_str())] {
        revoke(secret)
            .await
            .assert_error("UnauthorizedException", "Invalid client secret.");
        refresh(secret)
            .await
            .assert_error("NotAuthorizedException", "Invalid client secret.");
    }
    refresh(Some(&secret)).await.ok();
    assert_eq!(revoke(Some(&secret)).await.text, "{}");
    refresh(Some(&secret))
        .await
        .assert_error("NotAuthorizedException", "Refresh Token has been revoked");
}
