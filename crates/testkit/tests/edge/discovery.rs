//! What verifiers of tokens fetch.

use poolhouse_testkit::TestServer;
use serde_json::json;

#[tokio::test]
async fn the_key_set_lists_both_signing_keys_for_scripts_on_any_origin() {
    let server = TestServer::new().await;
    let pool = server.pool().await;
    let answer = server.get(&format!("/{pool}/.well-known/jwks.json")).await;
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "public, max-age=600");
    let keys = answer["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 2);
    assert_ne!(keys[0]["kid"], keys[1]["kid"]);
    for key in keys {
        assert_eq!(
            (&key["kty"], &key["alg"], &key["use"]),
            (&json!("RSA"), &json!("RS256"), &json!("sig"))
        );
        assert!(key.get("d").is_none(), "a private member");
    }
}

#[tokio::test]
async fn the_discovery_document_names_the_configured_issuer() {
    let server = TestServer::with(|settings| settings.issuer = "https://auth.example.com".to_owned()).await;
    let pool = server.pool().await;
    let answer = server
        .get(&format!("/{pool}/.well-known/openid-configuration"))
        .await;
    assert_eq!(
        answer.ok(),
        json!({
            "id_token_signing_alg_values_supported": ["RS256"],
            "issuer": format!("https://auth.example.com/{pool}"),
            "jwks_uri": format!("https://auth.example.com/{pool}/.well-known/jwks.json"),
            "response_types_supported": ["code", "token"],
            "scopes_supported": ["openid", "email", "phone", "profile"],
            "subject_types_supported": ["public"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        })
    );
}

#[tokio::test]
async fn a_pool_that_is_not_there_has_no_documents() {
    let server = TestServer::new().await;
    let pool = server.pool().await;
    let long = "x".repeat(5000);
    for path in [
        "/us-east-1_Nothing00/.well-known/jwks.json",
        "/us-east-1_Nothing00/.well-known/openid-configuration",
        &format!("/{long}/.well-known/jwks.json"),
        "/a%00b/.well-known/jwks.json",
        &format!("/pool%2F{pool}/.well-known/jwks.json"),
    ] {
        let answer = server.get(path).await;
        assert_eq!(
            (answer.status, &answer.body),
            (404, &json!({ "message": "There is no such user pool." })),
            "{path}"
        );
        assert_eq!(answer.header("access-control-allow-origin"), "*");
    }
    server
        .call("DeleteUserPool", json!({ "UserPoolId": pool }))
        .await
        .ok();
    assert_eq!(
        server.get(&format!("/{pool}/.well-known/jwks.json")).await.status,
        404
    );
}
