//! Which domain a request is for.

use axum::http::Request;
use bytes::Bytes;
use poolhouse_testkit::Answer;
use serde_json::json;

use crate::{Scene, basic, machine};

async fn ask(scene: &Scene, host: &str, path: &str) -> Answer {
    let (client, secret) = scene.other_client(machine()).await;
    let request = Request::post(path)
        .header("host", host)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("authorization", basic(&client, &secret))
        .body(Bytes::from("grant_type=client_credentials"));
    scene.server.raw(request.unwrap()).await
}

#[tokio::test]
async fn a_domain_is_found_by_host_by_path_and_when_it_is_the_only_one() {
    let scene = Scene::new().await;
    for (host, path) in [
        ("acme.auth.localhost:9229", "/oauth2/token"),
        ("ACME.auth.localhost.", "/oauth2/token"),
        ("acme.auth.us-east-1.amazoncognito.com", "/oauth2/token"),
        ("127.0.0.1:9229", "/d/acme/oauth2/token"),
        ("evil.example", "/d/acme/oauth2/token"),
        ("127.0.0.1:9229", "/oauth2/token"),
        ("localhost:9229", "/oauth2/token"),
    ] {
        assert_eq!(ask(&scene, host, path).await.status, 200, "{host}{path}");
    }
    for (host, path) in [
        ("127.0.0.1:9229", "/d/other/oauth2/token"),
        // A name that speaks of a domain never stands for another, be it the only one.
        ("gone.auth.localhost", "/oauth2/token"),
        ("127.0.0.1:9229", "/d/ACME/oauth2/token"),
        ("127.0.0.1:9229", "/d/..%2facme/oauth2/token"),
    ] {
        let answer = ask(&scene, host, path).await;
        assert_eq!(
            (answer.status, &answer["error"]),
            (404, &json!("invalid_request")),
            "{host}{path}"
        );
    }
}

#[tokio::test]
async fn of_two_domains_none_is_meant_unless_one_is_named() {
    let scene = Scene::new().await;
    let second = scene.server.pool().await;
    let domain = json!({ "Domain": "second", "UserPoolId": second });
    scene.server.call("CreateUserPoolDomain", domain).await.ok();
    assert_eq!(ask(&scene, "127.0.0.1:9229", "/oauth2/token").await.status, 404);
    assert_eq!(
        ask(&scene, "acme.auth.localhost", "/oauth2/token").await.status,
        200
    );
    let named = Scene::with(|settings| settings.hosted.default_domain = Some("acme".to_owned())).await;
    assert_eq!(ask(&named, "127.0.0.1:9229", "/oauth2/token").await.status, 200);
}

#[tokio::test]
async fn what_a_request_says_of_its_host_changes_nothing_that_is_answered() {
    let scene = Scene::new().await;
    let path = format!("/{}/.well-known/openid-configuration", scene.pool);
    let plain = scene.server.get(&path).await.text;
    for (name, value) in [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "host=evil.example"),
        ("x-forwarded-proto", "https"),
    ] {
        let request = Request::get(&path).header(name, value).body(Bytes::new());
        assert_eq!(scene.server.raw(request.unwrap()).await.text, plain, "{name}");
    }
}
