//! JSON, as gateways of others take it.

use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;

use super::{Endpoint, HttpError};

/// A POST of JSON, under a bearer token if there is one.
///
/// # Errors
/// A path, a host or a token that cannot be written.
pub fn json_post(
    endpoint: &Endpoint,
    path: &str,
    token: Option<&str>,
    body: String,
) -> Result<Request<Full<Bytes>>, HttpError> {
    let mut request = Request::post(path)
        .header("host", endpoint.authority())
        .header("content-type", "application/json")
        .header("accept", "application/json");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    request.body(Full::from(body)).map_err(HttpError::Request)
}
