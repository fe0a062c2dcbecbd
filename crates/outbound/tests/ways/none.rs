//! No way at all, and which kind of none.

use std::io::ErrorKind;
use std::time::Duration;

use poolhouse_outbound::aws::{Call, CallProblem, Effect, Patience, Step};
use poolhouse_outbound::http::HttpError;

use crate::service::{listen, no_tls, service, tls_service};

async fn problem(url: &str, tls: poolhouse_outbound::TlsSource) -> CallProblem {
    let patience = Patience::once(Duration::from_secs(5));
    let service = service(url, tls, &[]);
    let answer = service.call(&Call::get("/"), Effect::Reads, &patience).await;
    answer.err().unwrap().into_problem()
}

#[tokio::test]
async fn a_port_that_nobody_listens_at_refuses() {
    let (listener, address) = listen().await;
    drop(listener);
    let problem = problem(&format!("http://{address}"), no_tls()).await;
    assert!(matches!(problem, CallProblem::Http(error) if error.is_refused()));
}

#[tokio::test]
async fn a_name_without_an_address_is_said_so() {
    let problem = problem("http://no-such-name.invalid", no_tls()).await;
    assert!(
        matches!(problem, CallProblem::Http(HttpError::Resolve(_))),
        "{problem:?}"
    );
}

#[test]
fn no_route_is_told_from_a_refusal_and_from_other_trouble() {
    let connect = |kind: ErrorKind| HttpError::Connect(kind.into());
    for (kind, said) in [
        (ErrorKind::ConnectionRefused, "nothing listens there"),
        (ErrorKind::HostUnreachable, "no route leads there"),
        (ErrorKind::NetworkUnreachable, "no route leads there"),
        (ErrorKind::ConnectionReset, "no connection"),
    ] {
        assert_eq!(connect(kind).to_string(), said);
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_never_answered_is_told_from_an_answer_that_never_comes() {
    // Accepted by the kernel, and then silence: what a TLS client sees where its bytes are dropped.
    let (listener, address) = listen().await;
    let (_, tls) = tls_service().await;
    let silent = problem(&format!("https://{address}"), tls).await;
    let limit = Some(Duration::from_secs(5));
    assert!(
        matches!(silent, CallProblem::Deadline(Step::Connection, found) if found == limit),
        "{silent:?}"
    );
    let slow = problem(&format!("http://{address}"), no_tls()).await;
    assert!(
        matches!(slow, CallProblem::Deadline(Step::Answer, found) if found == limit),
        "{slow:?}"
    );
    drop(listener);
}

#[tokio::test]
async fn a_certificate_of_somebody_else_is_a_failed_handshake() {
    let (address, _) = tls_service().await;
    let (_, tls_of_another) = tls_service().await;
    let problem = problem(&format!("https://localhost:{}", address.port()), tls_of_another).await;
    assert!(
        matches!(problem, CallProblem::Http(HttpError::Handshake(_))),
        "{problem:?}"
    );
}
