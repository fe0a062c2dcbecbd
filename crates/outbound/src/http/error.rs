//! Why there is no answer.

use std::error::Error;
use std::fmt;
use std::io::ErrorKind;

/// Why there is no answer. No variant carries what was sent.
#[derive(Debug)]
pub enum HttpError {
    /// The host's name has no address.
    Resolve(std::io::Error),
    /// TCP: refused, unroutable, or broken.
    Connect(std::io::Error),
    /// The TLS handshake.
    Handshake(std::io::Error),
    /// TLS could not be set up.
    Tls(rustls::Error),
    /// The host is no name that a certificate can carry.
    Name,
    /// The proxy cannot be reached.
    Proxy(Box<HttpError>),
    /// The proxy opens no way to the host: its HTTP status.
    ProxyRefused(u16),
    /// The request could not be written: an invalid header.
    Request(hyper::http::Error),
    /// The connection broke, or what came is not HTTP.
    Http(hyper::Error),
    /// The body broke off or is too large.
    Body(Box<dyn Error + Send + Sync>),
}

impl HttpError {
    /// Whether the host said that nothing listens there.
    pub fn is_refused(&self) -> bool {
        matches!(self, Self::Connect(error) if error.kind() == ErrorKind::ConnectionRefused)
    }

    /// Whether no route leads to the host.
    pub fn is_unroutable(&self) -> bool {
        use ErrorKind::{HostUnreachable, NetworkUnreachable};
        matches!(self, Self::Connect(error) if matches!(error.kind(), HostUnreachable | NetworkUnreachable))
    }

    /// Whether it is certain that the other side got no request.
    pub fn is_before_the_request(&self) -> bool {
        !matches!(self, Self::Http(_) | Self::Body(_))
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resolve(_) => f.write_str("the host's name has no address"),
            Self::Connect(_) if self.is_refused() => f.write_str("nothing listens there"),
            Self::Connect(_) if self.is_unroutable() => f.write_str("no route leads there"),
            Self::Connect(_) => f.write_str("no connection"),
            Self::Handshake(_) => f.write_str("the TLS handshake failed"),
            Self::Tls(_) => f.write_str("TLS could not be set up"),
            Self::Name => f.write_str("the host's name cannot be checked against a certificate"),
            Self::Proxy(_) => f.write_str("the proxy cannot be reached"),
            Self::ProxyRefused(status) => write!(f, "the proxy opens no way there (HTTP {status})"),
            Self::Request(_) => f.write_str("the request could not be written"),
            Self::Http(_) => f.write_str("the HTTP exchange failed"),
            Self::Body(_) => f.write_str("the answer's body broke off or is too large"),
        }
    }
}

impl Error for HttpError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Resolve(source) | Self::Connect(source) | Self::Handshake(source) => Some(source),
            Self::Tls(source) => Some(source),
            Self::Name | Self::ProxyRefused(_) => None,
            Self::Proxy(source) => Some(&**source),
            Self::Request(source) => Some(source),
            Self::Http(source) => Some(source),
            Self::Body(source) => Some(&**source),
        }
    }
}
