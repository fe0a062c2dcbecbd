//! Access tokens for relays that take no passwords: an OAuth 2.0 grant (RFC 6749), asked again before the token ends.

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use poolhouse_outbound::TlsSource;
use poolhouse_outbound::http::{Answer, Connection, Endpoint, form_post};
use serde_json::Value;
use tokio::time::Instant;

use crate::error::Problem;

/// A token is no longer used when it has so long to live: a conversation must not outlast it.
const MARGIN: Duration = Duration::from_secs(60);
/// How long a token lives whose answer does not say: Microsoft's and Google's live an hour.
const UNSAID_LIFE_S: u64 = 300;

/// Gives access tokens. Clones share what they hold.
#[derive(Clone)]
pub struct TokenSource(Arc<Inner>);

struct Inner {
    grant: Grant,
    held: Mutex<Option<Held>>,
}

struct Held {
    token: String,
    until: Instant,
}

/// How a token is asked for.
struct Grant {
    endpoint: Endpoint,
    path: String,
    fields: Vec<(&'static str, String)>,
}

impl TokenSource {
    /// Reads the JSON that `?oauth=` names: `token_url`, `client_id`, and for client credentials `client_secret` and
    /// `scope`, for a mailbox that somebody has allowed `refresh_token` (and the other two if its issuer wants them).
    ///
    /// # Errors
    /// What is missing or cannot be used. No value is repeated.
    pub fn parse(json: &str) -> Result<Self, OAuthError> {
        let document: Value = serde_json::from_str(json).map_err(|_| OAuthError::Json)?;
        let text = |name: &str| {
            let value = document
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .trim();
            Some(value.to_owned()).filter(|value| !value.is_empty())
        };
        let url = text("token_url").ok_or(OAuthError::Missing("token_url"))?;
        let (endpoint, path) = token_url(&url).ok_or(OAuthError::Url)?;
        let client_id = text("client_id").ok_or(OAuthError::Missing("client_id"))?;
        let (secret, scope) = (text("client_secret"), text("scope"));
        let mut fields = vec![("client_id", client_id)];
        match text("refresh_token") {
            Some(token) => fields.extend([
                ("grant_type", "refresh_token".to_owned()),
                ("refresh_token", token),
            ]),
            None => {
                fields.push(("grant_type", "client_credentials".to_owned()));
                secret.as_ref().ok_or(OAuthError::Missing("client_secret"))?;
                scope.as_ref().ok_or(OAuthError::Missing("scope"))?;
            }
        }
        fields.extend(secret.map(|secret| ("client_secret", secret)));
        fields.extend(scope.map(|scope| ("scope", scope)));
        Ok(Self(Arc::new(Inner {
            grant: Grant {
                endpoint,
                path,
                fields,
            },
            held: Mutex::new(None),
        })))
    }

    /// A token that lives for another minute at least.
    pub(crate) async fn token(&self, tls: &TlsSource) -> Result<String, Problem> {
        let held = self.held().as_ref().map(|held| (held.token.clone(), held.until));
        if let Some((token, until)) = held
            && until > Instant::now()
        {
            return Ok(token);
        }
        let answer = self.ask(tls).await?;
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let token = body.get("access_token").and_then(Value::as_str);
        let token = token.filter(|token| answer.status.is_success() && is_token(token));
        let Some(token) = token else {
            let error = body.get("error").and_then(Value::as_str).unwrap_or_default();
            return Err(Problem::Rejected {
                status: if answer.status.is_success() {
                    502
                } else {
                    answer.status.as_u16()
                },
                error: error
                    .chars()
                    .filter(|c| c.is_ascii_alphanumeric() || *c == '_')
                    .take(64)
                    .collect(),
                words: crate::words::masked(
                    body.get("error_description")
                        .and_then(Value::as_str)
                        .unwrap_or_default(),
                ),
            });
        };
        let life = body.get("expires_in").and_then(seconds).unwrap_or(UNSAID_LIFE_S);
        *self.held() = Some(Held {
            token: token.to_owned(),
            until: Instant::now() + Duration::from_secs(life).saturating_sub(MARGIN),
        });
        Ok(token.to_owned())
    }

    /// Drops the token that is held.
    pub(crate) fn forget(&self) {
        *self.held() = None;
    }

    async fn ask(&self, tls: &TlsSource) -> Result<Answer, Problem> {
        let Grant {
            endpoint,
            path,
            fields,
        } = &self.0.grant;
        let failed = |error| Problem::Io(io::Error::other(error));
        let mut connection = Connection::open(endpoint, tls).await.map_err(failed)?;
        let request = form_post(endpoint, path, fields).map_err(failed)?;
        connection.send(request).await.map_err(failed)
    }

    fn held(&self) -> MutexGuard<'_, Option<Held>> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `expires_in` as a number, or as the text that some issuers make of it.
fn seconds(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// What RFC 6750 allows, so that nothing in it can end the line it is sent on.
fn is_token(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic())
}

/// Endpoint and path. In the clear only on this machine: the request carries a secret.
fn token_url(url: &str) -> Option<(Endpoint, String)> {
    let (scheme, rest) = url.split_once("://")?;
    let at = rest.find('/').unwrap_or(rest.len());
    let endpoint = Endpoint::parse(&format!("{scheme}://{}", &rest[..at]))?;
    let local = matches!(endpoint.host(), "127.0.0.1" | "localhost" | "::1");
    let path = if at == rest.len() { "/" } else { &rest[at..] };
    (endpoint.is_tls() || local).then(|| (endpoint, path.to_owned()))
}

/// Shows where tokens come from, and no secret.
impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenSource({})", self.0.grant.endpoint)
    }
}

/// Two sources are the same if they share what they hold.
impl PartialEq for TokenSource {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for TokenSource {}

/// What is wrong with the description of a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OAuthError {
    /// Not a JSON object.
    Json,
    /// This member is missing or empty.
    Missing(&'static str),
    /// `token_url` is not an https URL.
    Url,
}

impl fmt::Display for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json => f.write_str("it is not JSON"),
            Self::Missing(name) => write!(f, "{name} is missing"),
            Self::Url => f.write_str("token_url is not an https URL"),
        }
    }
}

impl Error for OAuthError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_names_what_it_lacks_and_shows_no_secret() {
        let whole = r#"{"token_url": "https://login.example/t/oauth2/v2.0/token", "client_id": "c",
            "client_secret": "hunter2", "scope": "s"}"#;
        let source = TokenSource::parse(whole).unwrap();
        assert_eq!(format!("{source:?}"), "TokenSource(https://login.example)");
        assert_eq!(source.0.grant.path, "/t/oauth2/v2.0/token");
        for (json, error) in [
            ("[", OAuthError::Json),
            ("{}", OAuthError::Missing("token_url")),
            (
                r#"{"token_url": "https://a.example"}"#,
                OAuthError::Missing("client_id"),
            ),
            (
                r#"{"token_url": "http://a.example", "client_id": "c"}"#,
                OAuthError::Url,
            ),
            (
                r#"{"token_url": "https://a.example", "client_id": "c", "scope": "s"}"#,
                OAuthError::Missing("client_secret"),
            ),
            (
                r#"{"token_url": "https://a.example", "client_id": "c", "client_secret": "x"}"#,
                OAuthError::Missing("scope"),
            ),
        ] {
            assert_eq!(TokenSource::parse(json).unwrap_err(), error, "{json}");
        }
        let refreshed = r#"{"token_url": "https://a.example", "client_id": "c", "refresh_token": "r"}"#;
        assert!(TokenSource::parse(refreshed).is_ok());
    }
}
