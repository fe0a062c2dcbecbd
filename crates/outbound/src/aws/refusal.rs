//! What a service refuses, in its own words.

use serde_json::Value;

use super::xml;
use crate::http::Answer;

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The error's name without its namespace and its URL, letters and digits only: it goes into logs. Empty if there is
    /// none in the answer; then it may come from something else than the service.
    pub code: String,
    /// The service's sentence, which may repeat what was sent.
    pub message: String,
}

impl Refusal {
    /// Reads an answer that is no success. The JSON services name the error in a header or in the body, and spell
    /// `message` in both ways; STS answers in XML.
    pub fn of(answer: &Answer) -> Self {
        let text = String::from_utf8_lossy(&answer.body);
        let json: Option<Value> = serde_json::from_str(&text).ok();
        let member = |names: &[&str]| {
            let mut found = names
                .iter()
                .filter_map(|name| json.as_ref()?.get(*name)?.as_str());
            found.next().map(str::to_owned)
        };
        let code = answer
            .header("x-amzn-errortype")
            .map(str::to_owned)
            .or_else(|| member(&["__type", "code"]))
            .or_else(|| xml::text_of(&text, "Code"))
            .unwrap_or_default();
        let bare = code.rsplit('#').next().unwrap_or_default();
        let bare = bare.split(':').next().unwrap_or_default();
        let message = member(&["message", "Message"]).or_else(|| xml::text_of(&text, "Message"));
        let message = message.unwrap_or_default();
        Self {
            status: answer.status.as_u16(),
            code: bare
                .chars()
                .filter(char::is_ascii_alphanumeric)
                .take(64)
                .collect(),
            message: message.chars().filter(|c| !c.is_control()).take(1000).collect(),
        }
    }

    /// Whether the service only wants to be asked later.
    pub fn is_throttling(&self) -> bool {
        const CODES: [&str; 6] = [
            "Throttling",
            "ThrottlingException",
            "ThrottledException",
            "TooManyRequestsException",
            "RequestLimitExceeded",
            "SlowDown",
        ];
        self.status == 429 || CODES.contains(&self.code.as_str())
    }

    /// Whether the credentials are over, or unknown by now.
    pub fn is_about_credentials(&self) -> bool {
        const CODES: [&str; 4] = [
            "ExpiredToken",
            "ExpiredTokenException",
            "InvalidClientTokenId",
            "UnrecognizedClientException",
        ];
        CODES.contains(&self.code.as_str())
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use hyper::{HeaderMap, StatusCode};

    use super::*;

    fn read(status: u16, header: Option<&'static str>, body: &'static str) -> Refusal {
        let mut headers = HeaderMap::new();
        if let Some(value) = header {
            headers.insert("x-amzn-errortype", value.parse().unwrap());
        }
        Refusal::of(&Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers,
            body: Bytes::from_static(body.as_bytes()),
        })
    }

    #[test]
    fn an_error_is_read_however_it_is_spelled() {
        let message = "User pool a_b does not exist.";
        for (header, body) in [
            (
                None,
                r#"{"__type":"ResourceNotFoundException","message":"User pool a_b does not exist."}"#,
            ),
            (
                Some("ResourceNotFoundException:http://internal.amazon.com/"),
                r#"{"message":"User pool a_b does not exist."}"#,
            ),
            (
                None,
                r#"{"__type":"com.amazonaws#ResourceNotFoundException","Message":"User pool a_b does not exist."}"#,
            ),
            (
                None,
                "<Error><Code>ResourceNotFoundException</Code><Message>User pool a_b does not exist.</Message></Error>",
            ),
        ] {
            let expected = Refusal {
                status: 400,
                code: "ResourceNotFoundException".to_owned(),
                message: message.to_owned(),
            };
            assert_eq!(read(400, header, body), expected, "{body}");
        }
        assert_eq!(read(404, None, "<html>not here</html>").code, "");
        assert_eq!(read(500, None, r#"{"__type":"<>"}"#).code, "");
    }

    #[test]
    fn throttling_is_told_from_refusal() {
        let throttles = |status, body| read(status, None, body).is_throttling();
        assert!(throttles(400, r#"{"__type":"TooManyRequestsException"}"#));
        assert!(throttles(429, r#"{"__type":"Anything"}"#));
        assert!(!throttles(400, r#"{"__type":"LimitExceededException"}"#));
    }
}
