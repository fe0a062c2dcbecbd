//! `GET /metrics`: numbers for Prometheus, on a socket of their own.
//!
//! Whoever reaches the socket may read them. They hold no secret and nothing of any person; how many sign in is for the operator all
//! the same.

use std::fs;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use poolhouse_metrics::{CONTENT_TYPE, Text};
use poolhouse_pool::base::metrics;
use poolhouse_pool::request::App;
use poolhouse_pool::run::exposition;

use super::problem::problem;
use poolhouse_config::settings::ConnectionLimits;

/// Connections at a time. A few collectors have one each.
const CONNECTIONS: usize = 32;

/// What the socket answers.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/metrics", get(numbers))
        .fallback(async || problem(StatusCode::NOT_FOUND, "The numbers are at /metrics."))
        .with_state(app)
}

/// Limits on the socket's connections.
pub fn limits() -> ConnectionLimits {
    ConnectionLimits {
        total: CONNECTIONS,
        per_address: CONNECTIONS,
        per_network: CONNECTIONS,
        ..ConnectionLimits::default()
    }
}

async fn numbers(State(app): State<Arc<App>>) -> Response {
    let mut text = Text::new();
    exposition::write(&app, &mut text).await;
    process(&mut text);
    let headers = [
        (header::CONTENT_TYPE, CONTENT_TYPE),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, text.finish()).into_response()
}

/// What the system says of the process, where it says it as Linux does.
fn process(text: &mut Text) {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let resident = resident.and_then(|rest| rest.trim().strip_suffix(" kB"));
    if let Some(kilobytes) = resident.and_then(|number| number.parse::<u64>().ok()) {
        text.number(&metrics::MEMORY, kilobytes * 1024);
    }
    if let Ok(files) = fs::read_dir("/proc/self/fd") {
        text.number(&metrics::FILES, files.count());
    }
}
