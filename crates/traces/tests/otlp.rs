//! What a collector gets, read by the messages that OpenTelemetry publishes.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;
use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use poolhouse_outbound::{TlsSource, client_config, roots};
use poolhouse_traces::{About, Destination, TARGET, Traces};
use prost::Message as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tracing::{info, info_span};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

/// A request: its head, and the body as it came.
type Asked = (String, Vec<u8>);

/// Takes batches, and hands on what came.
async fn collector(status: &'static str) -> (String, mpsc::UnboundedReceiver<Asked>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut bytes = Vec::new();
            let end = loop {
                stream.read_buf(&mut bytes).await.unwrap();
                if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                    break at + 4;
                }
            };
            let head = String::from_utf8(bytes[..end].to_vec()).unwrap().to_lowercase();
            let length = head.split_once("content-length: ").unwrap().1;
            let length: usize = length.split_once("\r\n").unwrap().0.parse().unwrap();
            while bytes.len() < end + length {
                stream.read_buf(&mut bytes).await.unwrap();
            }
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
            sender.send((head, bytes.split_off(end))).unwrap();
        }
    });
    (url, receiver)
}

fn traces(to: Destination, percent: u8) -> Traces {
    // No connection here is encrypted.
    let tls = TlsSource::lazy(|| {
        let provider = rustls::crypto::ring::default_provider();
        client_config(provider.into(), roots()).map(Into::into)
    });
    let about = About {
        version: "1.2.3",
        instance: "pool-1".to_owned(),
    };
    Traces::begin(to, percent, tls, about).unwrap()
}

fn attributes(of: &[KeyValue]) -> BTreeMap<String, String> {
    let text = |value: &KeyValue| match value.value.as_ref().unwrap().value.as_ref().unwrap() {
        Value::StringValue(text) => text.clone(),
        other => format!("{other:?}"),
    };
    of.iter().map(|value| (value.key.clone(), text(value))).collect()
}

async fn ended(traces: Traces) {
    tokio::task::spawn_blocking(move || traces.end(Duration::from_secs(20)))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_gets_what_was_done_for_a_request_and_nothing_of_the_log() {
    let (url, mut asked) = collector("200 OK").await;
    let to = Destination::parse(&format!("{url}/otlp"), Some("Bearer t0ken")).unwrap();
    let traces = traces(to, 100);
    let filter = Targets::new().with_target(TARGET, LevelFilter::INFO);
    let subscriber = tracing_subscriber::registry().with(traces.layer().with_filter(filter));
    tracing::subscriber::with_default(subscriber, || {
        let request = info_span!(target: TARGET, "request", otel.kind = "server", operation = "InitiateAuth");
        let _in_request = request.enter();
        info!(user = "a-user", "a line of the log");
        info_span!("of another target").in_scope(|| {
            info_span!(target: TARGET, "store", call = "commit").in_scope(|| {});
        });
    });
    ended(traces).await;

    let (head, body) = asked.recv().await.unwrap();
    assert!(head.starts_with("post /otlp/v1/traces http/1.1\r\n"), "{head}");
    assert!(
        head.contains("content-type: application/x-protobuf\r\n"),
        "{head}"
    );
    assert!(head.contains("authorization: bearer t0ken\r\n"), "{head}");
    let sent = ExportTraceServiceRequest::decode(&*body).unwrap();
    let [resource] = &sent.resource_spans[..] else {
        unreachable!("{sent:?}");
    };
    let about = attributes(&resource.resource.as_ref().unwrap().attributes);
    let about: Vec<(&str, &str)> = about.iter().map(|(name, value)| (&**name, &**value)).collect();
    assert_eq!(
        about,
        [
            ("service.instance.id", "pool-1"),
            ("service.name", "poolhouse"),
            ("service.version", "1.2.3")
        ]
    );
    let spans: Vec<&Span> = resource
        .scope_spans
        .iter()
        .flat_map(|scope| &scope.spans)
        .collect();
    let span = |name: &str| *spans.iter().find(|span| span.name == name).unwrap();
    assert_eq!(spans.len(), 2, "{spans:?}");
    let (request, store) = (span("request"), span("store"));
    assert_eq!(store.parent_span_id, request.span_id);
    assert_eq!((&store.trace_id, request.trace_id.len()), (&request.trace_id, 16));
    assert_eq!(
        attributes(&request.attributes),
        BTreeMap::from([("operation".into(), "InitiateAuth".into())])
    );
    assert_eq!(
        attributes(&store.attributes),
        BTreeMap::from([("call".into(), "commit".into())])
    );
    assert!(request.events.is_empty(), "{:?}", request.events);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_requests_as_many_are_sent_as_was_said_each_of_them_whole() {
    let (url, mut asked) = collector("200 OK").await;
    let traces = traces(Destination::parse(&url, None).unwrap(), 50);
    let filter = Targets::new().with_target(TARGET, LevelFilter::INFO);
    let subscriber = tracing_subscriber::registry().with(traces.layer().with_filter(filter));
    tracing::subscriber::with_default(subscriber, || {
        for _ in 0..400 {
            info_span!(target: TARGET, "request").in_scope(|| {
                info_span!(target: TARGET, "store").in_scope(|| {});
            });
        }
    });
    ended(traces).await;
    let mut counts = BTreeMap::new();
    while let Ok((_, body)) = asked.try_recv() {
        let sent = ExportTraceServiceRequest::decode(&*body).unwrap();
        let scopes = sent
            .resource_spans
            .into_iter()
            .flat_map(|resource| resource.scope_spans);
        for span in scopes.flat_map(|scope| scope.spans) {
            *counts.entry(span.name).or_insert(0) += 1;
        }
    }
    assert_eq!(counts["request"], counts["store"]);
    // Ten standard deviations around the half.
    assert!((100..300).contains(&counts["request"]), "{counts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_away_or_refuses_holds_nobody_up() {
    let (refusing, mut asked) = collector("401 Unauthorized").await;
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let away = format!("http://{}", gone.local_addr().unwrap());
    drop(gone);
    for url in [refusing, away] {
        let traces = traces(Destination::parse(&url, None).unwrap(), 100);
        let filter = Targets::new().with_target(TARGET, LevelFilter::INFO);
        let subscriber = tracing_subscriber::registry().with(traces.layer().with_filter(filter));
        tracing::subscriber::with_default(subscriber, || {
            for _ in 0..10_000 {
                info_span!(target: TARGET, "request").in_scope(|| {});
            }
        });
        ended(traces).await;
    }
    assert!(asked.recv().await.is_some());
}
