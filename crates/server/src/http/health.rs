//! `GET /health`: whether the server can do its work, for supervisors and load balancers.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::time::timeout;

use super::problem::problem;
use poolhouse_pool::request::App;

/// A store that has not answered a point read by then serves nobody.
const PATIENCE: Duration = Duration::from_secs(2);
/// A key that no record has: the read takes the whole way and finds nothing.
const PROBE: &str = "health";

/// `200 {"status":"ok"}` if the store answers, `503` if it does not.
pub(super) async fn health(State(app): State<Arc<App>>) -> Response {
    match timeout(PATIENCE, app.platform.store.get(PROBE)).await {
        Ok(Ok(_)) => {
            let headers = [
                (header::CONTENT_TYPE, "application/json"),
                (header::CACHE_CONTROL, "no-store"),
            ];
            (headers, r#"{"status":"ok"}"#).into_response()
        }
        Ok(Err(error)) => {
            tracing::error!(
                error = poolhouse_text::with_causes(&error),
                "health: the store does not answer"
            );
            unavailable()
        }
        Err(_) => unavailable(),
    }
}

fn unavailable() -> Response {
    problem(StatusCode::SERVICE_UNAVAILABLE, "The store does not answer.")
}
