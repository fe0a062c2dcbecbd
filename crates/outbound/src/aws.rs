//! Signed calls to an AWS service, or to one that speaks like it.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use poolhouse_sigv4 as sigv4;
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use crate::http::{Answer, Connection, Endpoint, HttpError};
use crate::tls::TlsSource;

/// The time since 1970, from whatever clock the program runs by.
pub type Clock = Arc<dyn Fn() -> Duration + Send + Sync>;

/// Who signs. `Debug` shows the key's id only.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The access key's id, which is public.
    pub access_key_id: String,
    /// The secret access key.
    pub secret: String,
    /// The token that belongs to temporary credentials.
    pub session_token: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

/// Everything that calls to different services share.
#[derive(Clone)]
pub struct Caller {
    /// Who signs.
    pub credentials: Credentials,
    /// How TLS is set up.
    pub tls: TlsSource,
    /// The time that signatures carry.
    pub clock: Clock,
}

/// One service in one region.
#[derive(Clone)]
pub struct Service {
    /// What errors call it: `the user pool`.
    pub label: &'static str,
    /// Its name in signatures: `cognito-idp`.
    pub signing_name: &'static str,
    /// Its region, for the signature.
    pub region: String,
    /// Where it is.
    pub endpoint: Endpoint,
    /// Who calls, and how.
    pub caller: Caller,
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("signing_name", &self.signing_name)
            .field("region", &self.region)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

impl Service {
    /// A new connection to the service.
    pub async fn connect(&self) -> Result<Connection, HttpError> {
        Connection::open(&self.endpoint, &self.caller.tls).await
    }

    /// A signed POST. `headers` are those beside `host`.
    pub fn post(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Result<Request<Full<Bytes>>, HttpError> {
        let headers: Vec<(&str, &str)> = [("host", self.endpoint.authority())]
            .into_iter()
            .chain(headers.iter().copied())
            .collect();
        let to_sign = sigv4::Request {
            method: "POST",
            path,
            query: "",
            headers: &headers,
            body: body.as_bytes(),
        };
        let credentials = sigv4::Credentials {
            access_key_id: &self.caller.credentials.access_key_id,
            secret: &self.caller.credentials.secret,
            session_token: self.caller.credentials.session_token.as_deref(),
        };
        let now = i64::try_from((self.caller.clock)().as_secs()).unwrap_or(i64::MAX);
        let added = sigv4::sign(
            &to_sign,
            &credentials,
            &self.region,
            self.signing_name,
            &sigv4::amz_date(now),
        );
        let mut request = Request::post(path);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        for (name, value) in added {
            request = request.header(name, value);
        }
        request.body(Full::from(body)).map_err(HttpError::Request)
    }
}

/// Calls to one service over one connection, opened at the first of them and again if it was closed.
pub struct Session {
    service: Service,
    content_type: &'static str,
    connection: Option<Connection>,
}

impl Session {
    /// To a service of the JSON 1.1 protocol, as most are. Nothing is opened yet.
    pub fn new(service: Service) -> Self {
        Self {
            service,
            content_type: "application/x-amz-json-1.1",
            connection: None,
        }
    }

    /// To a service of the JSON 1.0 protocol, such as DynamoDB. Nothing is opened yet.
    pub fn json_1_0(service: Service) -> Self {
        Self {
            content_type: "application/x-amz-json-1.0",
            ..Self::new(service)
        }
    }

    /// Calls an operation, which `target` names as `X-Amz-Target` does, and reads its answer.
    pub async fn call(&mut self, target: &str, body: &Value, by: Instant) -> Result<Value, CallError> {
        let headers = [("content-type", self.content_type), ("x-amz-target", target)];
        let outcome = match self.service.post("/", &headers, body.to_string()) {
            Ok(request) => timeout_at(by, self.exchange(request))
                .await
                .unwrap_or(Err(CallProblem::Deadline)),
            Err(error) => Err(CallProblem::Http(error)),
        };
        outcome.map_err(|problem| self.failed(problem))
    }

    /// The error of a call that was answered, but not as its operation answers.
    pub fn unreadable(&self) -> CallError {
        self.failed(CallProblem::Answer)
    }

    fn failed(&self, problem: CallProblem) -> CallError {
        CallError {
            service: self.service.label,
            problem,
        }
    }

    async fn exchange(&mut self, request: Request<Full<Bytes>>) -> Result<Value, CallProblem> {
        let mut connection = match self.connection.take().filter(Connection::is_open) {
            Some(kept) => kept,
            None => self.service.connect().await.map_err(CallProblem::Http)?,
        };
        let answer = connection.send(request).await.map_err(CallProblem::Http)?;
        self.connection = Some(connection);
        match answer.status.is_success() {
            true => serde_json::from_slice(&answer.body).map_err(|_| CallProblem::Answer),
            false => Err(CallProblem::Refused {
                status: answer.status.as_u16(),
                error: error_name(&answer),
            }),
        }
    }
}

/// The error's name in a service's refusal, without its namespace and its URL, letters and digits only: it goes into
/// logs. Empty if there is none.
pub fn error_name(answer: &Answer) -> String {
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

/// A call without the answer it was made for. It carries nothing of what was sent.
#[derive(Debug)]
pub struct CallError {
    service: &'static str,
    problem: CallProblem,
}

/// What went wrong.
#[derive(Debug)]
pub enum CallProblem {
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

impl CallError {
    /// What went wrong.
    pub fn problem(&self) -> &CallProblem {
        &self.problem
    }

    /// The name of the error that the service refused with, if it did.
    pub fn refusal(&self) -> Option<&str> {
        match &self.problem {
            CallProblem::Refused { error, .. } => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let service = self.service;
        match &self.problem {
            CallProblem::Deadline => write!(f, "{service} did not answer in time"),
            CallProblem::Http(_) => write!(f, "{service} could not be reached"),
            CallProblem::Refused { status, error } => write!(f, "{service} refused with {status} {error}"),
            CallProblem::Answer => write!(f, "{service} answered something else than the operation does"),
        }
    }
}

impl Error for CallError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.problem {
            CallProblem::Http(source) => Some(source),
            _ => None,
        }
    }
}
