//! What the server answered, with the questions that tests ask of it.

use axum::http::{HeaderMap, Response};
use bytes::Bytes;
use serde_json::Value;

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as JSON; `null` where it is empty or something else.
    pub body: Value,
    /// The body as it came.
    pub text: String,
}

impl Answer {
    /// An answer from its parts.
    pub fn new(response: Response<Bytes>) -> Answer {
        let (parts, body) = response.into_parts();
        let text = String::from_utf8_lossy(&body).into_owned();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: serde_json::from_str(&text).unwrap_or(Value::Null),
            text,
        }
    }

    /// A header's value, or the empty text.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The body of a success.
    ///
    /// # Panics
    /// If it is none; the answer is shown.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert_eq!(self.status, 200, "a success was expected: {}", self.text);
        self.body
    }

    /// Asserts that it is this error with exactly this sentence, in the body and in the headers.
    ///
    /// # Panics
    /// If it is not.
    #[track_caller]
    pub fn assert_error(&self, name: &str, message: &str) {
        let said = self
            .body
            .get("message")
            .or_else(|| self.body.get("Message"))
            .and_then(Value::as_str);
        let kind = self.body.get("__type").and_then(Value::as_str);
        assert_eq!(
            (kind, said.unwrap_or_default()),
            (Some(name), message),
            "HTTP {}: {}",
            self.status,
            self.text
        );
        assert_eq!(self.header("x-amzn-errortype"), format!("{name}:"));
        let expected = if name.starts_with("Internal") { 500 } else { 400 };
        assert_eq!(self.status, expected);
    }
}

impl std::ops::Index<&str> for Answer {
    type Output = Value;

    fn index(&self, member: &str) -> &Value {
        &self.body[member]
    }
}
