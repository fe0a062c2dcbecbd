//! What verifiers and clients fetch: a pool's signing keys and its discovery document. Public, and readable from any origin.
//!
//! The document lies at three paths, for clients look for it in three ways (OpenID Connect Discovery, RFC 8414).

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use poolhouse_crypto::sha256;
use serde_json::Value;

use super::edge::RequestId;
use super::problem::problem;
use super::{api, cors, tags};
use poolhouse_pool::base::error::ApiError;
use poolhouse_pool::oauth::discovery;
use poolhouse_pool::request::{App, Ctx};
use poolhouse_text::{hex, with_causes};

/// Verifiers keep a key set for a while and come back at an unknown `kid`. A new key is listed for two hours before it
/// signs, so nobody who comes back as often as this says meets a `kid` that is not there.
const CACHE: [(HeaderName, &str); 2] = [
    (header::CONTENT_TYPE, "application/json"),
    (header::CACHE_CONTROL, "public, max-age=600"),
];

/// The paths of key sets and documents.
pub(super) fn routes() -> Router<Arc<App>> {
    let document = || -> MethodRouter<Arc<App>> { get(document).options(cors::preflight) };
    Router::new()
        .route(
            "/{pool}/.well-known/jwks.json",
            get(jwks).options(cors::preflight),
        )
        .route("/{pool}/.well-known/openid-configuration", document())
        .route("/.well-known/openid-configuration/{pool}", document())
        .route("/.well-known/oauth-authorization-server/{pool}", document())
}

/// The keys that sign, those that will, and those that did.
async fn jwks(State(app): State<Arc<App>>, Path(pool_id): Path<String>, asked: HeaderMap) -> Response {
    let found = match is_pool_id(&pool_id) {
        true => app.signing_keys.of(&pool_id).await,
        false => Ok(None),
    };
    answer(
        &asked,
        found.map(|keys| keys.map(|keys| keys.jwks(app.platform.now()))),
    )
}

/// The endpoints of a pool, and what they take.
async fn document(
    State(app): State<Arc<App>>,
    Path(pool_id): Path<String>,
    RequestId(id): RequestId,
    request: Request,
) -> Response {
    let ctx = Ctx::new(app.clone(), id, app.platform.now(), api::asker(&app, &request));
    let found = match is_pool_id(&pool_id) {
        true => discovery::document(&ctx, &pool_id).await,
        false => Ok(None),
    };
    answer(request.headers(), found)
}

fn answer(asked: &HeaderMap, found: Result<Option<Value>, ApiError>) -> Response {
    cors::allow(match found {
        Ok(Some(document)) => tagged(asked, &document.to_string()),
        Ok(None) => problem(StatusCode::NOT_FOUND, "There is no such user pool."),
        Err(error) => {
            tracing::error!(error = with_causes(&error), "what verifiers fetch cannot be read");
            problem(
                StatusCode::INTERNAL_SERVER_ERROR,
                "The keys cannot be read at the moment. Try again.",
            )
        }
    })
}

/// The body, or that it is the one that was asked with.
fn tagged(asked: &HeaderMap, body: &str) -> Response {
    let digest = hex::encode(&sha256(&[body.as_bytes()]));
    let tag = format!("\"{}\"", digest.get(..32).unwrap_or(&digest));
    let mut response = match tags::is_known(asked, &tag) {
        true => (StatusCode::NOT_MODIFIED, CACHE).into_response(),
        false => (CACHE, body.to_owned()).into_response(),
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// Whether the API could have given this id: the path may hold anything, and not everything can be looked up.
fn is_pool_id(text: &str) -> bool {
    text.len() <= 55
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}
