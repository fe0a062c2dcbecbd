//! How much a body may hold, and all of them together.

use std::sync::Arc;

use axum::http::Request;
use bytes::Bytes;
use poolhouse_pool::testing::{Answer, Mood, Moody, TestPool};
use poolhouse_testkit::{AccessKey, TestServer};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const UNSIGNED: &str = "InitiateAuth";
const SIGNED: &str = "DescribeUserPool";

fn unsigned(body: Bytes) -> Request<Bytes> {
    let target = format!("AWSCognitoIdentityProviderService.{UNSIGNED}");
    Request::post("/")
        .header("x-amz-target", target)
        .body(body)
        .unwrap()
}

/// The answer for a body that is larger than so many bytes.
fn assert_too_large(answer: &Answer, bytes: usize) {
    assert_eq!(answer.status, 413);
    assert_eq!(answer["__type"], "SerializationException");
    let message = format!("The request body is larger than {bytes} bytes.");
    assert_eq!(answer["message"], message.as_str());
    assert_eq!(answer.header("connection"), "close");
}

#[tokio::test]
async fn what_nobody_signed_has_at_most_64_kib() {
    let server = TestServer::new().await;
    let answer = server.raw(unsigned(vec![b' '; 64 << 10].into())).await;
    answer.assert_error("SerializationException", "The request body is not valid JSON.");
    let answer = server.raw(unsigned(vec![b' '; (64 << 10) + 1].into())).await;
    assert_too_large(&answer, 64 << 10);
}

#[tokio::test]
async fn a_body_that_is_compressed_is_refused_before_it_is_read_as_something_else() {
    let server = TestServer::new().await;
    for (header, value) in [
        ("content-encoding", "gzip"),
        ("content-encoding", "identity, gzip"),
        ("transfer-encoding", "gzip, chunked"),
    ] {
        let mut request = unsigned(Bytes::from_static(b"{}"));
        request.headers_mut().insert(header, value.parse().unwrap());
        let answer = server.raw(request).await;
        assert_eq!(answer.status, 415, "{header}: {value}");
        assert_eq!(
            answer["message"],
            "The request body must not be compressed or coded."
        );
        assert_eq!(answer.header("connection"), "close");
    }
    let mut request = unsigned(Bytes::from_static(b"[]"));
    request
        .headers_mut()
        .insert("content-encoding", "identity".parse().unwrap());
    assert_eq!(server.raw(request).await.status, 400);
}

/// A call whose body has at least so many bytes, most of them in a member that the model does not know.
async fn call_of(server: &TestServer, signer: Option<&AccessKey>, operation: &str, bytes: usize) -> Answer {
    let body = json!({ "UserPoolId": "us-east-1_None00000", "Padding": "x".repeat(bytes) });
    server.call_as(signer, operation, body).await
}

#[tokio::test]
async fn only_what_a_known_key_signs_may_have_up_to_a_mebibyte() {
    let server = TestServer::new().await;
    let key = server.operator().clone();
    let stranger = AccessKey {
        access_key_id: "AKIAAAAAAAAAAAAAAAAA".to_owned(),
        ..key.clone()
    };
    let answer = call_of(&server, Some(&key), SIGNED, 1_000_000).await;
    answer.assert_error(
        "ResourceNotFoundException",
        "User pool us-east-1_None00000 does not exist.",
    );
    assert_too_large(&call_of(&server, Some(&key), SIGNED, 1 << 20).await, 1 << 20);
    for signer in [None, Some(&stranger)] {
        assert_too_large(&call_of(&server, signer, SIGNED, 64 << 10).await, 64 << 10);
    }
    // A signature of one key makes nothing of another operation larger.
    assert_too_large(&call_of(&server, Some(&key), UNSIGNED, 64 << 10).await, 64 << 10);
}

#[tokio::test]
async fn a_body_of_empty_lists_is_given_up_after_two_thousand_of_them() {
    let server = TestServer::new().await;
    let lists = format!("{{\"AuthFlow\":[{}]}}", vec!["[]"; 20_000].join(","));
    let answer = server.raw(unsigned(lists.into())).await;
    answer.assert_error(
        "SerializationException",
        "The request body holds more than 2000 values.",
    );
}

#[tokio::test]
async fn while_large_bodies_take_all_the_room_small_ones_get_through() {
    let server = TestServer::with_edge(|edge| edge.http.body.together = 30_000).await;
    let url = server.listen().await;
    let mut slow = TcpStream::connect(url.strip_prefix("http://").unwrap())
        .await
        .unwrap();
    let head = "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 60000\r\n\r\n";
    slow.write_all(head.as_bytes()).await.unwrap();
    slow.write_all(&[b' '; 40_000]).await.unwrap();
    // Until the server has read that, there is room for another.
    let refused = loop {
        let answer = server.raw(unsigned(vec![b' '; 40_000].into())).await;
        if answer.status == 503 {
            break answer;
        }
        tokio::task::yield_now().await;
    };
    let message = "The service is not available at the moment. Try again.";
    assert_eq!(refused["message"], message);
    assert_eq!(refused.header("retry-after"), "1");
    let small = server.raw(unsigned(vec![b' '; 16 << 10].into())).await;
    small.assert_error("SerializationException", "The request body is not valid JSON.");
    slow.write_all(&[b' '; 20_000]).await.unwrap();
    slow.read_exact(&mut [0; 12]).await.unwrap();
    let answer = server.raw(unsigned(vec![b' '; 40_000].into())).await;
    answer.assert_error("SerializationException", "The request body is not valid JSON.");
}

#[tokio::test]
async fn a_body_takes_no_room_any_more_while_its_operation_runs() {
    let store = Arc::new(Moody::default());
    let server = TestServer::over(TestPool::on(store.clone(), 1, |_| {}).await, |edge| {
        edge.http.body.together = 30_000
    })
    .await;
    let pool = server.pool().await;
    let client = server.client(&pool).await;
    let body = json!({
        "ClientId": client,
        "AuthFlow": "CUSTOM_AUTH",
        "AuthParameters": { "USERNAME": "nobody" },
        "Padding": "x".repeat(40_000),
    });
    store.become_(Mood::Hangs);
    let first = server.call_as(None, UNSIGNED, body.clone());
    let second = async {
        while store.hanging() == 0 {
            tokio::task::yield_now().await;
        }
        store.become_(Mood::Well);
        server.raw(unsigned(vec![b' '; 40_000].into())).await
    };
    let (_, second) = tokio::join!(first, second);
    second.assert_error("SerializationException", "The request body is not valid JSON.");
}
