//! What verifiers fetch: a pool's signing keys and its discovery document. Public, and readable from any origin.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::cors;
use super::problem::problem;
use poolhouse_pool::keyring::PoolKeys;
use poolhouse_pool::request::App;
use poolhouse_text::with_causes;

/// Verifiers keep a key set for a while and come back at an unknown `kid`. A new key is listed for two hours before it
/// signs, so nobody who comes back every hour meets a `kid` that is not there.
const CACHE: [(HeaderName, &str); 2] = [
    (header::CONTENT_TYPE, "application/json"),
    (header::CACHE_CONTROL, "public, max-age=3600"),
];

/// `GET /{pool}/.well-known/jwks.json`: the keys that sign, those that will, and those that did.
pub async fn jwks(State(app): State<Arc<App>>, Path(pool_id): Path<String>) -> Response {
    answer(&app, &pool_id, |keys| keys.jwks(app.platform.now())).await
}

/// `GET /{pool}/.well-known/openid-configuration`. The endpoints of a hosted sign-in are missing, as they are on a
/// pool without a domain.
pub async fn openid(State(app): State<Arc<App>>, Path(pool_id): Path<String>) -> Response {
    let issuer = format!("{}/{pool_id}", app.settings.issuer);
    answer(&app, &pool_id, |_| document(&issuer)).await
}

fn document(issuer: &str) -> Value {
    json!({
        "id_token_signing_alg_values_supported": ["RS256"],
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "response_types_supported": ["code", "token"],
        "scopes_supported": ["openid", "email", "phone", "profile"],
        "subject_types_supported": ["public"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    })
}

async fn answer(app: &Arc<App>, pool_id: &str, make: impl Fn(&PoolKeys) -> Value) -> Response {
    let found = if is_pool_id(pool_id) {
        app.signing_keys.of(pool_id).await
    } else {
        Ok(None)
    };
    cors::allow(match found {
        Ok(Some(keys)) => (CACHE, make(&keys).to_string()).into_response(),
        Ok(None) => problem(StatusCode::NOT_FOUND, "There is no such user pool."),
        Err(error) => {
            tracing::error!(error = with_causes(&error), "signing keys cannot be read");
            problem(
                StatusCode::INTERNAL_SERVER_ERROR,
                "The keys cannot be read at the moment. Try again.",
            )
        }
    })
}

/// Whether the API could have given this id: the path may hold anything, and not everything can be looked up.
fn is_pool_id(text: &str) -> bool {
    text.len() <= 55
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}
