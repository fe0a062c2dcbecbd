//! The function's side of the Lambda Runtime API: take an event, give its answer, again and again.
//!
//! The API is five HTTP calls (`docs/decisions/lambda-runtime.md` says why the loop is our own). Events come one at a
//! time; a function that is asked for more is started more than once.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HOST, USER_AGENT};
use hyper::{Method, Request};
use poolhouse_outbound::TlsSource;
use poolhouse_outbound::aws::Clock;
use poolhouse_outbound::http::{Answer, Connection, Endpoint, HttpError};
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use crate::failure::Failure;
use crate::log::{Line, Log};
use crate::vars::InitError;

const BASE: &str = "/2018-06-01/runtime";
const AGENT: &str = concat!("poolhouse/", env!("CARGO_PKG_VERSION"));
/// What a function keeps for reporting that its time is up.
const REPORTING: Duration = Duration::from_millis(200);

/// A function: an event in, its answer out.
pub trait Function {
    /// The environment variables that may hold references to secrets.
    const SECRETS: &[&'static str];

    /// The longest that a call may take, whatever the host allows.
    fn limit(&self) -> Duration;

    /// What to say when that time is up.
    fn overdue(&self) -> Failure;

    /// Answers one event. The call is dropped at the invocation's deadline.
    fn call(&mut self, event: Value, invocation: &Invocation)
    -> impl Future<Output = Result<Value, Failure>>;
}

/// What the host says about one call.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// The id of the call in the host's log.
    pub request_id: String,
    /// When the call must be over.
    pub deadline: Instant,
}

/// Serves events until the Runtime API goes away, which is the only way that it ends.
pub async fn serve<F: Function>(
    api: &str,
    mut function: F,
    clock: Clock,
    log: &Log,
) -> Result<(), RuntimeError> {
    let mut api = Api::new(api)?;
    loop {
        let next = api.next().await?;
        let received = Instant::now();
        let request_id = next
            .header("lambda-runtime-aws-request-id")
            .unwrap_or_default()
            .to_owned();
        let deadline = received + allowed(&next, function.limit(), clock());
        let invocation = Invocation { request_id, deadline };
        let outcome = match serde_json::from_slice(&next.body) {
            Ok(event) => match timeout_at(deadline, function.call(event, &invocation)).await {
                Ok(outcome) => outcome,
                Err(_) => Err(function.overdue()),
            },
            Err(_) => Err(Failure::neutral("MalformedEvent", "the event is not JSON")),
        };
        if let Err(failure) = &outcome {
            log.error(
                Line::new("failed")
                    .with("requestId", invocation.request_id.as_str())
                    .with("errorType", failure.kind)
                    .with("reason", failure.reason.as_ref())
                    .with("ms", millis(received.elapsed())),
            );
        }
        api.report(&invocation.request_id, outcome, log).await?;
    }
}

/// Tells the host that the function cannot be made. The next caller gets what is said here, so it is neutral; the reason
/// stands in the log.
pub async fn report_init_error(api: &str, error: &InitError, log: &Log) -> Result<(), RuntimeError> {
    log.error(Line::new("the function cannot start").with("reason", error.to_string()));
    let failure = Failure::neutral("InvalidSettings", error.to_string());
    Api::new(api)?
        .post("/init/error", &failure.to_json(), Some("Runtime.InvalidSettings"))
        .await
        .map(drop)
}

/// How long a call may take: the function's limit, or what the host leaves if that is less. A deadline that has already
/// passed is no deadline: some hosts send a duration where the date belongs.
fn allowed(next: &Answer, limit: Duration, now: Duration) -> Duration {
    let deadline = next
        .header("lambda-runtime-deadline-ms")
        .and_then(|ms| ms.parse().ok())
        .map(Duration::from_millis);
    match deadline.and_then(|deadline| deadline.checked_sub(now)) {
        Some(left) => limit.min(left.saturating_sub(REPORTING)),
        None => limit,
    }
}

pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The Runtime API over one kept connection.
struct Api {
    endpoint: Endpoint,
    connection: Option<Connection>,
}

impl Api {
    fn new(address: &str) -> Result<Self, RuntimeError> {
        let endpoint = Endpoint::parse(&format!("http://{address}")).ok_or(RuntimeError::Address)?;
        Ok(Self {
            endpoint,
            connection: None,
        })
    }

    /// The next event, however long it takes.
    async fn next(&mut self) -> Result<Answer, RuntimeError> {
        let answer = self
            .exchange(|host| request(Method::GET, host, "/invocation/next", Bytes::new(), None))
            .await?;
        match answer.status.as_u16() {
            200 => Ok(answer),
            status => Err(RuntimeError::Refused(status)),
        }
    }

    /// Hands over an answer or a failure. A host that no longer wants it has told the caller something already.
    async fn report(
        &mut self,
        id: &str,
        outcome: Result<Value, Failure>,
        log: &Log,
    ) -> Result<(), RuntimeError> {
        let answer = match outcome {
            Ok(event) => {
                self.post(&format!("/invocation/{id}/response"), &event, None)
                    .await?
            }
            Err(failure) => {
                let kind = format!("Function.{}", failure.kind);
                self.post(
                    &format!("/invocation/{id}/error"),
                    &failure.to_json(),
                    Some(&kind),
                )
                .await?
            }
        };
        if !answer.status.is_success() {
            let line = Line::new("the host did not take the answer").with("requestId", id);
            log.warn(line.with("status", answer.status.as_u16()));
        }
        Ok(())
    }

    async fn post(&mut self, path: &str, body: &Value, kind: Option<&str>) -> Result<Answer, RuntimeError> {
        let body = Bytes::from(body.to_string());
        self.exchange(|host| request(Method::POST, host, path, body.clone(), kind))
            .await
    }

    /// One exchange, on a new connection if the kept one turns out to be closed. All five calls can be repeated: a host
    /// that has taken an answer refuses a second copy.
    async fn exchange(
        &mut self,
        request: impl Fn(&str) -> Result<Request<Full<Bytes>>, HttpError>,
    ) -> Result<Answer, RuntimeError> {
        if let Some(mut kept) = self.connection.take().filter(Connection::is_open)
            && let Ok(answer) = kept.send(request(self.endpoint.authority())?).await
        {
            self.connection = Some(kept);
            return Ok(answer);
        }
        let mut connection = Connection::open(&self.endpoint, &no_tls()).await?;
        let answer = connection.send(request(self.endpoint.authority())?).await?;
        self.connection = Some(connection);
        Ok(answer)
    }
}

fn request(
    method: Method,
    host: &str,
    path: &str,
    body: Bytes,
    kind: Option<&str>,
) -> Result<Request<Full<Bytes>>, HttpError> {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("{BASE}{path}"))
        .header(HOST, host)
        .header(USER_AGENT, AGENT)
        .header(CONTENT_TYPE, "application/json");
    if let Some(kind) = kind {
        request = request.header("lambda-runtime-function-error-type", kind);
    }
    request.body(Full::new(body)).map_err(HttpError::Request)
}

/// The Runtime API is plain HTTP on this machine; its address has no way to say otherwise.
fn no_tls() -> TlsSource {
    TlsSource::lazy(|| {
        Err(rustls::Error::General(
            "the Runtime API is not reached over TLS".to_owned(),
        ))
    })
}

/// Why events can no longer be served.
#[derive(Debug)]
pub enum RuntimeError {
    /// AWS_LAMBDA_RUNTIME_API is no `host:port`.
    Address,
    /// The API does not answer.
    Unreachable(Box<dyn Error + Send + Sync>),
    /// The API answers the request for the next event with this status.
    Refused(u16),
}

impl From<HttpError> for RuntimeError {
    fn from(error: HttpError) -> Self {
        Self::Unreachable(Box::new(error))
    }
}

impl fmt::Display for RuntimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address => f.write_str("AWS_LAMBDA_RUNTIME_API is not of the form host:port"),
            Self::Unreachable(_) => f.write_str("the Runtime API does not answer"),
            Self::Refused(status) => write!(
                f,
                "the Runtime API answers the request for an event with {status}"
            ),
        }
    }
}

impl Error for RuntimeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unreachable(source) => Some(&**source),
            Self::Address | Self::Refused(_) => None,
        }
    }
}
