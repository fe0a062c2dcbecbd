//! Spans, sent on by the program.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use poolhouse_pool::testing::Scratch;
use prost::Message as _;

use crate::program::{Server, requests};

/// Takes batches of spans at this URL, and hands on their bytes.
fn collector() -> (String, Receiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let mut bytes = Vec::new();
            let mut part = [0; 4096];
            let end = loop {
                let count = stream.read(&mut part).unwrap();
                bytes.extend_from_slice(&part[..count]);
                if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                    break at + 4;
                }
            };
            let head = String::from_utf8(bytes[..end].to_vec()).unwrap().to_lowercase();
            assert!(head.starts_with("post /v1/traces http/1.1\r\n"), "{head}");
            let length = head.split_once("content-length: ").unwrap().1;
            let length: usize = length.split_once("\r\n").unwrap().0.parse().unwrap();
            while bytes.len() < end + length {
                let count = stream.read(&mut part).unwrap();
                bytes.extend_from_slice(&part[..count]);
            }
            let _ = sender.send(bytes.split_off(end));
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            stream.write_all(answer).unwrap();
        }
    });
    (url, receiver)
}

/// A sign-in of a name that nobody has.
const BODY: &str = r#"{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":"1example23456789","AuthParameters":{"USERNAME":"mara.secret","PASSWORD":"Correct-Horse-9!"}}"#;
const HEADERS: &str = "content-type: application/x-amz-json-1.1\r\nuser-agent: agent-secret\r\nx-amz-target: AWSCognitoIdentityProviderService.InitiateAuth\r\n";

fn ask(server: &Server) {
    let answer = server.send("POST", "/?query=secret", HEADERS, BODY);
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    server.send("SECRET", "/path-secret", "", "");
    server.get("/health");
}

#[test]
fn a_collector_gets_what_the_server_did_and_nothing_that_anybody_typed() {
    let scratch = Scratch::default();
    let (url, batches) = collector();
    scratch.write("poolhouse.toml", &format!("[traces]\nendpoint = \"{url}\"\n"));
    let server = Server::start(&scratch, &["--data", "d", "--config", "poolhouse.toml"]);
    ask(&server);
    assert!(server.stop());
    let logged = requests(&scratch);
    assert_eq!(logged.len(), 3, "the log has them as before: {logged:?}");
    assert!(
        logged.iter().all(|line| line.get("spans").is_none()),
        "{logged:?}"
    );

    let mut spans: Vec<Span> = Vec::new();
    while let Ok(batch) = batches.try_recv() {
        let text = String::from_utf8_lossy(&batch).to_lowercase();
        for typed in ["secret", "correct-horse", "1example", "127.0.0.1"] {
            assert!(!text.contains(typed), "{typed}: {text}");
        }
        let sent = ExportTraceServiceRequest::decode(&*batch).unwrap();
        let scopes = sent
            .resource_spans
            .into_iter()
            .flat_map(|resource| resource.scope_spans);
        spans.extend(scopes.flat_map(|scope| scope.spans));
    }
    let roots: Vec<&Span> = spans
        .iter()
        .filter(|span| span.parent_span_id.is_empty())
        .collect();
    let names: Vec<&str> = roots.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(names, ["InitiateAuth", "another method", "GET"]);
    let sign_in = roots[0];
    let parts = spans.iter().filter(|span| span.parent_span_id == sign_in.span_id);
    let parts: BTreeSet<&str> = parts.map(|span| span.name.as_str()).collect();
    assert_eq!(parts, BTreeSet::from(["store"]));
    let attributes: Vec<&str> = sign_in
        .attributes
        .iter()
        .map(|value| value.key.as_str())
        .collect();
    assert_eq!(attributes, ["request_id", "status", "outcome"]);
}

#[test]
fn without_a_collector_nothing_is_sent_and_one_that_is_away_holds_nobody_up() {
    let scratch = Scratch::default();
    let gone = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", gone.local_addr().unwrap());
    drop(gone);
    for settings in [String::new(), format!("[traces]\nendpoint = \"{url}\"\n")] {
        scratch.write("poolhouse.toml", &settings);
        let server = Server::start(&scratch, &["--data", "d", "--config", "poolhouse.toml"]);
        ask(&server);
        assert!(server.stop());
        assert_eq!(requests(&scratch).len(), 3);
    }
}
