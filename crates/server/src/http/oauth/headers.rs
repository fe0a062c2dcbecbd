//! The headers of answers to programs, as the service has them.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// The header in which the service names a request on these endpoints.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amz-cognito-request-id");
const XSS: HeaderName = HeaderName::from_static("x-xss-protection");

/// What every answer carries, whatever its status.
const ALWAYS: [(HeaderName, &str); 8] = [
    (
        header::CACHE_CONTROL,
        "no-cache, no-store, max-age=0, must-revalidate",
    ),
    (header::PRAGMA, "no-cache"),
    (header::EXPIRES, "0"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (XSS, "1; mode=block"),
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        "x-amz-cognito-request-id, WWW-Authenticate, Date",
    ),
];

/// Completes an answer.
pub(super) fn complete(mut response: Response, request_id: &str) -> Response {
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, id);
    }
    response
}

/// Answers a preflight. Credentials of the browser are never let pass.
pub(super) async fn preflight() -> Response {
    let head = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS"),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "authorization, content-type, x-amz-user-agent, x-requested-with, mcp-protocol-version, accept",
        ),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    (StatusCode::NO_CONTENT, head).into_response()
}
