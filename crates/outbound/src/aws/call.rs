//! One call.

use bytes::Bytes;
use hyper::Method;
use serde_json::Value;

/// A request, as it goes over the wire but for its signature.
#[derive(Clone)]
pub struct Call {
    /// The method.
    pub method: Method,
    /// Percent-encoded.
    pub path: String,
    /// What follows the `?`, percent-encoded.
    pub query: String,
    /// Headers beside `host`.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Bytes,
}

impl Call {
    /// A POST of this content type.
    pub fn post(path: impl Into<String>, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self {
            method: Method::POST,
            path: path.into(),
            query: String::new(),
            headers: vec![("content-type", content_type.to_owned())],
            body: body.into(),
        }
    }

    /// A GET.
    pub fn get(path: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            path: path.into(),
            query: String::new(),
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    /// An operation of a JSON protocol, which `target` names as `X-Amz-Target` does.
    pub fn json(content_type: &str, target: impl Into<String>, body: &Value) -> Self {
        Self::post("/", content_type, body.to_string()).with("x-amz-target", target)
    }

    /// The same with a further header.
    #[must_use]
    pub fn with(mut self, header: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((header, value.into()));
        self
    }
}
