//! One service, and requests to it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use poolhouse_sigv4 as sigv4;

use super::call::Call;
use super::credentials::{CredentialSource, CredentialsError};
use super::refusal::Refusal;
use crate::http::{Answer, Connection, Endpoint, HttpError, Proxies};
use crate::tls::TlsSource;

/// The time since 1970, from whatever clock the program runs by.
pub type Clock = Arc<dyn Fn() -> Duration + Send + Sync>;

/// Everything that calls to different services share.
#[derive(Clone)]
pub struct Caller {
    /// Who signs.
    pub credentials: Arc<dyn CredentialSource>,
    /// How TLS is set up.
    pub tls: TlsSource,
    /// What stands between us and the services.
    pub proxies: Proxies,
    /// The time that signatures carry.
    pub clock: Clock,
}

/// Credentials are left out.
impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller")
            .field("proxies", &self.proxies)
            .finish_non_exhaustive()
    }
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
        Connection::open_by(&self.endpoint, &self.caller.tls, &self.caller.proxies).await
    }

    /// The credentials for the next request.
    ///
    /// # Errors
    /// There are none.
    pub async fn credentials(&self) -> Result<sigv4::Credentials, CredentialsError> {
        self.caller.credentials.credentials().await
    }

    /// The request of a call, signed with these credentials, or as it is without.
    ///
    /// # Errors
    /// Headers or a path that cannot be written.
    pub fn request(
        &self,
        call: &Call,
        credentials: Option<&sigv4::Credentials>,
    ) -> Result<Request<Full<Bytes>>, HttpError> {
        let mut headers = vec![("host", self.endpoint.authority())];
        headers.extend(call.headers.iter().map(|(name, value)| (*name, value.as_str())));
        let added = credentials.map(|credentials| self.signature(call, &headers, credentials));
        let uri = match call.query.as_str() {
            "" => call.path.clone(),
            query => format!("{}?{query}", call.path),
        };
        let mut request = Request::builder().method(call.method.clone()).uri(uri);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        for (name, value) in added.into_iter().flatten() {
            request = request.header(name, value);
        }
        request
            .body(Full::new(call.body.clone()))
            .map_err(HttpError::Request)
    }

    fn signature(
        &self,
        call: &Call,
        headers: &[(&str, &str)],
        credentials: &sigv4::Credentials,
    ) -> Vec<(&'static str, String)> {
        let to_sign = sigv4::Request {
            method: call.method.as_str(),
            path: &call.path,
            query: &call.query,
            headers,
            body: &call.body,
        };
        let now = i64::try_from((self.caller.clock)().as_secs()).unwrap_or(i64::MAX);
        let date = sigv4::amz_date(now);
        sigv4::sign(&to_sign, credentials, &self.region, self.signing_name, &date)
    }

    /// What an answer means: itself, or a refusal, whose name is empty if there is none in it. A refusal that is about
    /// the credentials is told to their source.
    ///
    /// # Errors
    /// Any status but a success.
    pub fn judge(&self, answer: Answer) -> Result<Answer, Refusal> {
        if answer.status.is_success() {
            return Ok(answer);
        }
        let refusal = Refusal::of(&answer);
        if refusal.is_about_credentials() {
            self.caller.credentials.refused();
        }
        Err(refusal)
    }
}
