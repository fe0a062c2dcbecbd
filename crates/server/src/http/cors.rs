//! Cross-origin calls. Browser clients of the API are on other origins and send headers that need a preflight.
//!
//! `*` is right here: the API knows no cookies, so a foreign page can do nothing that its visitor could not do with a
//! terminal. What must not be read across origins (the inbox) sends none of these.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// What the service lets scripts read besides the simple headers. Amplify reads the error's type and the date.
const EXPOSED: &str = "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date";
/// Two days, the most that any browser keeps a preflight's answer.
const MAX_AGE: &str = "172800";

/// Adds what lets a script on any origin read the answer. Errors need it as much as successes.
pub(crate) fn allow(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static(EXPOSED),
    );
    response
}

/// Answers a preflight: the methods of the API and of the discovery documents, and whatever headers are asked for.
pub(super) async fn preflight(asked: HeaderMap) -> Response {
    let mut response = allow(StatusCode::OK.into_response());
    let headers = response.headers_mut();
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, POST"),
    );
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE));
    if let Some(names) = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    headers.insert(header::VARY, HeaderValue::from_static(VARY));
    response
}

/// The answer repeats what it was asked, so a cache in between must not give it to others.
const VARY: &str = "access-control-request-headers";
