//! Reading a request's body within its limits.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::Body as _;
use poolhouse_api::ErrorCode;
use tokio::time::{Instant, timeout_at};

use super::api;
use poolhouse_pool::base::error::ApiError;

/// How much a body may hold and how long it may take.
#[derive(Clone, Copy, Debug)]
pub struct BodyLimits {
    /// The most octets. The largest single member of the API's model has 131,072 characters.
    pub octets: usize,
    /// From the end of the head to the end of the body.
    pub time: Duration,
}

impl Default for BodyLimits {
    fn default() -> BodyLimits {
        BodyLimits {
            octets: 1 << 20,
            time: Duration::from_secs(15),
        }
    }
}

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is, or says it is, larger than the limit.
    TooLarge(usize),
    /// It did not arrive in time.
    TooSlow,
    /// The connection broke off, or the body is not what its framing says.
    Broken,
}

/// Reads the whole body. One that announces more than the limit is refused before any of it is read.
pub(super) async fn read(mut body: Body, limits: &BodyLimits) -> Result<Bytes, Refusal> {
    if body.size_hint().lower() > limits.octets as u64 {
        return Err(Refusal::TooLarge(limits.octets));
    }
    let ends = Instant::now() + limits.time;
    let mut read = BytesMut::new();
    loop {
        let frame = match timeout_at(ends, body.frame()).await {
            Err(_) => return Err(Refusal::TooSlow),
            Ok(Some(Err(_))) => return Err(Refusal::Broken),
            Ok(Some(Ok(frame))) => frame,
            Ok(None) => return Ok(read.freeze()),
        };
        // Trailers are legal and mean nothing here.
        let Ok(data) = frame.into_data() else { continue };
        if read.len() + data.len() > limits.octets {
            return Err(Refusal::TooLarge(limits.octets));
        }
        if read.is_empty() && body.is_end_stream() {
            return Ok(data);
        }
        read.extend_from_slice(&data);
    }
}

impl Refusal {
    /// The API's envelope for it. The rest of the body is not waited for, so the connection ends with the answer.
    pub fn into_response(self) -> Response<Bytes> {
        let (status, message) = match self {
            Refusal::TooLarge(octets) => (
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("The request body is larger than {octets} bytes."),
            ),
            Refusal::TooSlow => (
                StatusCode::REQUEST_TIMEOUT,
                "The request body did not arrive in time.".to_owned(),
            ),
            Refusal::Broken => (StatusCode::BAD_REQUEST, "The request body broke off.".to_owned()),
        };
        let mut response = api::failure(&ApiError::new(ErrorCode::SerializationException, message));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(api::CONTENT_TYPE));
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        response
    }
}
