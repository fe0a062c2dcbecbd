//! What clients find out by themselves.

use axum::http::Request;
use bytes::Bytes;
use serde_json::json;

use crate::Scene;

#[tokio::test]
async fn a_pool_with_a_domain_says_its_endpoints_in_the_order_of_the_alphabet() {
    let scene = Scene::new().await;
    let paths = [
        format!("/{}/.well-known/openid-configuration", scene.pool),
        format!("/.well-known/openid-configuration/{}", scene.pool),
        format!("/.well-known/oauth-authorization-server/{}", scene.pool),
    ];
    for path in paths {
        let answer = scene.server.get(&path).await;
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(answer.header("cache-control"), "public, max-age=600");
        let document = answer.ok();
        let keys: Vec<&String> = document.as_object().unwrap().keys().collect();
        assert!(keys.is_sorted(), "{keys:?}");
        let base = "http://127.0.0.1:9229/d/acme";
        for (key, expected) in [
            ("issuer", json!(format!("http://127.0.0.1:9229/{}", scene.pool))),
            ("token_endpoint", json!(format!("{base}/oauth2/token"))),
            ("userinfo_endpoint", json!(format!("{base}/oauth2/userInfo"))),
            ("revocation_endpoint", json!(format!("{base}/oauth2/revoke"))),
            ("code_challenge_methods_supported", json!(["S256"])),
            (
                "token_endpoint_auth_methods_supported",
                json!(["client_secret_basic", "client_secret_post", "none"]),
            ),
            ("id_token_signing_alg_values_supported", json!(["RS256"])),
            ("request_parameter_supported", json!(false)),
            ("request_uri_parameter_supported", json!(false)),
            ("authorization_response_iss_parameter_supported", json!(true)),
            ("scopes_supported", json!(["openid", "email", "phone", "profile"])),
        ] {
            assert_eq!(document[key], expected, "{key}");
        }
    }
}

#[tokio::test]
async fn a_custom_domain_is_what_is_said_where_there_are_two() {
    let scene = Scene::new().await;
    let custom = json!({
        "Domain": "login.acme.example",
        "UserPoolId": scene.pool,
        "CustomDomainConfig": { "CertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/c" },
    });
    scene.server.call("CreateUserPoolDomain", custom).await.ok();
    let path = format!("/{}/.well-known/openid-configuration", scene.pool);
    let document = scene.server.get(&path).await.ok();
    assert_eq!(
        document["token_endpoint"],
        "https://login.acme.example/oauth2/token"
    );
}

#[tokio::test]
async fn what_a_client_has_already_is_not_sent_again() {
    let scene = Scene::new().await;
    for path in [
        format!("/{}/.well-known/jwks.json", scene.pool),
        format!("/{}/.well-known/openid-configuration", scene.pool),
    ] {
        let first = scene.server.get(&path).await;
        let tag = first.header("etag").to_owned();
        assert!(tag.len() == 34 && tag.starts_with('"'), "{tag}");
        for (sent, status) in [
            (tag.clone(), 304),
            (format!("\"x\", W/{tag}"), 304),
            ("*".to_owned(), 304),
            ("\"x\"".to_owned(), 200),
        ] {
            let request = Request::get(&path)
                .header("if-none-match", sent)
                .body(Bytes::new());
            let answer = scene.server.raw(request.unwrap()).await;
            assert_eq!(answer.status, status);
            assert_eq!(answer.header("etag"), tag);
            assert_eq!(answer.header("access-control-allow-origin"), "*");
        }
    }
}

#[tokio::test]
async fn user_info_says_whose_tokens_it_takes() {
    let scene = Scene::new().await;
    let path = "/.well-known/oauth-protected-resource/d/acme/oauth2/userInfo";
    assert_eq!(
        scene.server.get(path).await.ok(),
        json!({
            "resource": "http://127.0.0.1:9229/d/acme/oauth2/userInfo",
            "authorization_servers": [format!("http://127.0.0.1:9229/{}", scene.pool)],
            "scopes_supported": ["openid", "email", "phone", "profile"],
            "bearer_methods_supported": ["header", "body"],
        })
    );
    for path in [
        "/.well-known/oauth-protected-resource/d/acme/oauth2/token",
        "/.well-known/oauth-protected-resource/d/other/oauth2/userInfo",
    ] {
        assert_eq!(scene.server.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn an_unknown_pool_is_a_404_that_lets_clients_go_on() {
    let scene = Scene::new().await;
    for path in [
        "/us-east-1_Nothing00/.well-known/openid-configuration",
        "/.well-known/openid-configuration/us-east-1_Nothing00",
        "/.well-known/oauth-authorization-server/us-east-1_Nothing00",
        "/.well-known/oauth-authorization-server/a%00b",
    ] {
        let answer = scene.server.get(path).await;
        assert_eq!(
            (answer.status, &answer.body),
            (404, &json!({ "message": "There is no such user pool." })),
            "{path}"
        );
    }
}
