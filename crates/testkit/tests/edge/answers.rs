//! What is true of every answer.

use std::sync::Arc;

use axum::http::{Method, Request};
use bytes::Bytes;
use poolhouse_pool::base::clock::Clock as _;
use poolhouse_pool::testing::{Mood, Moody};
use poolhouse_testkit::TestServer;
use serde_json::json;

fn request(method: Method, path: &str) -> Request<Bytes> {
    Request::builder()
        .method(method)
        .uri(path)
        .header("host", "127.0.0.1:9229")
        .body(Bytes::new())
        .unwrap()
}

#[tokio::test]
async fn errors_of_the_api_can_be_read_by_scripts_on_other_origins() {
    let server = TestServer::new().await;
    let answer = server.call("GetUser", json!({ "AccessToken": "x" })).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    let exposed = "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date";
    assert_eq!(answer.header("access-control-expose-headers"), exposed);
    assert_eq!(answer.header("content-type"), "application/x-amz-json-1.1");
}

#[tokio::test]
async fn a_preflight_allows_whatever_headers_the_client_wants_to_send() {
    let server = TestServer::new().await;
    for path in ["/", "/us-east-1_AbCd12345/.well-known/jwks.json"] {
        let mut request = request(Method::OPTIONS, path);
        let headers = request.headers_mut();
        headers.insert("origin", "https://app.example".parse().unwrap());
        headers.insert(
            "access-control-request-headers",
            "x-amz-target,x-my-own".parse().unwrap(),
        );
        let answer = server.raw(request).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, ""), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(
            answer.header("access-control-allow-headers"),
            "x-amz-target,x-my-own"
        );
        assert_eq!(answer.header("access-control-allow-methods"), "GET, POST");
        assert_eq!(answer.header("access-control-max-age"), "172800");
    }
}

#[tokio::test]
async fn every_answer_has_an_id_of_its_own_and_tells_no_version() {
    let server = TestServer::new().await;
    let mut ids = Vec::new();
    for path in [
        "/health",
        "/health",
        "/",
        "/no/such.file",
        "/us-east-1_None/.well-known/jwks.json",
    ] {
        let answer = server.get(path).await;
        assert_eq!(answer.header("x-amzn-requestid").len(), 36, "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(
            (answer.header("server"), answer.header("x-powered-by")),
            ("", ""),
            "{path}"
        );
        ids.push(answer.header("x-amzn-requestid").to_owned());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 5);
}

#[tokio::test]
async fn a_wrong_method_is_told_where_the_api_is() {
    let server = TestServer::new().await;
    for (method, path) in [
        (Method::PUT, "/"),
        (Method::DELETE, "/health"),
        (Method::POST, "/some/page"),
        (Method::POST, "/us-east-1_AbCd12345/.well-known/jwks.json"),
    ] {
        let answer = server.raw(request(method.clone(), path)).await;
        let message = format!("{method} is not possible here. The API takes POST /; see docs/reference.");
        assert_eq!(
            (answer.status, &answer.body),
            (405, &json!({ "message": message })),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn a_panic_costs_its_request_and_nothing_else() {
    let store = Arc::new(Moody::default());
    let server = TestServer::on(store.clone(), 1, |_| {}).await;
    let pool = server.pool().await;
    store.become_(Mood::Panics);
    let answer = server
        .call("DescribeUserPool", json!({ "UserPoolId": pool }))
        .await;
    answer.assert_error("InternalErrorException", "An internal error occurred. Try again.");
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("connection"), "close");
    store.become_(Mood::Well);
    server
        .call("DescribeUserPool", json!({ "UserPoolId": pool }))
        .await
        .ok();
}

#[tokio::test]
async fn a_store_that_fails_is_an_internal_error_without_its_reason() {
    let store = Arc::new(Moody::default());
    let server = TestServer::on(store.clone(), 1, |_| {}).await;
    let pool = server.pool().await;
    store.become_(Mood::Fails);
    let answer = server
        .call("DescribeUserPool", json!({ "UserPoolId": pool }))
        .await;
    answer.assert_error("InternalErrorException", "An internal error occurred. Try again.");
    assert!(!answer.text.contains("fenced"));
}

#[tokio::test(start_paused = true)]
async fn health_says_whether_the_store_answers() {
    let store = Arc::new(Moody::default());
    let server = TestServer::on(store.clone(), 1, |_| {}).await;
    let answer = server.get("/health").await;
    assert_eq!((answer.status, answer.text.as_str()), (200, r#"{"status":"ok"}"#));
    for mood in [Mood::Fails, Mood::Hangs] {
        store.become_(mood);
        let answer = server.get("/health").await;
        assert_eq!(
            (answer.status, &answer.body),
            (503, &json!({ "message": "The store does not answer." }))
        );
    }
}

#[tokio::test]
async fn health_says_by_how_much_the_clock_is_behind_and_the_numbers_do() {
    let server = TestServer::new().await;
    let gauge = async |seconds: &str| {
        let line = format!("\npoolhouse_clock_behind_seconds {seconds}\n");
        let numbers = server.numbers().await.text;
        assert!(numbers.contains(&line), "{line}: {numbers}");
    };
    gauge("0.000").await;
    let now = server.clock().now();
    for (back, said) in [
        (5, r#"{"status":"ok"}"#),
        (3600, r#"{"status":"ok","clockBehindSeconds":3600}"#),
    ] {
        server.clock().set(now.plus_seconds(-back));
        let answer = server.get("/health").await;
        assert_eq!((answer.status, answer.text.as_str()), (200, said));
    }
    gauge("3600.000").await;
    server.clock().set(now);
    assert_eq!(server.get("/health").await.text, r#"{"status":"ok"}"#);
}

#[tokio::test]
async fn no_answer_of_the_api_is_kept_on_its_way() {
    let server = TestServer::new().await;
    let pool = server.pool().await;
    let body = json!({ "UserPoolId": pool });
    let described = server.call("DescribeUserPool", body).await;
    let refused = server.call("GetUser", json!({ "AccessToken": "x" })).await;
    assert_eq!((described.status, refused.status), (200, 400));
    for answer in [described, refused] {
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}
