//! The local inbox over HTTP. A reader of it can sign in as anybody.

use axum::http::Request;
use bytes::Bytes;
use poolhouse_testkit::{Answer, TestServer};
use serde_json::json;

const MESSAGES: &str = "/inbox/api/messages";
const PEER: &str = "127.0.0.1:50000";

async fn ask(server: &TestServer, method: &str, path: &str, peer: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    server
        .raw_from(peer.parse().unwrap(), request.body(Bytes::new()).unwrap())
        .await
}

/// A server with one mail, to mara@example.com.
async fn server_with_mail() -> TestServer {
    let server = TestServer::new().await;
    let pool = server.confirm_pool().await;
    let client = server.client(&pool).await;
    server.user(&pool, "mara", "Correct-Horse-9!").await;
    server
        .custom_sign_in(&pool, &client, "mara", "Correct-Horse-9!")
        .await
        .ok();
    server.ignore_mail();
    server
}

#[tokio::test]
async fn messages_are_listed_with_all_their_members_and_by_recipient() {
    let server = server_with_mail().await;
    let host = [("host", "localhost:9229")];
    let all = ask(&server, "GET", MESSAGES, PEER, &host).await;
    assert_eq!(all.header("cache-control"), "no-store");
    assert_eq!(all.header("access-control-allow-origin"), "");
    let messages = all.ok();
    let message = messages[0].as_object().unwrap();
    let members: Vec<&str> = message.keys().map(String::as_str).collect();
    assert_eq!(
        members,
        ["id", "to", "from", "subject", "text", "html", "receivedAt"]
    );
    assert_eq!(message["to"], "mara@example.com");
    assert_eq!(message["from"], "no-reply@pool.example");
    assert_eq!(message["receivedAt"], "2026-01-02T03:04:05.000Z");
    let hers = ask(
        &server,
        "GET",
        "/inbox/api/messages?to=Mara%40example.com",
        PEER,
        &host,
    )
    .await
    .ok();
    assert_eq!(hers, messages);
    let nobodys = ask(
        &server,
        "GET",
        "/inbox/api/messages?to=eve@example.com",
        PEER,
        &host,
    )
    .await
    .ok();
    assert_eq!(nobodys, json!([]));
    assert_eq!(
        ask(&server, "GET", "/inbox/api/messages?from=eve", PEER, &host)
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn nobody_but_this_machines_own_pages_and_programs_reads_or_clears_it() {
    let server = server_with_mail().await;
    let host = ("host", "127.0.0.1:9229");
    let machine = "The local inbox answers this machine only.";
    let name = "The local inbox answers under localhost or a loopback address only.";
    let page = "The local inbox answers its own page and programs, no other site's.";
    for method in ["GET", "DELETE"] {
        for (peer, headers, message) in [
            ("192.0.2.7:50000", vec![host], machine),
            ("[2001:db8::7]:50000", vec![host], machine),
            (PEER, vec![("host", "rebound.example:9229")], name),
            (PEER, vec![], name),
            (PEER, vec![host, ("origin", "https://evil.example")], page),
            (PEER, vec![host, ("sec-fetch-site", "cross-site")], page),
        ] {
            let answer = ask(&server, method, MESSAGES, peer, &headers).await;
            assert_eq!(
                (answer.status, &answer.body),
                (403, &json!({ "message": message })),
                "{method} {headers:?}"
            );
        }
    }
    assert_eq!(
        ask(&server, "OPTIONS", MESSAGES, PEER, &[host]).await.status,
        405,
        "no preflight succeeds"
    );
    let own = [
        host,
        ("origin", "http://127.0.0.1:9229"),
        ("sec-fetch-site", "same-origin"),
    ];
    assert_eq!(
        ask(&server, "GET", MESSAGES, PEER, &own)
            .await
            .ok()
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(ask(&server, "DELETE", MESSAGES, PEER, &own).await.status, 204);
    assert_eq!(
        ask(&server, "GET", MESSAGES, "[::1]:50000", &own).await.ok(),
        json!([])
    );
}

#[tokio::test]
async fn a_proxy_on_this_machine_gets_nobodys_mail() {
    let server = server_with_mail().await;
    let host = ("host", "127.0.0.1:9229");
    let message = "The local inbox answers this machine only, and no proxy on it.";
    for trace in [
        "forwarded",
        "via",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-real-ip",
    ] {
        let answer = ask(&server, "GET", MESSAGES, PEER, &[host, (trace, "x")]).await;
        assert_eq!(
            (answer.status, &answer.body),
            (403, &json!({ "message": message })),
            "{trace}"
        );
    }
    // As nginx asks unless told otherwise: under the name of this server, without a word of whom it asks for.
    let request = Request::get(MESSAGES)
        .version(axum::http::Version::HTTP_10)
        .header("host", "127.0.0.1:9229")
        .body(Bytes::new())
        .unwrap();
    assert_eq!(server.raw(request).await.status, 403);
}
