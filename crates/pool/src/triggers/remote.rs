//! Functions that run elsewhere: on AWS Lambda, or behind any endpoint that speaks its Invoke API.
//!
//! `POST /2015-03-31/functions/{function}/invocations`, signed for the service `lambda`, waits for the answer. An error
//! of the function is an HTTP 200 with `X-Amz-Function-Error`; every other status is the endpoint's own refusal.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use poolhouse_outbound::aws::{Call, Caller, Refusal, Service};
use poolhouse_outbound::http::{Connection, Endpoint, HttpError};
use poolhouse_text::percent;
use poolhouse_triggers::{BoxFuture, InvokeError, Invoked, Place};
use tokio::time::{Instant, timeout_at};

use crate::base::settings::{FunctionPlace, RemoteFunction, Settings};

/// Calls at a time. Elsewhere has more processes than this machine; what limits it there is the account's own.
const WIDTH: usize = 64;
/// Connections that wait for the next call. More are opened as they are needed, and closed after it.
const KEPT: usize = 4;

/// Places by the name or ARN of their function.
pub type Places = Vec<(String, Arc<dyn Place>)>;

/// The place of one function elsewhere.
pub struct Remote {
    service: Service,
    path: String,
    idle: Mutex<Vec<Connection>>,
}

/// The places of the functions that the settings have elsewhere, called by `aws`.
pub fn remotes(settings: &Settings, aws: &Caller) -> Places {
    let mut places = Places::new();
    for function in &settings.functions {
        let FunctionPlace::Remote(remote) = &function.place else {
            continue;
        };
        let remote = Remote::new(&function.function, remote, aws.clone());
        places.push((function.function.clone(), Arc::new(remote)));
    }
    places
}

impl Remote {
    /// The function of this ARN or name.
    pub fn new(function: &str, remote: &RemoteFunction, caller: Caller) -> Remote {
        Remote {
            service: Service {
                label: "the function's endpoint",
                signing_name: "lambda",
                region: remote.region.clone(),
                endpoint: remote.endpoint.clone(),
                caller,
            },
            path: format!("/2015-03-31/functions/{}/invocations", percent::encode(function)),
            idle: Mutex::default(),
        }
    }

    async fn call(&self, payload: Vec<u8>) -> Result<Invoked, InvokeError> {
        let unreachable = |error: HttpError| InvokeError::Unreachable(Box::new(error));
        let call = Call::post(self.path.as_str(), "application/json", payload)
            .with("x-amz-invocation-type", "RequestResponse");
        let credentials = self.service.credentials().await;
        let credentials = credentials.map_err(|error| InvokeError::Unreachable(Box::new(error)))?;
        let request = self
            .service
            .request(&call, Some(&credentials))
            .map_err(unreachable)?;
        let mut connection = match self.take() {
            Some(kept) => kept,
            None => self.service.connect().await.map_err(unreachable)?,
        };
        let answer = connection.send(request).await.map_err(unreachable)?;
        self.keep(connection);
        let answer = self
            .service
            .judge(answer)
            .map_err(|refusal| InvokeError::Unreachable(Box::new(Refused(refusal))))?;
        Ok(Invoked {
            function_error: answer.header("x-amz-function-error").is_some(),
            payload: answer.body.into(),
        })
    }

    fn take(&self) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(Connection::is_open);
        idle.pop()
    }

    fn keep(&self, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT {
            idle.push(connection);
        }
    }
}

impl Place for Remote {
    fn width(&self) -> usize {
        WIDTH
    }

    fn invoke<'a>(
        &'a self,
        payload: Vec<u8>,
        deadline: Instant,
    ) -> BoxFuture<'a, Result<Invoked, InvokeError>> {
        Box::pin(async move {
            // A call that is given up closes its connection, so its late answer is nobody's.
            timeout_at(deadline, self.call(payload))
                .await
                .unwrap_or(Err(InvokeError::TimedOut))
        })
    }
}

/// What the endpoint said instead of calling the function.
#[derive(Debug)]
struct Refused(Refusal);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Refusal { status, code, .. } = &self.0;
        write!(f, "the function's endpoint refused with {status} {code}")
    }
}

impl std::error::Error for Refused {}

/// Where `aws` is, for a function of this ARN or name.
pub fn lambda(function: &str, region: &str) -> Option<RemoteFunction> {
    let region = function
        .strip_prefix("arn:")
        .and_then(|arn| arn.split(':').nth(2))
        .unwrap_or(region);
    Some(RemoteFunction {
        endpoint: Endpoint::of_service("lambda", region)?,
        region: region.to_owned(),
    })
}
