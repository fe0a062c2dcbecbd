//! Answers outside the API that say what is wrong.

use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// The answer to a method that the path does not have.
pub(super) async fn method_not_allowed(method: Method) -> Response {
    let message = format!("{method} is not possible here. The API takes POST /; see docs/reference.");
    problem(StatusCode::METHOD_NOT_ALLOWED, &message)
}

/// An answer outside the API: what is wrong, as JSON.
pub(super) fn problem(status: StatusCode, message: &str) -> Response {
    let body = serde_json::json!({ "message": message }).to_string();
    (
        status,
        [
            (header::CONTENT_TYPE, "application/json"),
            (header::CACHE_CONTROL, "no-store"),
        ],
        body,
    )
        .into_response()
}
