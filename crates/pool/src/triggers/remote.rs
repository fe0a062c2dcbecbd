//! Functions that run elsewhere: on AWS Lambda, or behind any endpoint that speaks its Invoke API.
//!
//! `POST /2015-03-31/functions/{function}/invocations`, signed for the service `lambda`, waits for the answer. An error
//! of the function is an HTTP 200 with `X-Amz-Function-Error`; every other status is the endpoint's own refusal.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use poolhouse_outbound::TlsSource;
use poolhouse_outbound::aws::{Caller, Credentials, Service, error_name};
use poolhouse_outbound::http::{Answer, Connection, Endpoint, HttpError};
use poolhouse_triggers::{BoxFuture, InvokeError, Invoked, Place};
use tokio::time::{Instant, timeout_at};

use crate::base::clock::Clock;
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

/// The settings name a function elsewhere, and there is no access key to call it with.
#[derive(Debug, PartialEq, Eq)]
pub struct NoCredentials {
    function: String,
}

/// The places of the functions that the settings have elsewhere.
///
/// # Errors
/// When there is one, and no credentials.
pub fn remotes(
    settings: &Settings,
    credentials: Option<&Credentials>,
    tls: &TlsSource,
    clock: &Arc<dyn Clock>,
) -> Result<Places, NoCredentials> {
    let mut places = Places::new();
    for function in &settings.functions {
        let FunctionPlace::Remote(remote) = &function.place else {
            continue;
        };
        let clock = clock.clone();
        let caller = Caller {
            credentials: credentials.cloned().ok_or_else(|| NoCredentials {
                function: function.function.clone(),
            })?,
            tls: tls.clone(),
            clock: Arc::new(move || Duration::from_millis(u64::try_from(clock.now().0).unwrap_or(0))),
        };
        places.push((
            function.function.clone(),
            Arc::new(Remote::new(&function.function, remote, caller)),
        ));
    }
    Ok(places)
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
            // An ARN is one segment of the path, and its colons are written as every client of Lambda writes them.
            path: format!(
                "/2015-03-31/functions/{}/invocations",
                function.replace(':', "%3A")
            ),
            idle: Mutex::default(),
        }
    }

    async fn call(&self, payload: Vec<u8>) -> Result<Invoked, InvokeError> {
        let unreachable = |error: HttpError| InvokeError::Unreachable(Box::new(error));
        let headers = [
            ("content-type", "application/json"),
            ("x-amz-invocation-type", "RequestResponse"),
        ];
        let payload = String::from_utf8_lossy(&payload).into_owned();
        let request = self
            .service
            .post(&self.path, &headers, payload)
            .map_err(unreachable)?;
        let mut connection = match self.take() {
            Some(kept) => kept,
            None => self.service.connect().await.map_err(unreachable)?,
        };
        let answer = connection.send(request).await.map_err(unreachable)?;
        self.keep(connection);
        if !answer.status.is_success() {
            return Err(InvokeError::Unreachable(Box::new(Refusal::of(&answer))));
        }
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
struct Refusal {
    status: u16,
    error: String,
}

impl Refusal {
    fn of(answer: &Answer) -> Refusal {
        Refusal {
            status: answer.status.as_u16(),
            error: error_name(answer),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the function's endpoint refused with {} {}",
            self.status, self.error
        )
    }
}

impl std::error::Error for Refusal {}

impl fmt::Display for NoCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "functions.\"{}\" is invoked with an access key, and there is none. Set AWS_ACCESS_KEY_ID and \
             AWS_SECRET_ACCESS_KEY",
            self.function
        )
    }
}

impl std::error::Error for NoCredentials {}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::SystemClock;
    use crate::base::settings::FunctionSettings;

    #[test]
    fn a_function_elsewhere_without_an_access_key_says_what_to_set() {
        let settings = Settings {
            functions: vec![FunctionSettings {
                function: "2faDefine".to_owned(),
                place: FunctionPlace::Remote(lambda("2faDefine", "eu-central-1").unwrap()),
            }],
            ..Settings::default()
        };
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let places = remotes(&settings, None, &crate::base::tls::source(), &clock);
        assert_eq!(
            places.err().map(|error| error.to_string()).as_deref(),
            Some(
                "functions.\"2faDefine\" is invoked with an access key, and there is none. Set AWS_ACCESS_KEY_ID and \
                 AWS_SECRET_ACCESS_KEY"
            )
        );
    }
}
