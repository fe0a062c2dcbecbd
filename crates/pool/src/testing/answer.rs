//! What the server answered, with the questions that tests ask of it.

use serde_json::{Value, json};

use crate::base::error::ApiError;

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers, by lower-case name. None where no HTTP was spoken.
    pub headers: Vec<(String, String)>,
    /// The body as JSON; `null` where it is empty or something else.
    pub body: Value,
    /// The body as it came.
    pub text: String,
}

impl Answer {
    /// An answer that came by HTTP.
    pub fn new(status: u16, headers: Vec<(String, String)>, body: &[u8]) -> Answer {
        let text = String::from_utf8_lossy(body).into_owned();
        Answer {
            status,
            headers,
            body: serde_json::from_str(&text).unwrap_or(Value::Null),
            text,
        }
    }

    /// An answer without HTTP around it.
    pub(super) fn of(status: u16, body: Value) -> Answer {
        Answer {
            status,
            headers: Vec::new(),
            text: if body.is_null() {
                String::new()
            } else {
                body.to_string()
            },
            body,
        }
    }

    /// An operation's error.
    pub(super) fn refused(error: &ApiError) -> Answer {
        let mut body = json!({ "__type": error.code.name() });
        if !error.message.is_empty() {
            body[error.code.message_member()] = Value::from(error.message.as_str());
        }
        Answer::of(error.status(), body)
    }

    /// A header's value, or the empty text.
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(held, _)| held == name);
        found.map_or("", |(_, value)| value)
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

    /// Asserts that it is this error with exactly this sentence, in the body and, by HTTP, in the headers.
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
        if !self.headers.is_empty() {
            assert_eq!(self.header("x-amzn-errortype"), format!("{name}:"));
        }
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
