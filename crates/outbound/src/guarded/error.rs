//! Why nothing was fetched.

use std::error::Error;
use std::fmt;

/// Why nothing was fetched. Whoever named the address learns none of it; none of it says what the target answered.
#[derive(Debug)]
pub enum Unfetched {
    /// It is no URL.
    Url,
    /// It is not HTTPS.
    Scheme,
    /// It names no host, or one in a form that programs read in different ways.
    Host,
    /// It is another port than HTTPS has.
    Port,
    /// The host is at an address that is not public.
    Address,
    /// The host has no address.
    Resolve(std::io::Error),
    /// No connection.
    Connect(std::io::Error),
    /// TLS could not be set up.
    Tls(rustls::Error),
    /// The TLS handshake.
    Handshake(std::io::Error),
    /// The request could not be written.
    Request(hyper::http::Error),
    /// The connection broke, or what came is not HTTP.
    Http(hyper::Error),
    /// The answer leads elsewhere.
    Redirect,
    /// The body is compressed, which was not asked for.
    Encoded,
    /// The body broke off, or is larger than it may be.
    Body(Box<dyn Error + Send + Sync>),
    /// It took too long.
    TimedOut,
    /// The host is being asked by others.
    Busy,
    /// Nothing is fetched here.
    Off,
}

impl fmt::Display for Unfetched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Url => "the URL cannot be read",
            Self::Scheme => "the URL is not one of HTTPS",
            Self::Host => "the URL names no host that can be asked",
            Self::Port => "the URL names another port than 443",
            Self::Address => "the host is not at a public address",
            Self::Resolve(_) => "the host's name has no address",
            Self::Connect(_) => "no connection",
            Self::Tls(_) => "TLS could not be set up",
            Self::Handshake(_) => "the TLS handshake failed",
            Self::Request(_) => "the request could not be written",
            Self::Http(_) => "the HTTP exchange failed",
            Self::Redirect => "the answer leads elsewhere",
            Self::Encoded => "the answer is compressed",
            Self::Body(_) => "the answer's body broke off or is too large",
            Self::TimedOut => "the answer took too long",
            Self::Busy => "the host is being asked too often at a time",
            Self::Off => "nothing is fetched here",
        })
    }
}

impl Error for Unfetched {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Resolve(source) | Self::Connect(source) | Self::Handshake(source) => Some(source),
            Self::Tls(source) => Some(source),
            Self::Request(source) => Some(source),
            Self::Http(source) => Some(source),
            Self::Body(source) => Some(&**source),
            _ => None,
        }
    }
}
