//! Calls of a JSON protocol, one after another.

use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use super::call::Call;
use super::error::{CallError, CallProblem, Step};
use super::service::Service;
use crate::http::Connection;

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
        let call = Call::json(self.content_type, target, body);
        let outcome = self.exchange(&call, by).await;
        outcome.map_err(|problem| CallError::new(self.service.label, problem))
    }

    /// The error of a call that was answered, but not as its operation answers.
    pub fn unreadable(&self) -> CallError {
        CallError::new(self.service.label, CallProblem::Answer(200))
    }

    async fn exchange(&mut self, call: &Call, by: Instant) -> Result<Value, CallProblem> {
        let overdue = |step| move |_| CallProblem::Deadline(step, None);
        let credentials = timeout_at(by, self.service.credentials())
            .await
            .map_err(overdue(Step::Connection))?
            .map_err(CallProblem::Credentials)?;
        let request = self
            .service
            .request(call, Some(&credentials))
            .map_err(CallProblem::Http)?;
        let mut connection = match self.connection.take().filter(Connection::is_open) {
            Some(kept) => kept,
            None => timeout_at(by, self.service.connect())
                .await
                .map_err(overdue(Step::Connection))?
                .map_err(CallProblem::Http)?,
        };
        let answer = timeout_at(by, connection.send(request))
            .await
            .map_err(overdue(Step::Answer))?
            .map_err(CallProblem::Http)?;
        self.connection = Some(connection);
        let answer = self.service.judge(answer).map_err(CallProblem::of)?;
        serde_json::from_slice(&answer.body).map_err(|_| CallProblem::Answer(answer.status.as_u16()))
    }
}
