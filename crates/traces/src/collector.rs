//! The collector, and how it is reached.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue};
use hyper::{Request, Response};
use opentelemetry_http::{HttpClient, HttpError};
use poolhouse_outbound::TlsSource;
use poolhouse_outbound::http::{Connection, Endpoint};
use tokio::runtime::Handle;
use tokio::time::timeout;

/// How long a collector may take for one batch.
const PATIENCE: Duration = Duration::from_secs(10);
/// Where OTLP has spans, below the collector's own path.
const SPANS: &str = "/v1/traces";

/// Where spans go.
#[derive(Clone, PartialEq, Eq)]
pub struct Destination {
    endpoint: Endpoint,
    path: String,
    authorization: Option<HeaderValue>,
}

impl Destination {
    /// Reads `http://host[:port][/path]` or `https://…`, to which OTLP's own path is added, and the header that lets us in. `None` for
    /// anything else.
    pub fn parse(url: &str, authorization: Option<&str>) -> Option<Destination> {
        let (scheme, rest) = url.split_once("://")?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let is_path = path
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"?#".contains(&byte));
        let authorization = authorization.map(HeaderValue::from_str).transpose().ok()?;
        Some(Destination {
            endpoint: Endpoint::parse(&format!("{scheme}://{authority}"))?,
            path: is_path.then(|| format!("{}{SPANS}", path.trim_end_matches('/')))?,
            authorization: authorization.map(|mut value| {
                value.set_sensitive(true);
                value
            }),
        })
    }

    /// The whole URL.
    pub(crate) fn url(&self) -> String {
        format!("{}{}", self.endpoint, self.path)
    }
}

/// Without what lets us in.
impl fmt::Debug for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Destination").field(&self.url()).finish()
    }
}

/// A client of OTLP's exporter, which works on a thread without a runtime.
pub(crate) struct Collector {
    to: Destination,
    tls: TlsSource,
    runtime: Handle,
}

impl Collector {
    pub(crate) fn new(to: Destination, tls: TlsSource, runtime: Handle) -> Collector {
        Collector { to, tls, runtime }
    }
}

impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to.fmt(f)
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (to, tls) = (self.to.clone(), self.tls.clone());
        let posted = self
            .runtime
            .spawn(async move { timeout(PATIENCE, post(&to, &tls, request)).await });
        posted.await??
    }
}

/// One connection for each batch: there is one in five seconds.
async fn post(
    to: &Destination,
    tls: &TlsSource,
    request: Request<Bytes>,
) -> Result<Response<Bytes>, HttpError> {
    let (head, body) = request.into_parts();
    let mut request = Request::post(&to.path).header(HOST, to.endpoint.authority());
    if let Some(kind) = head.headers.get(CONTENT_TYPE) {
        request = request.header(CONTENT_TYPE, kind);
    }
    if let Some(authorization) = &to.authorization {
        request = request.header(AUTHORIZATION, authorization);
    }
    let mut connection = Connection::open(&to.endpoint, tls).await?;
    let answer = connection.send(request.body(body.into())?).await?;
    let mut response = Response::new(answer.body);
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collector_has_a_url_and_is_shown_without_what_lets_us_in() {
        for (url, whole) in [
            ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
            ("http://127.0.0.1:4318/", "http://127.0.0.1:4318/v1/traces"),
            (
                "https://otlp.example.com/otlp",
                "https://otlp.example.com/otlp/v1/traces",
            ),
        ] {
            let to = Destination::parse(url, Some("Basic c2VjcmV0")).unwrap();
            assert_eq!(to.url(), whole);
            assert_eq!(format!("{to:?}"), format!("Destination({whole:?})"));
        }
        for url in [
            "127.0.0.1:4318",
            "grpc://h:4317",
            "http://u:p@h",
            "http://h/a b",
            "http://h/?x=1",
        ] {
            assert_eq!(Destination::parse(url, None), None, "{url}");
        }
        assert_eq!(Destination::parse("http://h", Some("two\nlines")), None);
    }
}
