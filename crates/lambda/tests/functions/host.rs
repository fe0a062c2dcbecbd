//! The host's side of the Runtime API.

use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::http::{Request, Response, serve};

/// What a function reported.
#[derive(Debug, PartialEq)]
pub enum Report {
    /// `/invocation/{id}/response`.
    Answer { id: String, event: Value },
    /// `/invocation/{id}/error` with its error type header.
    Failed { id: String, kind: String, error: Value },
    /// `/init/error` with its error type header.
    Init { kind: String, error: Value },
}

/// Hands out events in the order given and collects the reports.
pub struct Host {
    pub address: SocketAddr,
    next: UnboundedSender<Response>,
    reports: UnboundedReceiver<Report>,
    invocations: usize,
}

impl Host {
    pub async fn start() -> Self {
        let (next, events) = unbounded_channel::<Response>();
        let (reported, reports) = unbounded_channel();
        let events = Arc::new(Mutex::new(events));
        let address = serve(move |request: Request| {
            let (events, reported) = (Arc::clone(&events), reported.clone());
            async move {
                if request.path == "/2018-06-01/runtime/invocation/next" {
                    assert_eq!(request.method, "GET");
                    return events.lock().await.recv().await;
                }
                reported.send(report(&request)).unwrap();
                Some(Response::new(202, r#"{"status":"OK"}"#))
            }
        })
        .await;
        Self {
            address,
            next,
            reports,
            invocations: 0,
        }
    }

    /// Gives the function an event with these headers beside the request id, and waits for its report.
    pub async fn invoke_with(
        &mut self,
        event: &str,
        headers: Vec<(&'static str, String)>,
        close: bool,
    ) -> Report {
        self.invocations += 1;
        let mut response = Response {
            close,
            ..Response::new(200, event)
        };
        response.headers = headers;
        response.headers.push((
            "lambda-runtime-aws-request-id",
            format!("call-{}", self.invocations),
        ));
        assert!(self.next.send(response).is_ok());
        self.report().await
    }

    pub async fn invoke(&mut self, event: &Value) -> Report {
        self.invoke_with(&event.to_string(), Vec::new(), false).await
    }

    /// The event that the function answers with.
    pub async fn answer(&mut self, event: &Value) -> Value {
        match self.invoke(event).await {
            Report::Answer { event, .. } => event,
            other => panic!("no answer: {other:?}"),
        }
    }

    /// The message and the type of the error that the function answers with.
    pub async fn failure(&mut self, event: &Value) -> (String, String) {
        match self.invoke(event).await {
            Report::Failed { error, kind, .. } => {
                assert_eq!(error["errorType"], kind.trim_start_matches("Function."));
                (error["errorMessage"].as_str().unwrap().to_owned(), kind)
            }
            other => panic!("no failure: {other:?}"),
        }
    }

    pub async fn report(&mut self) -> Report {
        self.reports.recv().await.unwrap()
    }
}

fn report(request: &Request) -> Report {
    assert_eq!(request.method, "POST");
    let body = serde_json::from_slice(&request.body).unwrap();
    let kind = request
        .header("lambda-runtime-function-error-type")
        .unwrap_or_default()
        .to_owned();
    let path = request.path.strip_prefix("/2018-06-01/runtime/").unwrap();
    match path.split('/').collect::<Vec<_>>()[..] {
        ["invocation", id, "response"] => Report::Answer {
            id: id.to_owned(),
            event: body,
        },
        ["invocation", id, "error"] => Report::Failed {
            id: id.to_owned(),
            kind,
            error: body,
        },
        ["init", "error"] => Report::Init { kind, error: body },
        _ => panic!("no call of the Runtime API: {path}"),
    }
}
