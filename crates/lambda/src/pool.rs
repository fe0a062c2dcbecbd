//! Calls back to the user pool, signed by hand: the ledger's attribute, read and written.

use std::error::Error;
use std::fmt;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Method, Request};
use poolhouse_mail::smtp::TlsSource;
use poolhouse_sigv4 as sigv4;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use crate::edge::Clock;
use crate::http::{Answer, Connection, HttpError};
use crate::settings::PoolSettings;

const SERVICE: &str = "cognito-idp";
const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

/// The user pool service, as far as the functions call it.
pub(crate) struct UserPools {
    settings: PoolSettings,
    tls: TlsSource,
    clock: Clock,
}

impl UserPools {
    pub(crate) fn new(settings: PoolSettings, tls: TlsSource, clock: Clock) -> Self {
        Self { settings, tls, clock }
    }

    /// The user that an event is about; `None` if it names none.
    pub(crate) fn account<'a>(&'a self, event: &'a Value, attribute: &'a str) -> Option<Account<'a>> {
        let text = |name: &str| {
            event
                .get(name)
                .and_then(Value::as_str)
                .filter(|text| !text.is_empty())
        };
        let (pool_id, user_name) = (text("userPoolId")?, text("userName")?);
        Some(Account {
            pools: self,
            pool_id,
            user_name,
            attribute,
            connection: None,
        })
    }
}

/// One attribute of one user, reached over one connection that lives as long as the call. A connection is not kept from
/// one call to the next: between them the function may be frozen, and a connection that died meanwhile costs its whole
/// deadline to notice.
pub(crate) struct Account<'a> {
    pools: &'a UserPools,
    pool_id: &'a str,
    user_name: &'a str,
    attribute: &'a str,
    connection: Option<Connection>,
}

impl Account<'_> {
    /// The attribute as it is now; `None` if the user has none, or does not exist.
    pub(crate) async fn read(&mut self, by: Instant) -> Result<Option<String>, PoolError> {
        let body = json!({ "UserPoolId": self.pool_id, "Username": self.user_name });
        let user = match self.call("AdminGetUser", &body, by).await {
            Ok(user) => user,
            Err(PoolError::Refused { error, .. }) if error == "UserNotFoundException" => return Ok(None),
            Err(error) => return Err(error),
        };
        let attributes = user
            .get("UserAttributes")
            .and_then(Value::as_array)
            .ok_or(PoolError::Answer)?;
        let ours = attributes
            .iter()
            .find(|entry| entry.get("Name").and_then(Value::as_str) == Some(self.attribute));
        Ok(ours
            .and_then(|entry| entry.get("Value"))
            .and_then(Value::as_str)
            .map(str::to_owned))
    }

    /// Sets the attribute. An empty value removes it.
    pub(crate) async fn write(&mut self, value: &str, by: Instant) -> Result<(), PoolError> {
        let body = json!({
            "UserPoolId": self.pool_id,
            "Username": self.user_name,
            "UserAttributes": [{ "Name": self.attribute, "Value": value }],
        });
        self.call("AdminUpdateUserAttributes", &body, by).await.map(drop)
    }

    async fn call(&mut self, operation: &str, body: &Value, by: Instant) -> Result<Value, PoolError> {
        let request = self.pools.signed(operation, body.to_string())?;
        let exchange = async {
            let mut connection = match self.connection.take().filter(Connection::is_open) {
                Some(kept) => kept,
                None => Connection::open(&self.pools.settings.endpoint, &self.pools.tls).await?,
            };
            let answer = connection.send(request).await?;
            self.connection = Some(connection);
            Ok(answer)
        };
        let answer = timeout_at(by, exchange)
            .await
            .map_err(|_| PoolError::Deadline)?
            .map_err(PoolError::Http)?;
        match answer.status.is_success() {
            true => serde_json::from_slice(&answer.body).map_err(|_| PoolError::Answer),
            false => Err(PoolError::Refused {
                status: answer.status.as_u16(),
                error: error_name(&answer),
            }),
        }
    }
}

impl UserPools {
    fn signed(&self, operation: &str, body: String) -> Result<Request<Full<Bytes>>, PoolError> {
        let settings = &self.settings;
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        let headers = [
            ("host", settings.endpoint.authority()),
            ("content-type", CONTENT_TYPE),
            ("x-amz-target", target.as_str()),
        ];
        let to_sign = sigv4::Request {
            method: "POST",
            path: "/",
            query: "",
            headers: &headers,
            body: body.as_bytes(),
        };
        let credentials = sigv4::Credentials {
            access_key_id: &settings.access_key_id,
            secret: &settings.secret,
            session_token: settings.session_token.as_deref(),
        };
        let date = sigv4::amz_date(i64::try_from((self.clock)().as_secs()).unwrap_or(i64::MAX));
        let added = sigv4::sign(&to_sign, &credentials, &settings.region, SERVICE, &date);
        let mut request = Request::builder().method(Method::POST).uri("/");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        for (name, value) in added {
            request = request.header(name, value);
        }
        request
            .body(Full::from(body))
            .map_err(|error| PoolError::Http(HttpError::Request(error)))
    }
}

/// The error's name without its namespace and its URL, letters only: it goes into the log.
fn error_name(answer: &Answer) -> String {
    let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
    let named = body
        .as_ref()
        .and_then(|body| body.get("__type"))
        .and_then(Value::as_str);
    let named = named
        .or_else(|| answer.header("x-amzn-errortype"))
        .unwrap_or_default();
    let bare = named
        .rsplit('#')
        .next()
        .unwrap_or_default()
        .split(':')
        .next()
        .unwrap_or_default();
    bare.chars()
        .filter(char::is_ascii_alphanumeric)
        .take(64)
        .collect()
}

/// Why the attribute could not be read or written.
#[derive(Debug)]
pub(crate) enum PoolError {
    /// Not in time.
    Deadline,
    /// No answer.
    Http(HttpError),
    /// A refusal of the service.
    Refused {
        /// The HTTP status.
        status: u16,
        /// The error's name.
        error: String,
    },
    /// An answer that is not the operation's.
    Answer,
}

impl fmt::Display for PoolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deadline => f.write_str("the user pool did not answer in time"),
            Self::Http(_) => f.write_str("the user pool could not be reached"),
            Self::Refused { status, error } => write!(f, "the user pool refused with {status} {error}"),
            Self::Answer => f.write_str("the user pool's answer is not the operation's"),
        }
    }
}

impl Error for PoolError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Http(source) => Some(source),
            _ => None,
        }
    }
}
