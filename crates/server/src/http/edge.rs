//! What surrounds every request: its id, its log line, the headers that all answers carry, and a net for panics.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use poolhouse_crypto::uuid_v4;
use tokio::time::Instant;
use tracing::field::Empty;
use tracing::{Instrument as _, Span, info_span};

use super::api::{self, Served};
use super::peer::Peer;
use super::{catch, cors};
use poolhouse_pool::base::error::ApiError;
use poolhouse_pool::request::App;

/// Characters of a path that the log shows: every path of ours fits, and a stranger's 16 KiB do not fill the disk.
const LOGGED_PATH: usize = 128;

/// The request's id, as a handler's argument.
#[derive(Clone)]
pub(super) struct RequestId(pub String);

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<RequestId, Infallible> {
        // `around` put it there; outside of it a request has no id and nothing to correlate with.
        Ok(parts
            .extensions
            .get::<RequestId>()
            .cloned()
            .unwrap_or_else(|| RequestId(String::new())))
    }
}

/// Runs a request and completes its answer.
pub(super) async fn around(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = uuid_v4(&*app.platform.entropy);
    request.extensions_mut().insert(RequestId(id.clone()));
    let method = request.method().clone();
    let path: String = request.uri().path().chars().take(LOGGED_PATH).collect();
    let address = request
        .extensions()
        .get::<Peer>()
        .map(|peer| peer.0.ip().to_canonical());
    let span = info_span!(
        target: "trace", "request", otel.name = named(&request), otel.kind = "server", otel.status_code = Empty, request_id = %id,
        status = Empty, outcome = Empty,
    );
    let mut response = match catch::catch(next.run(request).instrument(span.clone())).await {
        Ok(response) => response,
        // The panic hook has logged where. The body may have been half read, so the connection ends as well.
        Err(catch::Panicked) => {
            let mut response =
                cors::allow(api::failure(&ApiError::internal("the operation panicked")).map(Into::into));
            response
                .headers_mut()
                .insert(header::CONTENT_TYPE, HeaderValue::from_static(api::CONTENT_TYPE));
            response
                .headers_mut()
                .insert(header::CONNECTION, HeaderValue::from_static("close"));
            response
        }
    };
    app.platform.numbers.responses.add([class(&response)]);
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(api::REQUEST_ID, value);
    }
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    finish(&span, &response);
    log(&response, (method.as_str(), &path), &id, address, started);
    response
}

/// What a request's span is called: nothing that anybody chose.
fn named(request: &Request) -> &'static str {
    if let Some(operation) = api::target(request.headers()) {
        return operation.name();
    }
    match *request.method() {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "another method",
    }
}

/// Says in a request's span, if there is one, how it ended.
fn finish(span: &Span, response: &Response) {
    if span.is_disabled() {
        return;
    }
    span.record("status", response.status().as_u16());
    if let Some(served) = response.extensions().get::<Served>() {
        span.record("outcome", served.outcome.as_str());
    }
    if response.status().is_server_error() {
        span.record("otel.status_code", "error");
    }
}

/// The kind of an answer's status.
fn class(response: &Response) -> &'static str {
    match response.status().as_u16() {
        ..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        500.. => "5xx",
    }
}

/// One line for each request: what was asked and from where, about which user (by `sub`) and app client, how it ended, how long
/// it took. Queries and bodies are left out, for they hold what people typed. The files of the pages, of which a page has twenty,
/// are logged at `debug`, and so are key sets and discovery documents.
fn log(
    response: &Response,
    (method, path): (&str, &str),
    request_id: &str,
    address: Option<IpAddr>,
    started: Instant,
) {
    let status = response.status().as_u16();
    let served = response.extensions().get::<Served>();
    // What an answer waits for its moment is no work.
    let held = served.map_or(Duration::ZERO, |served| served.held);
    let took = started.elapsed().saturating_sub(held);
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    let address = address.map(|address| address.to_string());
    let Some(served) = served else {
        // Nothing else has a tag.
        if response.headers().contains_key(header::ETAG) {
            tracing::debug!(request_id, method, path, status, address, micros, "request");
        } else {
            tracing::info!(request_id, method, path, status, address, micros, "request");
        }
        return;
    };
    let operation = served.operation.map_or("-", |operation| operation.name());
    let (user, client, outcome) = (served.noted.user(), served.noted.client(), &served.outcome);
    tracing::info!(
        request_id, operation, status, outcome, user, client, address, micros, "request"
    );
}
