//! A request, and the names that its signature uses.

use std::fmt;

/// An HTTP request, as far as it is signed.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// `GET`, `POST`, …
    pub method: &'a str,
    /// The path as in the request line.
    pub path: &'a str,
    /// What follows the `?` in the request line, or nothing.
    pub query: &'a str,
    /// Names in any case, values as sent, in the order sent. `host` must be among them.
    pub headers: &'a [(&'a str, &'a str)],
    /// The whole body.
    pub body: &'a [u8],
}

impl<'a> Request<'a> {
    /// The values of a header, in the order sent. `name` is in lower case.
    pub(crate) fn values(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(other, _)| other.eq_ignore_ascii_case(name))
            .map(|&(_, value)| value)
    }
}

/// Headers and body may hold secrets and are left out.
impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// The algorithm's name in the `Authorization` header and in what is signed.
pub(crate) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// The last element of every scope.
pub(crate) const TERMINATOR: &str = "aws4_request";
