//! How app clients prove who they are, and what else the endpoints take of a request.

use axum::http::Request;
use bytes::Bytes;
use poolhouse_testkit::Answer;
use serde_json::json;

use crate::{Scene, assert_denied, basic, machine, text};

const ITSELF: &str = "grant_type=client_credentials";

#[tokio::test]
async fn oidcc_server_client_secret_post_is_as_good_as_basic() {
    let scene = Scene::new().await;
    let (client, secret) = scene.other_client(machine()).await;
    let form = format!("{ITSELF}&client_id={client}&client_secret={secret}");
    scene.post("/oauth2/token", None, &form).await.ok();
    scene
        .post("/oauth2/token", Some(&basic(&client, &secret)), ITSELF)
        .await
        .ok();
    scene
        .post("/oauth2/token", Some(&basic(&client, &secret)), &form)
        .await
        .ok();
}

#[tokio::test]
async fn a_wrong_secret_and_an_unknown_client_look_the_same() {
    let scene = Scene::new().await;
    let (client, secret) = scene.other_client(machine()).await;
    let (other, others) = scene.other_client(machine()).await;
    let mut answers: Vec<Answer> = Vec::new();
    for basic in [
        basic(&client, "wrong"),
        basic(&client, ""),
        basic(&client, &others),
        basic(&other, &secret),
        basic("3n4b5urk1ft4fl3mg5e62d9ado", &secret),
        basic("", &secret),
        basic("../user", &secret),
        "Basic".to_owned(),
        "Basic %%%".to_owned(),
        format!("Bearer {secret}"),
    ] {
        answers.push(scene.post("/oauth2/token", Some(&basic), ITSELF).await);
    }
    answers.push(scene.post("/oauth2/token", None, ITSELF).await);
    answers.push(
        scene
            .post("/oauth2/token", None, &format!("{ITSELF}&client_id={client}"))
            .await,
    );
    for answer in answers {
        assert_denied(&answer, 400, "invalid_client");
        assert_eq!(answer.header("www-authenticate"), "");
    }
}

#[tokio::test]
async fn a_secret_in_the_query_is_not_read() {
    let scene = Scene::new().await;
    let (client, secret) = scene.other_client(machine()).await;
    let path = format!("/oauth2/token?client_id={client}&client_secret={secret}");
    assert_denied(&scene.post(&path, None, ITSELF).await, 400, "invalid_client");
}

#[tokio::test]
async fn header_and_form_that_disagree_are_refused() {
    let scene = Scene::new().await;
    let (client, secret) = scene.other_client(machine()).await;
    let header = basic(&client, &secret);
    for more in ["client_id=other", "client_secret=other"] {
        let answer = scene
            .post("/oauth2/token", Some(&header), &format!("{ITSELF}&{more}"))
            .await;
        assert_denied(&answer, 400, "invalid_request");
    }
    let twice = Request::post("/d/acme/oauth2/token")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("authorization", &header)
        .header("authorization", &header)
        .body(Bytes::from(ITSELF));
    assert_denied(&scene.server.raw(twice.unwrap()).await, 400, "invalid_request");
}

#[tokio::test]
async fn both_secrets_of_a_client_are_good_until_one_is_deleted() {
    let scene = Scene::new().await;
    let (client, first) = scene.other_client(machine()).await;
    let ids = json!({ "UserPoolId": scene.pool, "ClientId": client });
    let added = scene
        .server
        .call("AddUserPoolClientSecret", ids.clone())
        .await
        .ok();
    let second = text(&added["ClientSecretDescriptor"]["ClientSecretValue"]);
    for secret in [&first, &second] {
        scene
            .post("/oauth2/token", Some(&basic(&client, secret)), ITSELF)
            .await
            .ok();
    }
    let listed = scene
        .server
        .call("ListUserPoolClientSecrets", ids.clone())
        .await
        .ok();
    let mut deleting = ids;
    deleting["ClientSecretId"] = listed["ClientSecrets"][0]["ClientSecretId"].clone();
    scene
        .server
        .call("DeleteUserPoolClientSecret", deleting)
        .await
        .ok();
    let answer = scene
        .post("/oauth2/token", Some(&basic(&client, &first)), ITSELF)
        .await;
    assert_denied(&answer, 400, "invalid_client");
    scene
        .post("/oauth2/token", Some(&basic(&client, &second)), ITSELF)
        .await
        .ok();
}

#[tokio::test]
async fn twenty_wrong_secrets_in_a_minute_are_the_last() {
    let scene = Scene::new().await;
    let (client, secret) = scene.other_client(machine()).await;
    for _ in 0..20 {
        let answer = scene
            .post("/oauth2/token", Some(&basic(&client, "wrong")), ITSELF)
            .await;
        assert_denied(&answer, 400, "invalid_client");
    }
    let held = scene
        .post("/oauth2/token", Some(&basic(&client, &secret)), ITSELF)
        .await;
    assert_denied(&held, 429, "invalid_client");
    assert_eq!(held.header("retry-after"), "60");
    scene.tokens().await;
    scene.server.clock().advance_seconds(60);
    scene
        .post("/oauth2/token", Some(&basic(&client, &secret)), ITSELF)
        .await
        .ok();
}

#[tokio::test]
async fn a_failed_basic_is_answered_401_where_the_server_is_set_so() {
    let scene = Scene::with(|settings| settings.hosted.invalid_client_is_401 = true).await;
    let answer = scene
        .post("/oauth2/token", Some(&basic(&scene.client, "wrong")), ITSELF)
        .await;
    assert_denied(&answer, 401, "invalid_client");
    assert_eq!(answer.header("www-authenticate"), "Basic realm=\"oauth2\"");
    let form = format!("{ITSELF}&client_id={}&client_secret=wrong", scene.client);
    assert_denied(
        &scene.post("/oauth2/token", None, &form).await,
        400,
        "invalid_client",
    );
}

#[tokio::test]
async fn only_forms_are_read_and_only_posts_are_taken() {
    let scene = Scene::new().await;
    let (client, secret) = scene.other_client(machine()).await;
    for (kind, body) in [
        ("application/json", r#"{"grant_type":"client_credentials"}"#),
        ("text/plain", ITSELF),
        ("application/x-www-form-urlencoded;charset=utf-16", ITSELF),
    ] {
        let request = Request::post("/d/acme/oauth2/token")
            .header("content-type", kind)
            .header("authorization", basic(&client, &secret))
            .body(Bytes::from(body));
        let answer = scene.server.raw(request.unwrap()).await;
        assert_denied(&answer, 400, "invalid_request");
    }
    let request = Request::get("/d/acme/oauth2/token").body(Bytes::new());
    let answer = scene.server.raw(request.unwrap()).await;
    assert_denied(&answer, 405, "invalid_request");
    assert_eq!(answer.header("allow"), "POST, OPTIONS");
    let huge = format!("{ITSELF}&x={}", "a".repeat(64 << 10));
    let answer = scene
        .post("/oauth2/token", Some(&basic(&client, &secret)), &huge)
        .await;
    assert_denied(&answer, 413, "invalid_request");
    assert_eq!(answer.header("access-control-allow-origin"), "*");
}

#[tokio::test]
async fn scripts_of_any_origin_may_ask_and_read_errors_too() {
    let scene = Scene::new().await;
    for path in ["/oauth2/token", "/oauth2/revoke", "/oauth2/userInfo"] {
        let request = Request::options(format!("/d/acme{path}"))
            .header("origin", "https://app.example")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "x-amz-user-agent")
            .body(Bytes::new());
        let answer = scene.server.raw(request.unwrap()).await;
        assert_eq!(answer.status, 204, "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(
            answer.header("access-control-allow-headers"),
            "authorization, content-type, x-amz-user-agent, x-requested-with, mcp-protocol-version, accept"
        );
        assert_eq!(answer.header("access-control-allow-credentials"), "");
        let refused = scene.post(path, None, "x=1").await;
        assert_ne!(refused.status, 200, "{path}");
        assert_eq!(refused.header("access-control-allow-origin"), "*");
        assert_eq!(refused.header("x-frame-options"), "DENY");
    }
}
