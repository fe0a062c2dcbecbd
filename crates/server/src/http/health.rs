//! Whether the server can do its work, for supervisors and load balancers.
//!
//! | path | says |
//! |---|---|
//! | `GET /health/live` | the process answers: restart it when it does not |
//! | `GET /health/ready` | it can serve requests, and is not about to stop: send it none when it cannot |
//! | `GET /health` | the same as `ready` |
//!
//! A clock that is behind the time that is known takes nobody's service away, for the server goes by what is known: it is said, so
//! that somebody sets it right.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::time::timeout;

use super::problem::problem;
use poolhouse_pool::base::shutdown::Shutdown;
use poolhouse_pool::request::App;
use poolhouse_pool::run::timekeeper::TOLERATED;

/// A store that has not answered a point read by then serves nobody.
const PATIENCE: Duration = Duration::from_secs(2);
/// A key that no record has: the read takes the whole way and finds nothing.
const PROBE: &str = "health";

const HEADERS: [(HeaderName, &str); 2] = [
    (header::CONTENT_TYPE, "application/json"),
    (header::CACHE_CONTROL, "no-store"),
];

/// That the server was asked to stop, heard before it does.
#[derive(Clone)]
pub struct Leaving(pub Shutdown);

/// `200 {"status":"ok"}`, whatever the store does.
pub(super) async fn live() -> Response {
    well()
}

/// `200 {"status":"ok"}` if the store answers, with `clockBehindSeconds` where the clock is behind; `503` if it does not or the server is
/// about to stop.
pub(super) async fn ready(State(app): State<Arc<App>>, leaving: Option<Extension<Leaving>>) -> Response {
    if leaving.is_some_and(|Extension(Leaving(shutdown))| shutdown.is_requested()) {
        return problem(StatusCode::SERVICE_UNAVAILABLE, "The server is about to stop.");
    }
    match timeout(PATIENCE, app.platform.store.get(PROBE)).await {
        Ok(Ok(_)) => match app.platform.clock.behind() {
            behind if behind > TOLERATED => late(behind / 1000),
            _ => well(),
        },
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

fn well() -> Response {
    (HEADERS, r#"{"status":"ok"}"#).into_response()
}

fn late(seconds: i64) -> Response {
    let body = format!(r#"{{"status":"ok","clockBehindSeconds":{seconds}}}"#);
    (HEADERS, body).into_response()
}

fn unavailable() -> Response {
    problem(StatusCode::SERVICE_UNAVAILABLE, "The store does not answer.")
}
