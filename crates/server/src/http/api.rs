//! `POST /`: the API's one endpoint, from bytes to bytes.
//!
//! The order of the checks: what operation, who signed it, readable JSON, what that key may do, the model's constraints, then
//! the operation itself. Of a signed operation nothing is parsed for somebody who has no key. Each step answers in the same envelope (status, `__type`, the two `x-amzn-*` headers).

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header};
use bytes::Bytes;
use poolhouse_api::{Auth, ErrorCode, Operation, parse_body};
use poolhouse_config::settings::Grid;
use poolhouse_confirm::LastResult;
use poolhouse_connections::grid::Answering;
use poolhouse_text::with_causes;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::access::{self, Signer};
use super::grid;
use super::peer::Client;
use super::room::Room;
use poolhouse_pool::base::error::ApiError;
use poolhouse_pool::ops;
use poolhouse_pool::request::App;
use poolhouse_pool::request::{Asker, Ctx, Noted};

/// What the API's requests and answers say they are.
pub const CONTENT_TYPE: &str = "application/x-amz-json-1.1";
/// The part of `X-Amz-Target` before the operation.
const TARGET_PREFIX: &str = "AWSCognitoIdentityProviderService.";
/// The header that names the request in answers, logs and the tokens' `event_id`.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
const ERROR_MESSAGE: HeaderName = HeaderName::from_static("x-amzn-errormessage");
const TARGET: HeaderName = HeaderName::from_static("x-amz-target");

/// What became of a request, for the log line that the edge writes.
#[derive(Clone, Debug)]
pub struct Served {
    /// The operation, if the target named one.
    pub operation: Option<Operation>,
    /// How it ended: the exception answered; the challenge, with what the flow says of the code; `tokens`; or `done`.
    pub outcome: String,
    /// Whom it was about.
    pub noted: Noted,
    /// How long the answer waited for its moment.
    pub held: Duration,
}

/// Serves one API request. Never fails: every error is an answer. The answer carries a [`Served`] extension.
///
/// The body and the `room` that it takes are given back before the operation runs. What is about a name leaves on the `grid`.
pub async fn handle(
    app: &Arc<App>,
    request: Request<Bytes>,
    room: Room,
    request_id: String,
    grid: Grid,
) -> Response<Bytes> {
    let began = Instant::now();
    let operation = target(request.headers());
    let answering = match operation.filter(|operation| grid::is_about_a_name(*operation)) {
        Some(_) => Some(Answering::begin(grid).await),
        None => None,
    };
    let mut ctx = Ctx::new(app.clone(), request_id, app.platform.now(), asker(app, &request));
    let outcome = match operation {
        Some(operation) => serve(&mut ctx, operation, request, room).await,
        None => Err(ApiError::new(ErrorCode::UnknownOperationException, "")),
    };
    let has_no_room = matches!(&outcome, Err(error) if error.code == ErrorCode::TooManyRequestsException);
    let result = outcome.as_ref().map_or_else(|error| error.code.name(), |_| "ok");
    let name = operation.map_or("unknown", Operation::name);
    let numbers = &app.platform.numbers;
    numbers.requests.add([name, result]);
    numbers.request_seconds.add([name], began.elapsed());
    let (mut response, outcome) = match outcome {
        Ok((body, outcome)) => (Response::new(body), outcome),
        Err(error) => {
            tell_cause(&ctx, operation, &error);
            (failure(&error), error.code.name().to_owned())
        }
    };
    let held = match answering {
        Some(answering) if has_no_room => answering.refuse().await,
        Some(answering) => answering.leave().await,
        None => Duration::ZERO,
    };
    let served = Served {
        operation,
        outcome,
        noted: ctx.asker.noted.clone(),
        held,
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
    // Tokens and what is known of people are nothing to keep by the way.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_str(&ctx.request_id) {
        headers.insert(REQUEST_ID, id);
    }
    response.extensions_mut().insert(served);
    response
}

/// Who asks, by the connection and the headers.
pub(super) fn asker<B>(app: &App, request: &Request<B>) -> Asker {
    let text = |name: &str| request.headers().get(name)?.to_str().ok().map(str::to_owned);
    Asker {
        address: request.extensions().get::<Client>().map(|client| client.0),
        user_agent: text("user-agent"),
        place: app.settings.mail.place_header.as_deref().and_then(text),
        pools: None,
        noted: Noted::default(),
        is_on_page: false,
    }
}

/// The operation that the request's target names. The service ignores the case of header names, not of operations.
pub(super) fn target(headers: &HeaderMap) -> Option<Operation> {
    headers
        .get(TARGET)?
        .to_str()
        .ok()?
        .strip_prefix(TARGET_PREFIX)
        .and_then(Operation::from_name)
}

/// Whether a request may have a body as large as signed ones have: it is for an operation that AWS signs and names a key
/// that there is. What the signature is worth shows when the body is there.
pub async fn may_be_large(app: &App, headers: &HeaderMap) -> bool {
    let is_signed = target(headers).is_some_and(|operation| operation.auth() == Auth::SigV4);
    is_signed && access::names_a_key(app, headers).await
}

/// The answer's body, and the outcome for the log.
async fn serve(
    ctx: &mut Ctx,
    operation: Operation,
    request: Request<Bytes>,
    room: Room,
) -> Result<(Bytes, String), ApiError> {
    ctx.audit.serves(operation);
    let mut signer = match operation.auth() {
        Auth::SigV4 => Some(access::signer(ctx, &request).await?),
        _ => None,
    };
    let body = parse_body(operation, request.body())?;
    if operation.auth() == Auth::SecretOrSigV4 && body.get("ClientSecret").is_none() {
        signer = Some(access::signer(ctx, &request).await?);
    }
    if let Some(signer) = &signer {
        ctx.audit.asked_by(signer.actor());
    }
    if let Some(signer) = signer {
        access::permit(ctx, &signer, operation, &body).await?;
        if let Signer::Operator(key) = &signer {
            ctx.asker.pools = key.pools().cloned();
        }
    }
    operation.validate(&body)?;
    drop((request, room));
    let answer = ops::dispatch(operation, ctx, body).await?;
    let body = if operation.has_output() {
        Bytes::from(answer.to_string())
    } else {
        Bytes::new()
    };
    Ok((body, outcome(&answer)))
}

/// What an answer comes to. Of a challenge's parameters only words of the flow are shown: the rest is for the client.
fn outcome(answer: &Value) -> String {
    let challenge = answer.get("ChallengeName").and_then(Value::as_str);
    let Some(challenge) = challenge else {
        let has_tokens = answer.get("AuthenticationResult").is_some_and(Value::is_object);
        return if has_tokens { "tokens" } else { "done" }.to_owned();
    };
    let result = answer["ChallengeParameters"]["result"]
        .as_str()
        .and_then(LastResult::named);
    match result {
        Some(result) => format!("{challenge} {}", result.as_str()),
        None => challenge.to_owned(),
    }
}

/// The error envelope: `__type` and `message` in the body, both again in headers, so that every client finds them
/// where it looks.
pub fn failure(error: &ApiError) -> Response<Bytes> {
    let name = error.code.name();
    let mut body = json!({ "__type": name });
    if !error.message.is_empty() {
        body[error.code.message_member()] = Value::from(error.message.as_str());
    }
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() =
        StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&format!("{name}:")) {
        headers.insert(ERROR_TYPE, value);
    }
    if let Some(seconds) = error.retry_after() {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(value) = header_text(&error.message) {
        headers.insert(ERROR_MESSAGE, value);
    }
    response
}

/// A message as a header value. A function's own words may hold line breaks or letters that no header can carry: those
/// are dropped here and stay in the body.
fn header_text(message: &str) -> Option<HeaderValue> {
    let printable: Vec<u8> = message
        .chars()
        .filter(|c| matches!(c, ' '..='~' | '\u{a0}'..='\u{ff}'))
        .map(|c| c as u8)
        .collect();
    if printable.is_empty() {
        None
    } else {
        HeaderValue::from_bytes(&printable).ok()
    }
}

/// Counts an answer that is an error for the audit log, and logs why it is one, once: with its chain of causes where the server is at
/// fault, as a plain fact else.
fn tell_cause(ctx: &Ctx, operation: Option<Operation>, error: &ApiError) {
    ctx.audit.refused(error);
    let Some(causes) = error.source().map(with_causes) else {
        return;
    };
    let operation = operation.map_or("-", Operation::name);
    if error.status() >= 500 {
        tracing::error!(
            request_id = ctx.request_id,
            operation,
            code = error.code.name(),
            causes,
            "request failed"
        );
    } else {
        tracing::warn!(
            request_id = ctx.request_id,
            operation,
            code = error.code.name(),
            causes,
            "request refused"
        );
    }
}
