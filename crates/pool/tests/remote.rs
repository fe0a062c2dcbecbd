//! Functions that are invoked by HTTP, against an endpoint that checks what it is sent.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use poolhouse_outbound::TlsSource;
use poolhouse_outbound::aws::{Caller, Credentials};
use poolhouse_outbound::http::{Endpoint, Proxies};
use poolhouse_pool::base::settings::RemoteFunction;
use poolhouse_pool::triggers::{Remote, Trigger};
use poolhouse_sigv4::Presented;
use poolhouse_triggers::{InvokeError, Invoked, Invoker, Place, Policy};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::Instant;

const ARN: &str = "arn:aws:lambda:eu-central-1:111122223333:function:2faDefine";
const NOW: u64 = 1_700_000_000;
const SECRET: &str = "a secret that nobody logs";
/// Long enough for a busy machine; nothing waits for it to pass.
const LONG: Duration = Duration::from_secs(60);

struct Lambda {
    remote: Arc<Remote>,
    connections: Arc<AtomicUsize>,
}

/// An endpoint that answers by the event's own words, and only what is signed as it should be.
async fn lambda() -> Lambda {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let accepted = Arc::clone(&connections);
    tokio::spawn(async move {
        loop {
            let stream = listener.accept().await.unwrap().0;
            accepted.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer)));
        }
    });
    let caller = Caller {
        credentials: Arc::new(Credentials::new("AKIAEXAMPLE", SECRET, Some("token".to_owned()))),
        proxies: Proxies::default(),
        tls: TlsSource::lazy(|| Err(no_tls())),
        clock: Arc::new(|| Duration::from_secs(NOW)),
    };
    let function = RemoteFunction {
        endpoint,
        region: "eu-central-1".to_owned(),
    };
    Lambda {
        remote: Arc::new(Remote::new(ARN, &function, caller)),
        connections,
    }
}

/// Plain HTTP asks for no TLS.
fn no_tls() -> rustls::Error {
    rustls::Error::General("no TLS in this test".to_owned())
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let headers: Vec<(&str, &str)> = head
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .collect();
    let signed = poolhouse_sigv4::Request {
        method: head.method.as_str(),
        path: head.uri.path(),
        query: "",
        headers: &headers,
        body: &body,
    };
    let presented = Presented::parse(signed, "lambda").unwrap();
    presented
        .verify(Some(SECRET), i64::try_from(NOW).unwrap())
        .unwrap();
    assert_eq!(
        (presented.access_key_id(), presented.region()),
        ("AKIAEXAMPLE", "eu-central-1")
    );
    assert_eq!(head.headers["x-amz-invocation-type"], "RequestResponse");
    assert_eq!(head.headers["x-amz-security-token"], "token");
    let path = "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-central-1%3A111122223333%3Afunction%3A2faDefine/invocations";
    assert_eq!(head.uri.path(), path);

    let event: Value = serde_json::from_slice(&body).unwrap();
    let status = event["status"].as_u64().unwrap_or(200);
    let mut response = Response::builder().status(u16::try_from(status).unwrap());
    match event["do"].as_str() {
        Some("fail") => response = response.header("X-Amz-Function-Error", "Unhandled"),
        Some("refuse") => {
            response = response.header("X-Amzn-ErrorType", "ResourceNotFoundException:http://x/")
        }
        Some("hang") => std::future::pending().await,
        _ => {}
    }
    Ok(response.body(Full::from(body)).unwrap())
}

impl Lambda {
    async fn invoke(&self, event: Value) -> Result<Invoked, InvokeError> {
        self.remote
            .invoke(event.to_string().into(), Instant::now() + LONG)
            .await
    }
}

#[tokio::test]
async fn a_call_is_signed_for_lambda_and_its_answer_is_the_functions() {
    let lambda = lambda().await;
    let event = json!({"text": "ключ"});
    for _ in 0..2 {
        let invoked = lambda.invoke(event.clone()).await.unwrap();
        let expected = Invoked {
            payload: event.to_string().into(),
            function_error: false,
        };
        assert_eq!(invoked, expected);
    }
    assert_eq!(
        lambda.connections.load(Ordering::Relaxed),
        1,
        "the connection is kept"
    );
}

#[tokio::test]
async fn an_error_of_the_function_is_told_from_an_answer() {
    let lambda = lambda().await;
    let event = json!({"do": "fail", "errorMessage": "no", "errorType": "Error"});
    let invoked = lambda.invoke(event.clone()).await.unwrap();
    assert_eq!(
        invoked,
        Invoked {
            payload: event.to_string().into(),
            function_error: true
        }
    );
}

#[tokio::test]
async fn a_refusal_of_the_endpoint_is_logged_by_its_name_and_told_as_the_service_does() {
    let lambda = lambda().await;
    let event = json!({"do": "refuse", "status": 404});
    let error = lambda.invoke(event.clone()).await.unwrap_err();
    assert_eq!(error.to_string(), "the function cannot be invoked");
    let cause = error.source().unwrap().to_string();
    assert_eq!(
        cause,
        "the function's endpoint refused with 404 ResourceNotFoundException"
    );

    let invoker = Invoker::new(
        lambda.remote,
        Policy {
            attempts: 1,
            ..Policy::default()
        },
    );
    let told = invoker
        .call(Trigger::DefineAuthChallenge, &event)
        .await
        .unwrap_err();
    assert_eq!(
        told.to_string(),
        "DefineAuthChallenge invocation failed due to error AccessDeniedException."
    );
}

#[tokio::test]
async fn a_call_that_is_not_answered_in_time_is_over_and_the_next_one_has_a_connection_of_its_own() {
    let lambda = lambda().await;
    let soon = Instant::now() + Duration::from_millis(20);
    let hanging = lambda
        .remote
        .invoke(json!({"do": "hang"}).to_string().into(), soon)
        .await;
    assert!(matches!(hanging, Err(InvokeError::TimedOut)), "{hanging:?}");
    lambda.invoke(json!({})).await.unwrap();
    assert_eq!(lambda.connections.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn an_endpoint_that_cannot_be_reached_is_an_error_with_its_cause() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    let caller = Caller {
        credentials: Arc::new(Credentials::new("", SECRET, None)),
        proxies: Proxies::default(),
        tls: TlsSource::lazy(|| Err(no_tls())),
        clock: Arc::new(|| Duration::from_secs(NOW)),
    };
    let function = RemoteFunction {
        endpoint,
        region: "eu-central-1".to_owned(),
    };
    let remote = Remote::new("2faDefine", &function, caller);
    let error = remote
        .invoke(Vec::new(), Instant::now() + LONG)
        .await
        .unwrap_err();
    assert_eq!(error.source().unwrap().to_string(), "nothing listens there");
    assert!(!format!("{error:?}").contains(SECRET));
}
