//! The Runtime API over HTTP, for one process.
//!
//! Paths, headers, status codes and bodies are those of AWS's Runtime Interface Emulator (`rapi/router.go`,
//! `rapi/rendering`).

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::desk::{Desk, Event, Outcome, Refusal};
use super::peer;
use crate::place::{InvokeError, Invoked};

/// The largest event and the largest answer, in bytes: 6 MiB and a little, as on Lambda.
pub(super) const LARGEST_PAYLOAD: usize = 6 * 1024 * 1024 + 100;
/// How much of an answer that is too large is read, so that its sender gets to hear so.
const LARGEST_REFUSED: usize = 64 * 1024 * 1024;

const BASE: &str = "/2018-06-01/runtime/";

type Answer = Response<Full<Bytes>>;

/// What every request of one process needs.
pub(super) struct Session {
    pub(super) desk: Arc<Desk>,
    pub(super) function_arn: String,
}

/// Serves the process's connections, until the future is dropped.
pub(super) async fn serve(listener: TcpListener, session: Arc<Session>) -> Infallible {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, client)) => {
                    if is_welcome(&stream, client) {
                        connections.spawn(serve_connection(stream, Arc::clone(&session)));
                    }
                }
                // Out of file descriptors, for example. It passes, and the process asks again.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

fn is_welcome(stream: &TcpStream, client: SocketAddr) -> bool {
    stream
        .local_addr()
        .is_ok_and(|server| peer::is_ours(client, server))
}

async fn serve_connection(stream: TcpStream, session: Arc<Session>) {
    // Without it an event would wait for the acknowledgement of its own headers.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| {
        let session = Arc::clone(&session);
        async move { Ok::<_, Infallible>(route(request, &session).await) }
    });
    // A connection that breaks is the process's to open again.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn route(request: Request<Incoming>, session: &Session) -> Answer {
    let path = request
        .uri()
        .path()
        .strip_prefix(BASE)
        .unwrap_or_default()
        .to_owned();
    let parts: Vec<&str> = path.split('/').collect();
    match (request.method(), parts.as_slice()) {
        (&Method::GET, ["invocation", "next"]) => next(session).await,
        (&Method::POST, ["invocation", id, "response"]) => response(request, session, id).await,
        (&Method::POST, ["invocation", id, "error"]) => error(request, session, id).await,
        (&Method::POST, ["init", "error"]) => init_error(request, session).await,
        (_, ["invocation", "next"] | ["invocation", _, "response" | "error"] | ["init", "error"]) => {
            plain(StatusCode::METHOD_NOT_ALLOWED, Bytes::new())
        }
        _ => plain(StatusCode::NOT_FOUND, Bytes::from_static(b"404 page not found\n")),
    }
}

async fn next(session: &Session) -> Answer {
    let event = match session.desk.next().await {
        Ok(event) => event,
        Err(refusal) => return refused(&refusal),
    };
    let Event {
        id,
        payload,
        deadline,
        trace,
    } = event;
    let answer = Response::builder()
        .header(CONTENT_TYPE, "application/json")
        .header("Lambda-Runtime-Aws-Request-Id", id)
        .header("Lambda-Runtime-Trace-Id", trace)
        .header(
            "Lambda-Runtime-Invoked-Function-Arn",
            session.function_arn.as_str(),
        )
        .header("Lambda-Runtime-Deadline-Ms", deadline)
        .body(Full::new(payload));
    // It fails for an ARN that cannot stand in a header.
    answer.unwrap_or_else(|_| {
        fault(
            StatusCode::INTERNAL_SERVER_ERROR,
            "InternalServerError",
            "Internal Server Error",
        )
    })
}

async fn response(request: Request<Incoming>, session: &Session, id: &str) -> Answer {
    const TO: &str = "InvocationResponse";
    if let Err(refusal) = session.desk.admits(id, TO) {
        return refused(&refusal);
    }
    let mode = request.headers().get("Lambda-Runtime-Function-Response-Mode");
    if mode.is_some_and(|mode| mode != "streaming") {
        return fault(
            StatusCode::BAD_REQUEST,
            "InvalidFunctionResponseMode",
            "Invalid function response mode",
        );
    }
    let (outcome, answer) = match read(request.into_body()).await {
        Body::Whole(payload) => (answered(payload, false), accepted()),
        Body::TooLarge => (Err(InvokeError::TooLarge), too_large()),
        // The function streamed a part of an answer and then failed.
        Body::Failed => (answered(Bytes::new(), true), accepted()),
        Body::Truncated => return truncated(),
    };
    settle(session, id, TO, outcome, answer)
}

async fn error(request: Request<Incoming>, session: &Session, id: &str) -> Answer {
    const TO: &str = "InvocationErrorResponse";
    if let Err(refusal) = session.desk.admits(id, TO) {
        return refused(&refusal);
    }
    let (outcome, answer) = match read(request.into_body()).await {
        Body::Whole(payload) => (answered(payload, true), accepted()),
        Body::TooLarge => (Err(InvokeError::TooLarge), too_large()),
        Body::Failed => (answered(Bytes::new(), true), accepted()),
        Body::Truncated => return truncated(),
    };
    settle(session, id, TO, outcome, answer)
}

async fn init_error(request: Request<Incoming>, session: &Session) -> Answer {
    let payload = match read(request.into_body()).await {
        Body::Whole(payload) => payload,
        // That it failed is known, if not why.
        Body::TooLarge | Body::Failed | Body::Truncated => Bytes::new(),
    };
    match session.desk.fail_init(payload) {
        Ok(()) => accepted(),
        Err(refusal) => refused(&refusal),
    }
}

fn answered(payload: Bytes, function_error: bool) -> Outcome {
    Ok(Invoked {
        payload: payload.into(),
        function_error,
    })
}

fn settle(session: &Session, id: &str, to: &'static str, outcome: Outcome, answer: Answer) -> Answer {
    match session.desk.answer(id, to, outcome) {
        Ok(()) => answer,
        Err(refusal) => refused(&refusal),
    }
}

enum Body {
    Whole(Bytes),
    TooLarge,
    Failed,
    Truncated,
}

async fn read(mut body: Incoming) -> Body {
    let mut whole = BytesMut::new();
    let mut length = 0_usize;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return Body::Truncated };
        if let Some(trailers) = frame.trailers_ref() {
            if trailers.contains_key("Lambda-Runtime-Function-Error-Type") {
                return Body::Failed;
            }
        } else if let Some(data) = frame.data_ref() {
            length += data.len();
            if length <= LARGEST_PAYLOAD {
                whole.extend_from_slice(data);
            } else if length > LARGEST_REFUSED {
                break;
            }
        }
    }
    if length <= LARGEST_PAYLOAD {
        Body::Whole(whole.freeze())
    } else {
        Body::TooLarge
    }
}

fn accepted() -> Answer {
    json_answer(StatusCode::ACCEPTED, &json!({"status": "OK"}))
}

fn refused(refusal: &Refusal) -> Answer {
    let (status, kind) = match refusal {
        Refusal::RequestId => (StatusCode::BAD_REQUEST, "InvalidRequestID"),
        Refusal::Transition { .. } => (StatusCode::FORBIDDEN, "InvalidStateTransition"),
    };
    fault(status, kind, &refusal.to_string())
}

fn too_large() -> Answer {
    let message = format!("Exceeded maximum allowed payload size ({LARGEST_PAYLOAD} bytes).");
    fault(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &message)
}

fn truncated() -> Answer {
    fault(
        StatusCode::BAD_REQUEST,
        "TruncatedHTTPRequest",
        "HTTP request detected as truncated",
    )
}

fn fault(status: StatusCode, kind: &str, message: &str) -> Answer {
    json_answer(status, &json!({"errorMessage": message, "errorType": kind}))
}

fn json_answer(status: StatusCode, body: &serde_json::Value) -> Answer {
    let mut answer = plain(status, Bytes::from(body.to_string()));
    answer.headers_mut().insert(
        CONTENT_TYPE,
        hyper::header::HeaderValue::from_static("application/json"),
    );
    answer
}

fn plain(status: StatusCode, body: Bytes) -> Answer {
    let mut answer = Response::new(Full::new(body));
    *answer.status_mut() = status;
    answer
}
