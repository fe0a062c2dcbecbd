//! A small client for the few calls that the tools make, signed by hand.

pub(crate) mod endpoint;
mod error;
mod functions;
mod mail;
mod tls;
mod tokens;
mod user_pools;
mod xml;

use std::error::Error;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Method, Request};
use poolhouse_outbound::TlsSource;
use poolhouse_outbound::http::{Answer, Connection, Endpoint, HttpError};
use poolhouse_sigv4 as sigv4;
use serde_json::Value;
use tokio::time::timeout;

pub(crate) use endpoint::{Endpoints, Service};
pub(crate) use error::AwsError;
pub(crate) use functions::Functions;
pub(crate) use mail::MailService;
pub(crate) use tls::tls;
pub(crate) use tokens::{RoleRequest, assume_role, assume_role_with_web_identity, caller};
pub(crate) use user_pools::{UserPools, Users, is_unavailable};

use crate::credentials::Credentials;
use crate::env::Clock;

/// How often a call is made and how long is waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Patience {
    /// One attempt, from the connection to the end of the answer.
    pub(crate) attempt: Duration,
    /// Attempts in all.
    pub(crate) attempts: u32,
    /// Before the second attempt; doubled before each further one.
    pub(crate) back_off: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience {
            attempt: Duration::from_secs(15),
            attempts: 4,
            back_off: Duration::from_millis(300),
        }
    }
}

/// Whether a call changes something. A call that does is repeated only if the service says that it did nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Reads,
    Writes,
}

/// One call, as it goes over the wire.
pub(crate) struct Exchange {
    pub(crate) service: Service,
    /// The operation's name, for errors.
    pub(crate) operation: &'static str,
    pub(crate) effect: Effect,
    pub(crate) method: Method,
    /// Percent-encoded.
    pub(crate) path: String,
    /// What follows the `?`, percent-encoded.
    pub(crate) query: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

/// Everything that calls need: whom they are from, where they go, how patiently.
#[derive(Clone)]
pub(crate) struct Aws {
    pub(crate) credentials: Credentials,
    pub(crate) endpoints: Endpoints,
    pub(crate) tls: TlsSource,
    pub(crate) clock: Clock,
    pub(crate) patience: Patience,
}

impl Aws {
    /// Whether there is such a service around the pool.
    pub(crate) fn has(&self, service: Service) -> bool {
        self.endpoints.of(service).is_some()
    }

    /// A call of the JSON 1.1 protocol: `X-Amz-Target`, a JSON object each way.
    pub(crate) async fn json(
        &self,
        service: Service,
        target: &str,
        operation: &'static str,
        effect: Effect,
        body: &Value,
    ) -> Result<Value, AwsError> {
        let exchange = Exchange {
            service,
            operation,
            effect,
            method: Method::POST,
            path: "/".to_owned(),
            query: String::new(),
            headers: vec![
                ("content-type", "application/x-amz-json-1.1".to_owned()),
                ("x-amz-target", format!("{target}.{operation}")),
            ],
            body: body.to_string(),
        };
        self.value(exchange).await
    }

    /// Makes the call; the answer is JSON, or empty, which reads as `null`.
    pub(crate) async fn value(&self, exchange: Exchange) -> Result<Value, AwsError> {
        let service = exchange.service;
        let endpoint = self
            .endpoints
            .of(service)
            .ok_or(AwsError::Absent(service))?
            .clone();
        let answer = self.call(exchange).await?;
        if answer.body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&answer.body)
            .map_err(|_| AwsError::not_the_service(service, &endpoint, answer.status.as_u16()))
    }

    /// Makes the call, again if that may help.
    pub(crate) async fn call(&self, exchange: Exchange) -> Result<Answer, AwsError> {
        let mut pause = self.patience.back_off;
        let mut attempt = 1;
        loop {
            let error = match self.attempt(&exchange).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let may_repeat =
                error.is_throttling() || (exchange.effect == Effect::Reads && error.is_transient());
            if !may_repeat || attempt >= self.patience.attempts {
                return Err(error);
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
            attempt += 1;
        }
    }

    async fn attempt(&self, exchange: &Exchange) -> Result<Answer, AwsError> {
        let service = exchange.service;
        let endpoint = self.endpoints.of(service).ok_or(AwsError::Absent(service))?;
        let unreachable = |source| AwsError::Unreachable {
            service,
            endpoint: endpoint.to_string(),
            source: Box::new(source),
        };
        let request = self
            .signed(exchange, endpoint)
            .map_err(|error| unreachable(Trouble::Http(error)))?;
        let answer = send(endpoint, &self.tls, request, self.patience.attempt)
            .await
            .map_err(unreachable)?;
        if answer.status.is_success() {
            return Ok(answer);
        }
        Err(AwsError::from_answer(
            service,
            exchange.operation,
            endpoint,
            &answer,
        ))
    }

    fn signed(&self, exchange: &Exchange, endpoint: &Endpoint) -> Result<Request<Full<Bytes>>, HttpError> {
        let mut headers = vec![("host", endpoint.authority())];
        headers.extend(
            exchange
                .headers
                .iter()
                .map(|(name, value)| (*name, value.as_str())),
        );
        let to_sign = sigv4::Request {
            method: exchange.method.as_str(),
            path: &exchange.path,
            query: &exchange.query,
            headers: &headers,
            body: exchange.body.as_bytes(),
        };
        let date = sigv4::amz_date(i64::try_from((self.clock)()).unwrap_or(i64::MAX));
        let added = sigv4::sign(
            &to_sign,
            &self.credentials.for_signing(),
            self.endpoints.region(),
            exchange.service.signing_name(),
            &date,
        );
        let uri = match exchange.query.as_str() {
            "" => exchange.path.clone(),
            query => format!("{}?{query}", exchange.path),
        };
        let mut request = Request::builder().method(exchange.method.clone()).uri(uri);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        for (name, value) in added {
            request = request.header(name, value);
        }
        request
            .body(Full::from(exchange.body.clone()))
            .map_err(HttpError::Request)
    }
}

/// Credentials are left out.
impl fmt::Debug for Aws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aws")
            .field("endpoints", &self.endpoints)
            .finish_non_exhaustive()
    }
}

/// Sends one request over a connection of its own and reads the answer, all of it before `patience` is over. The tools
/// make a few dozen calls in a run; keeping connections would buy nothing.
pub(crate) async fn send(
    endpoint: &Endpoint,
    tls: &TlsSource,
    request: Request<Full<Bytes>>,
    patience: Duration,
) -> Result<Answer, Trouble> {
    let exchange = async { Connection::open(endpoint, tls).await?.send(request).await };
    match timeout(patience, exchange).await {
        Ok(answer) => answer.map_err(Trouble::Http),
        Err(_) => Err(Trouble::Deadline(patience)),
    }
}

/// Why there is no answer. Nothing of what was sent is in it.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// There is no connection, or it broke.
    Http(HttpError),
    /// There was no whole answer in this time.
    Deadline(Duration),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trouble::Http(error) => error.fmt(f),
            Trouble::Deadline(patience) => write!(f, "no answer within {} s", patience.as_secs_f32()),
        }
    }
}

impl Error for Trouble {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Trouble::Http(error) => error.source(),
            Trouble::Deadline(_) => None,
        }
    }
}

/// Percent-encodes everything but RFC 3986's unreserved characters, for one segment of a path or one value of a query.
pub(crate) fn percent_encoded(text: &str) -> String {
    text.bytes()
        .fold(String::with_capacity(text.len()), |mut encoded, byte| {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    encoded.push(char::from(byte));
                }
                _ => encoded.push_str(&format!("%{byte:02X}")),
            }
            encoded
        })
}
