//! Text messages, by a gateway of the operator's: one POST of JSON for each.
//!
//! There is no protocol that all providers speak, so this is the least that one can be adapted to: `to`, `text` and `id`, and
//! an answer of 2xx for a message that was taken.

use std::fmt;

use poolhouse_outbound::TlsSource;
use poolhouse_outbound::http::{Connection, Endpoint, json_post};
use serde_json::json;

use crate::carrier::Taken;
use crate::deadlines::Deadlines;
use crate::error::{Phase, Problem, SendError};
use crate::ses::problem;
use crate::words;

/// Characters of a refusal that are kept.
const KEPT: usize = 200;

/// Where messages go. `Debug` does not show the token.
#[derive(Clone, PartialEq, Eq)]
pub struct Gateway {
    endpoint: Endpoint,
    path: String,
    token: Option<String>,
}

/// A message.
#[derive(Clone, PartialEq, Eq)]
pub struct Sms {
    /// The number, `+` and digits.
    pub to: String,
    /// What it says.
    pub text: String,
    /// The same for copies of one message, so that a gateway can drop a second one.
    pub id: String,
}

impl Gateway {
    /// Reads `https://host[:port][/path]`, or `http://` for a gateway on the machine or a private network. The token stands
    /// in `Authorization`, and is no part of the URL. `None` for anything else.
    pub fn parse(url: &str, token: Option<String>) -> Option<Self> {
        let (scheme, rest) = url.trim().split_once("://")?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let endpoint = Endpoint::parse(&format!("{scheme}://{authority}"))?;
        let is_path = path.bytes().all(|b| b.is_ascii_graphic() && b != b'#');
        let is_token = |token: &String| !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic());
        let is_usable = is_path && token.as_ref().is_none_or(is_token);
        is_usable.then(|| Self {
            endpoint,
            path: if path.is_empty() { "/" } else { path }.to_owned(),
            token,
        })
    }

    /// Hands a message over, within the deadlines.
    ///
    /// # Errors
    /// Where nobody answers, or the answer is not 2xx.
    pub async fn send(&self, sms: &Sms, tls: &TlsSource, deadlines: &Deadlines) -> Result<Taken, SendError> {
        let clock = deadlines.start();
        let connect = async { Connection::open(&self.endpoint, tls).await.map_err(problem) };
        let connected = clock.run(Phase::Connect, connect).await;
        let mut connection = connected.map_err(SendError::in_handshake)?;
        let body = json!({ "to": sms.to, "text": sms.text, "id": sms.id }).to_string();
        let request = json_post(&self.endpoint, &self.path, self.token.as_deref(), body);
        let request = request.map_err(|error| SendError::new(Phase::Check, problem(error)))?;
        let exchange = async { connection.send(request).await.map_err(problem) };
        let answer = clock.run(Phase::Request, exchange).await?;
        let status = answer.status.as_u16();
        if answer.status.is_success() {
            return Ok(Taken {
                code: Some(status),
                ..Taken::default()
            });
        }
        let said: String = String::from_utf8_lossy(&answer.body).chars().take(KEPT).collect();
        let rejected = Problem::Rejected {
            status,
            error: String::new(),
            words: words::masked(&said),
        };
        Err(SendError::new(Phase::Request, rejected))
    }
}

impl fmt::Display for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sms.{}", self.endpoint.authority())
    }
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateway_is_a_url_with_or_without_a_path_and_its_token_is_not_shown() {
        let read = |url: &str| Gateway::parse(url, Some("s3cret".to_owned()));
        let gateway = read("https://sms.example.com/v1/send?from=App").unwrap();
        assert_eq!(gateway.path, "/v1/send?from=App");
        assert_eq!(
            format!("{gateway} {gateway:?}"),
            "sms.sms.example.com sms.sms.example.com"
        );
        assert_eq!(read("http://127.0.0.1:8080").unwrap().path, "/");
        for other in [
            "sms.example.com",
            "ftp://sms.example.com",
            "https://user:pw@sms.example.com/",
            "https:///x",
            "https://sms.example.com/a b",
        ] {
            assert_eq!(read(other), None, "{other}");
        }
        for token in ["", "two words", "line\nbreak"] {
            assert_eq!(
                Gateway::parse("https://sms.example.com", Some(token.to_owned())),
                None
            );
        }
    }
}
