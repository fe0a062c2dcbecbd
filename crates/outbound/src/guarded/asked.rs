//! What is asked of another server, and what it answers.

use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use hyper::HeaderMap;

/// A future in a box.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What is asked of another server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked<'a> {
    /// The URL.
    pub url: &'a str,
    /// Headers beside those that every request has.
    pub headers: Vec<(&'static str, String)>,
    /// The form of a POST; without one it is a GET.
    pub form: Option<String>,
}

impl<'a> Asked<'a> {
    /// A GET of this URL.
    pub fn get(url: &'a str) -> Asked<'a> {
        Asked {
            url,
            ..Asked::default()
        }
    }

    /// A POST of a form to this URL.
    pub fn post(url: &'a str, form: String) -> Asked<'a> {
        Asked {
            url,
            form: Some(form),
            ..Asked::default()
        }
    }

    /// The same with a header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: String) -> Asked<'a> {
        self.headers.push((name, value));
        self
    }
}

/// What an answer may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long it may take from the name's resolution to the last byte.
    pub wait: Duration,
    /// Bytes of its body.
    pub bytes: usize,
}

/// An answer, whatever its status but a redirect.
#[derive(Clone, Debug, Default)]
pub struct Fetched {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, whole.
    pub body: Bytes,
}

impl Fetched {
    /// A header's value, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Whether the body says that it is JSON.
    pub fn is_json(&self) -> bool {
        let kind = self.header("content-type").unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        kind.eq_ignore_ascii_case("application/json")
            || (kind.starts_with("application/") && kind.ends_with("+json"))
    }
}
