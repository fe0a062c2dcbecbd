//! Connections that keep the server waiting, ask for too much, or are there when it stops.

use std::sync::Arc;
use std::time::Duration;

use poolhouse_config::settings::Patience;
use poolhouse_pool::testing::{Mood, Moody, TestPool};
use poolhouse_testkit::TestServer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Short, so that tests that wait for the server's patience to end do not wait long.
const SHORT: Duration = Duration::from_millis(50);
/// Long enough never to be what a test sees.
const LONG: Duration = Duration::from_secs(600);

const HEALTH: &[u8] = b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n";

async fn connect(url: &str) -> TcpStream {
    TcpStream::connect(url.strip_prefix("http://").unwrap())
        .await
        .unwrap()
}

/// What the server still says until it hangs up.
async fn rest(stream: &mut TcpStream) -> String {
    let mut said = Vec::new();
    // A reset is a way of hanging up, too.
    let _ = stream.read_to_end(&mut said).await;
    String::from_utf8(said).unwrap()
}

async fn answer(stream: &mut TcpStream) -> String {
    let mut said = vec![0; 4096];
    let count = stream.read(&mut said).await.unwrap();
    String::from_utf8(said[..count].to_vec()).unwrap()
}

#[tokio::test]
async fn a_head_that_does_not_end_is_cut_off() {
    let patience = Patience {
        idle: LONG,
        head: SHORT,
        write: LONG,
    };
    let server = TestServer::with_edge(|edge| edge.http.connections.patience = patience).await;
    let mut stream = connect(&server.listen().await).await;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: lo").await.unwrap();
    assert_eq!(rest(&mut stream).await, "");
}

#[tokio::test]
async fn an_idle_connection_is_closed_and_one_that_was_used_again_is_not() {
    let patience = Patience {
        idle: SHORT,
        head: LONG,
        write: LONG,
    };
    let server = TestServer::with_edge(|edge| edge.http.connections.patience = patience).await;
    let url = server.listen().await;
    let mut silent = connect(&url).await;
    assert_eq!(rest(&mut silent).await, "");
    let mut used = connect(&url).await;
    for _ in 0..3 {
        used.write_all(HEALTH).await.unwrap();
        assert!(answer(&mut used).await.starts_with("HTTP/1.1 200 OK\r\n"));
    }
    assert_eq!(rest(&mut used).await, "");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_answered_and_the_connection_closed() {
    let server = TestServer::with_edge(|edge| edge.http.body.time = SHORT).await;
    let mut stream = connect(&server.listen().await).await;
    stream
        .write_all(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{\"half\"")
        .await
        .unwrap();
    let answer = rest(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
    let body = r#"{"__type":"SerializationException","message":"The request body did not arrive in time."}"#;
    assert!(answer.ends_with(body), "{answer}");
}

#[tokio::test]
async fn a_body_that_announces_too_much_is_refused_before_it_comes() {
    let server = TestServer::new().await;
    let mut stream = connect(&server.listen().await).await;
    let head =
        b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1073741824\r\nexpect: 100-continue\r\n\r\n";
    stream.write_all(head).await.unwrap();
    let answer = rest(&mut stream).await;
    assert!(
        answer.starts_with("HTTP/1.1 413 Payload Too Large\r\n"),
        "{answer}"
    );
    assert!(answer.contains("connection: close"), "{answer}");
}

#[tokio::test]
async fn a_body_that_says_nothing_of_its_size_is_cut_off_at_the_limit() {
    let server = TestServer::with_edge(|edge| edge.http.body.unsigned = 10_000).await;
    let mut stream = connect(&server.listen().await).await;
    let head = b"POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head).await.unwrap();
    let chunk = format!("1000\r\n{}\r\n", " ".repeat(0x1000));
    for _ in 0..3 {
        stream.write_all(chunk.as_bytes()).await.unwrap();
    }
    let answer = answer(&mut stream).await;
    assert!(
        answer.starts_with("HTTP/1.1 413 Payload Too Large\r\n"),
        "{answer}"
    );
}

#[tokio::test]
async fn a_head_of_more_than_16_kib_is_refused() {
    let server = TestServer::new().await;
    let url = server.listen().await;
    for (bytes, status) in [
        (15_000, "200 OK"),
        (16_500, "431 Request Header Fields Too Large"),
    ] {
        let mut stream = connect(&url).await;
        let filler = "x".repeat(bytes);
        let head = format!(
            "GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nx-filler: {filler}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let answer = rest(&mut stream).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}\r\n")),
            "{bytes}: {answer}"
        );
    }
}

#[tokio::test]
async fn when_all_places_are_taken_the_longest_idle_connection_makes_room() {
    let server = TestServer::with_edge(|edge| edge.http.connections.total = 2).await;
    let url = server.listen().await;
    let mut connections = Vec::new();
    for _ in 0..3 {
        let mut connection = connect(&url).await;
        connection.write_all(HEALTH).await.unwrap();
        assert!(answer(&mut connection).await.starts_with("HTTP/1.1 200 OK\r\n"));
        connections.push(connection);
    }
    assert_eq!(rest(&mut connections[0]).await, "", "the first one made room");
    for connection in &mut connections[1..] {
        connection.write_all(HEALTH).await.unwrap();
        assert!(answer(connection).await.starts_with("HTTP/1.1 200 OK\r\n"));
    }
}

#[tokio::test]
async fn heads_and_bodies_that_do_not_come_keep_nobody_out() {
    let server = TestServer::with_edge(|edge| edge.http.connections.total = 2).await;
    let url = server.listen().await;
    let mut slow = Vec::new();
    for begun in [
        "GET / HTTP/1.1\r\nhost: lo",
        "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n{",
    ] {
        let mut connection = connect(&url).await;
        connection.write_all(begun.as_bytes()).await.unwrap();
        slow.push(connection);
    }
    for _ in 0..3 {
        let mut connection = connect(&url).await;
        connection.write_all(HEALTH).await.unwrap();
        assert!(answer(&mut connection).await.starts_with("HTTP/1.1 200 OK\r\n"));
    }
    assert_eq!(rest(&mut slow[0]).await, "");
}

#[tokio::test]
async fn whoever_is_served_keeps_the_place() {
    let store = Arc::new(Moody::default());
    let server = TestServer::over(TestPool::on(store.clone(), 1, |_| {}).await, |edge| {
        edge.http.connections.total = 1
    })
    .await;
    let url = server.listen().await;
    store.become_(Mood::Hangs);
    let mut served = connect(&url).await;
    served.write_all(HEALTH).await.unwrap();
    while store.hanging() == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(rest(&mut connect(&url).await).await, "");
    store.become_(Mood::Well);
    assert!(answer(&mut served).await.starts_with("HTTP/1.1 200 OK\r\n"));
}

#[tokio::test]
async fn behind_a_proxy_requests_count_under_the_addresses_that_they_come_from() {
    let store = Arc::new(Moody::default());
    let server = TestServer::over(TestPool::on(store.clone(), 1, |_| {}).await, |edge| {
        let connections = &mut edge.http.connections;
        connections.proxies = Arc::new(["127.0.0.1".parse().unwrap()]);
        connections.per_address = 1;
    })
    .await;
    let url = server.listen().await;
    let health = |client: &str| {
        format!("GET /health HTTP/1.1\r\nhost: localhost\r\nx-forwarded-for: 192.0.2.99, {client}\r\n\r\n")
    };
    store.become_(Mood::Hangs);
    let mut first = connect(&url).await;
    first.write_all(health("192.0.2.1").as_bytes()).await.unwrap();
    while store.hanging() == 0 {
        tokio::task::yield_now().await;
    }
    let mut second = connect(&url).await;
    second.write_all(health("192.0.2.1").as_bytes()).await.unwrap();
    let refused = answer(&mut second).await;
    assert!(refused.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{refused}");
    assert!(
        refused.ends_with(r#"{"__type":"TooManyRequestsException","message":"Too many requests"}"#),
        "{refused}"
    );
    store.become_(Mood::Well);
    assert!(answer(&mut first).await.starts_with("HTTP/1.1 200 OK\r\n"));
    // What counted the first request is over with its answer.
    for stream in [&mut second, &mut first] {
        stream.write_all(health("192.0.2.1").as_bytes()).await.unwrap();
        assert!(answer(stream).await.starts_with("HTTP/1.1 200 OK\r\n"));
    }
}

#[tokio::test]
async fn a_server_that_stops_finishes_what_it_began_and_takes_nothing_new() {
    let store = Arc::new(Moody::default());
    let server = TestServer::on(store.clone(), 1, |_| {}).await;
    let url = server.listen().await;
    let mut idle = connect(&url).await;
    idle.write_all(HEALTH).await.unwrap();
    answer(&mut idle).await;
    store.become_(Mood::Hangs);
    let mut busy = connect(&url).await;
    busy.write_all(HEALTH).await.unwrap();
    while store.hanging() == 0 {
        tokio::task::yield_now().await;
    }
    let stopping = server.stop_listening();
    let finishing = async {
        assert_eq!(rest(&mut idle).await, "", "the idle connection ends at once");
        store.become_(Mood::Well);
        let last = rest(&mut busy).await;
        assert!(
            last.starts_with("HTTP/1.1 200 OK\r\n") && last.contains("connection: close"),
            "{last}"
        );
    };
    tokio::join!(stopping, finishing);
    assert!(
        TcpStream::connect(url.strip_prefix("http://").unwrap())
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_request_that_does_not_end_is_cut_off_when_the_server_stops() {
    let store = Arc::new(Moody::default());
    let server = TestServer::over(TestPool::on(store.clone(), 1, |_| {}).await, |edge| {
        edge.http.connections.farewell = SHORT
    })
    .await;
    let mut busy = connect(&server.listen().await).await;
    store.become_(Mood::Hangs);
    busy.write_all(HEALTH).await.unwrap();
    while store.hanging() == 0 {
        tokio::task::yield_now().await;
    }
    server.stop_listening().await;
    assert_eq!(rest(&mut busy).await, "");
}
