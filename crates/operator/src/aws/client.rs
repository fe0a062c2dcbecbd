//! Calls to the services around a pool.

use std::fmt;

use poolhouse_outbound as outbound;
use poolhouse_outbound::aws::{Call, Caller, Effect, Patience};
use poolhouse_outbound::http::Answer;
use serde_json::Value;

use super::endpoint::Endpoints;
use super::error::AwsError;
use super::service::Service;

/// Everything that calls need: whom they are from, where they go, how patiently.
#[derive(Clone)]
pub(crate) struct Aws {
    pub(crate) caller: Caller,
    /// The id of the access key that the caller began with, for a line that tells.
    pub(crate) access_key_id: String,
    pub(crate) endpoints: Endpoints,
    pub(crate) patience: Patience,
}

impl Aws {
    /// Whether there is such a service around the pool.
    pub(crate) fn has(&self, service: Service) -> bool {
        self.endpoints.of(service).is_some()
    }

    /// A call of the JSON protocol: `X-Amz-Target`, a JSON object each way.
    pub(crate) async fn json(
        &self,
        service: Service,
        target: &str,
        operation: &'static str,
        effect: Effect,
        body: &Value,
    ) -> Result<Value, AwsError> {
        let call = Call::json(service.json(), format!("{target}.{operation}"), body);
        self.value(service, operation, effect, &call).await
    }

    /// Makes the call; the answer is JSON, or empty, which reads as `null`.
    pub(crate) async fn value(
        &self,
        service: Service,
        operation: &'static str,
        effect: Effect,
        call: &Call,
    ) -> Result<Value, AwsError> {
        let answer = self.call(service, operation, effect, call).await?;
        if answer.body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&answer.body)
            .map_err(|_| self.not_the_service(service, answer.status.as_u16()))
    }

    /// Makes the call, again if that may help. `operation` is for errors.
    pub(crate) async fn call(
        &self,
        service: Service,
        operation: &'static str,
        effect: Effect,
        call: &Call,
    ) -> Result<Answer, AwsError> {
        let endpoint = self.endpoints.of(service).ok_or(AwsError::Absent(service))?;
        let called = outbound::aws::Service {
            label: service.label(),
            signing_name: service.signing_name(),
            region: self.endpoints.region().to_owned(),
            endpoint: endpoint.clone(),
            caller: self.caller.clone(),
        };
        called
            .call(call, effect, &self.patience)
            .await
            .map_err(|error| AwsError::new(service, operation, endpoint, error))
    }

    /// The error of an answer that this service does not give.
    pub(crate) fn not_the_service(&self, service: Service, status: u16) -> AwsError {
        match self.endpoints.of(service) {
            Some(endpoint) => AwsError::not_the_service(service, endpoint, status),
            None => AwsError::Absent(service),
        }
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
