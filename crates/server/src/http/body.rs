//! Reading a request's body within its limits.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::Body as _;
use poolhouse_api::ErrorCode;
use tokio::time::{Instant, timeout_at};

use super::api;
use super::room::{Budget, Room};
use poolhouse_config::settings::BodyLimits;
use poolhouse_pool::base::error::ApiError;

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is, or says it is, larger than the limit.
    TooLarge(usize),
    /// It did not arrive in time.
    TooSlow,
    /// The connection broke off, or the body is not what its framing says.
    Broken,
    /// Other bodies take all the room.
    NoRoom,
    /// It is compressed or coded in another way, which nothing here reads.
    Coded,
}

/// Reads bodies within limits that all of them share.
#[derive(Debug)]
pub(super) struct Bodies {
    limits: BodyLimits,
    budget: Budget,
}

impl Bodies {
    /// Within these limits.
    pub fn new(limits: BodyLimits) -> Bodies {
        Bodies {
            budget: Budget::new(limits.together),
            limits,
        }
    }

    /// Reads the whole body of a sender who has shown a secret.
    pub async fn read_large(&self, headers: &HeaderMap, body: Body) -> Result<(Bytes, Room), Refusal> {
        check_coding(headers)?;
        self.read(body, self.limits.signed).await
    }

    /// Reads the whole body of any sender; `may_be_large` is asked only for one that small bodies' limit does not take.
    pub async fn read_any(
        &self,
        headers: &HeaderMap,
        body: Body,
        may_be_large: impl Future<Output = bool>,
    ) -> Result<(Bytes, Room), Refusal> {
        check_coding(headers)?;
        let unsigned = self.limits.unsigned;
        let is_small = body
            .size_hint()
            .upper()
            .is_some_and(|upper| upper <= unsigned as u64);
        let most = if !is_small && may_be_large.await {
            self.limits.signed
        } else {
            unsigned
        };
        self.read(body, most).await
    }

    /// Reads a body of at most so many bytes. One that announces more is refused before any of it is read.
    async fn read(&self, mut body: Body, most: usize) -> Result<(Bytes, Room), Refusal> {
        if body.size_hint().lower() > most as u64 {
            return Err(Refusal::TooLarge(most));
        }
        let ends = Instant::now() + self.limits.time;
        let mut read = BytesMut::new();
        let mut room = self.budget.room();
        loop {
            let frame = match timeout_at(ends, body.frame()).await {
                Err(_) => return Err(Refusal::TooSlow),
                Ok(Some(Err(_))) => return Err(Refusal::Broken),
                Ok(Some(Ok(frame))) => frame,
                Ok(None) => return Ok((read.freeze(), room)),
            };
            // Trailers are legal and mean nothing here.
            let Ok(data) = frame.into_data() else { continue };
            let length = read.len() + data.len();
            if length > most {
                return Err(Refusal::TooLarge(most));
            }
            if !self.budget.grow(&mut room, length) {
                return Err(Refusal::NoRoom);
            }
            if read.is_empty() && body.is_end_stream() {
                return Ok((data, room));
            }
            read.extend_from_slice(&data);
        }
    }
}

/// Checks that the body is what its bytes say, but for being sent in chunks. To read what is coded as if it were not would make of a
/// request something else than what a proxy in front has seen.
fn check_coding(headers: &HeaderMap) -> Result<(), Refusal> {
    let only = |name: HeaderName, plain: &str| {
        let mut values = headers.get_all(name).iter();
        values.all(|value| value.as_bytes().eq_ignore_ascii_case(plain.as_bytes()))
    };
    match only(header::CONTENT_ENCODING, "identity") && only(header::TRANSFER_ENCODING, "chunked") {
        true => Ok(()),
        false => Err(Refusal::Coded),
    }
}

impl Refusal {
    /// The API's envelope for it. The rest of the body is not waited for, so the connection ends with the answer.
    pub fn into_response(self) -> Response<Bytes> {
        let serialization = |text: String| ApiError::new(ErrorCode::SerializationException, text);
        let (status, error) = match self {
            Refusal::TooLarge(bytes) => (
                StatusCode::PAYLOAD_TOO_LARGE,
                serialization(format!("The request body is larger than {bytes} bytes.")),
            ),
            Refusal::TooSlow => (
                StatusCode::REQUEST_TIMEOUT,
                serialization("The request body did not arrive in time.".to_owned()),
            ),
            Refusal::Broken => (
                StatusCode::BAD_REQUEST,
                serialization("The request body broke off.".to_owned()),
            ),
            Refusal::Coded => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                serialization("The request body must not be compressed or coded.".to_owned()),
            ),
            Refusal::NoRoom => (
                StatusCode::SERVICE_UNAVAILABLE,
                ApiError::unavailable("other bodies take all the room"),
            ),
        };
        let mut response = api::failure(&error);
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(api::CONTENT_TYPE));
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        response
    }
}
