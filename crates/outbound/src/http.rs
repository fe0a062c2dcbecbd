//! One HTTP/1.1 connection.

use std::error::Error;
use std::fmt;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{HeaderMap, Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::tls::TlsSource;

/// Largest answer in octets: an event has at most 6 MiB, and the host may add a little.
const MAX_BODY: usize = 7 << 20;

/// Where to connect: scheme, host and port of a URL without a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    tls: bool,
    host: String,
    port: u16,
    /// What the `Host` header says: the port only if it is not the scheme's own.
    authority: String,
}

impl Endpoint {
    /// Reads `http://host[:port]` or `https://host[:port]`. A path, a query or credentials are no part of an endpoint.
    pub fn parse(url: &str) -> Option<Self> {
        let uri: Uri = url.trim().parse().ok()?;
        let tls = match uri.scheme_str()? {
            "http" => false,
            "https" => true,
            _ => return None,
        };
        let authority = uri.authority()?.as_str().to_owned();
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() || authority.contains('@') {
            return None;
        }
        let host = uri
            .host()?
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned();
        let port = uri.port_u16().unwrap_or(if tls { 443 } else { 80 });
        Some(Self {
            tls,
            host,
            port,
            authority,
        })
    }

    /// The endpoint that AWS gives a service in a region. `None` if no host can be called that.
    pub fn of_service(service: &str, region: &str) -> Option<Self> {
        let suffix = match region.starts_with("cn-") {
            true => "amazonaws.com.cn",
            false => "amazonaws.com",
        };
        Self::parse(&format!("https://{service}.{region}.{suffix}"))
    }

    /// What the `Host` header says.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The host's name or address, without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether the connection is by TLS.
    pub fn is_tls(&self) -> bool {
        self.tls
    }
}

/// The URL.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.authority)
    }
}

/// An answer, its body whole.
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, at most 7 MiB.
    pub body: Bytes,
}

impl Answer {
    /// A header's value, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// An open connection. It carries one request at a time and is kept alive between them. A request that is dropped
/// half-way closes it.
pub struct Connection(SendRequest<Full<Bytes>>);

impl Connection {
    /// Connects, and does the TLS handshake if the endpoint asks for one.
    pub async fn open(endpoint: &Endpoint, tls: &TlsSource) -> Result<Self, HttpError> {
        let tcp = TcpStream::connect((endpoint.host.as_str(), endpoint.port))
            .await
            .map_err(HttpError::Connect)?;
        tcp.set_nodelay(true).map_err(HttpError::Connect)?;
        if !endpoint.tls {
            return Self::over(tcp).await;
        }
        let config = tls.config().map_err(HttpError::Tls)?;
        let name = ServerName::try_from(endpoint.host.clone()).map_err(|_| HttpError::Name)?;
        Self::over(
            TlsConnector::from(config)
                .connect(name, tcp)
                .await
                .map_err(HttpError::Connect)?,
        )
        .await
    }

    async fn over<S>(stream: S) -> Result<Self, HttpError>
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin + 'static,
    {
        let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(HttpError::Http)?;
        // The task ends with the sender. What ends it early comes back from the request that notices.
        tokio::spawn(connection);
        Ok(Self(sender))
    }

    /// Whether another request can go over it.
    pub fn is_open(&self) -> bool {
        !self.0.is_closed()
    }

    /// One request and its whole answer.
    pub async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<Answer, HttpError> {
        self.0.ready().await.map_err(HttpError::Http)?;
        let (head, body) = self
            .0
            .send_request(request)
            .await
            .map_err(HttpError::Http)?
            .into_parts();
        let body = Limited::new(body, MAX_BODY)
            .collect()
            .await
            .map_err(HttpError::Body)?
            .to_bytes();
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            body,
        })
    }
}

/// A POST of form fields, as `application/x-www-form-urlencoded`.
///
/// # Errors
/// A path or a host that cannot be written.
pub fn form(
    endpoint: &Endpoint,
    path: &str,
    fields: &[(&str, String)],
) -> Result<Request<Full<Bytes>>, HttpError> {
    let pair = |(name, value): &(&str, String)| format!("{}={}", form_encoded(name), form_encoded(value));
    let body = fields.iter().map(pair).collect::<Vec<_>>().join("&");
    Request::post(path)
        .header("host", endpoint.authority())
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept", "application/json")
        .body(Full::from(body))
        .map_err(HttpError::Request)
}

fn form_encoded(text: &str) -> String {
    text.bytes()
        .fold(String::with_capacity(text.len()), |mut encoded, byte| {
            match byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                true => encoded.push(char::from(byte)),
                false => encoded.push_str(&format!("%{byte:02X}")),
            }
            encoded
        })
}

/// Why there is no answer. No variant carries what was sent.
#[derive(Debug)]
pub enum HttpError {
    /// DNS, TCP or the TLS handshake.
    Connect(std::io::Error),
    /// TLS could not be set up.
    Tls(rustls::Error),
    /// The host is no name that a certificate can carry.
    Name,
    /// The request could not be written: a header that is none.
    Request(hyper::http::Error),
    /// The connection broke, or what came is not HTTP.
    Http(hyper::Error),
    /// The body broke off or is too large.
    Body(Box<dyn Error + Send + Sync>),
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect(_) => "no connection",
            Self::Tls(_) => "TLS could not be set up",
            Self::Name => "the host's name cannot be checked against a certificate",
            Self::Request(_) => "the request could not be written",
            Self::Http(_) => "the HTTP exchange failed",
            Self::Body(_) => "the answer's body broke off or is too large",
        })
    }
}

impl Error for HttpError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Connect(source) => Some(source),
            Self::Tls(source) => Some(source),
            Self::Name => None,
            Self::Request(source) => Some(source),
            Self::Http(source) => Some(source),
            Self::Body(source) => Some(&**source),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_scheme_host_and_port() {
        let read = |url| Endpoint::parse(url).map(|e| (e.tls, e.host, e.port, e.authority));
        let expected =
            |tls, host: &str, port, authority: &str| Some((tls, host.to_owned(), port, authority.to_owned()));
        assert_eq!(
            read("http://127.0.0.1:9229"),
            expected(false, "127.0.0.1", 9229, "127.0.0.1:9229")
        );
        assert_eq!(
            read("https://idp.example/"),
            expected(true, "idp.example", 443, "idp.example")
        );
        assert_eq!(read("http://[::1]:80"), expected(false, "::1", 80, "[::1]:80"));
        for url in [
            "",
            "idp.example",
            "ftp://idp.example",
            "http://idp.example/path",
            "http://a@idp.example",
            "http:///",
        ] {
            assert_eq!(Endpoint::parse(url), None, "{url}");
        }
    }
}
