//! A call, made as often as it takes.

use std::time::Duration;

use poolhouse_sigv4::Credentials;
use tokio::time::{Instant, sleep, timeout_at};

use super::call::Call;
use super::error::{CallError, CallProblem, Step};
use super::service::Service;
use crate::http::Answer;

/// Whether a call changes something. A call that does is repeated only if the service says that it did nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It changes nothing.
    Reads,
    /// It does.
    Writes,
}

/// How often a call is made and how long is waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Until there is a connection: DNS, TCP and TLS together.
    pub connection: Duration,
    /// One attempt, from the connection to the end of the answer.
    pub attempt: Duration,
    /// Attempts in all.
    pub attempts: u32,
    /// Before the second attempt; doubled before each further one.
    pub back_off: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connection: Duration::from_secs(5),
            attempt: Duration::from_secs(15),
            attempts: 4,
            back_off: Duration::from_millis(300),
        }
    }
}

impl Patience {
    /// One attempt within this time.
    pub fn once(attempt: Duration) -> Self {
        Self {
            connection: attempt,
            attempt,
            attempts: 1,
            back_off: Duration::ZERO,
        }
    }
}

impl Service {
    /// Makes the call, signed, and again if that may help. Each attempt has a connection of its own.
    ///
    /// # Errors
    /// There is no answer, or a refusal.
    pub async fn call(&self, call: &Call, effect: Effect, patience: &Patience) -> Result<Answer, CallError> {
        let mut pause = patience.back_off;
        let mut attempt = 1;
        loop {
            let problem = match self.attempt(call, patience).await {
                Ok(answer) => return Ok(answer),
                Err(problem) => problem,
            };
            let did_nothing = matches!(&problem, CallProblem::Refused(refusal) if refusal.is_throttling());
            let may_repeat = did_nothing || (effect == Effect::Reads && problem.is_transient());
            if !may_repeat || attempt >= patience.attempts {
                return Err(CallError::new(self.label, problem));
            }
            sleep(pause).await;
            pause *= 2;
            attempt += 1;
        }
    }

    /// Makes the call once and without a signature, for operations that are proved by something else.
    ///
    /// # Errors
    /// There is no answer, or a refusal.
    pub async fn call_unsigned(&self, call: &Call, patience: &Patience) -> Result<Answer, CallError> {
        let sent = self.send(call, None, patience).await;
        sent.map_err(|problem| CallError::new(self.label, problem))
    }

    /// Signs with what there is; once more, if the service says that this is over and there is something else.
    async fn attempt(&self, call: &Call, patience: &Patience) -> Result<Answer, CallProblem> {
        let credentials = self.credentials().await.map_err(CallProblem::Credentials)?;
        match self.send(call, Some(&credentials), patience).await {
            Err(CallProblem::Refused(refusal)) if refusal.is_about_credentials() => {
                match self.credentials().await {
                    Ok(others) if others != credentials => self.send(call, Some(&others), patience).await,
                    _ => Err(CallProblem::Refused(refusal)),
                }
            }
            other => other,
        }
    }

    async fn send(
        &self,
        call: &Call,
        credentials: Option<&Credentials>,
        patience: &Patience,
    ) -> Result<Answer, CallProblem> {
        let request = self.request(call, credentials).map_err(CallProblem::Http)?;
        let (start, by) = (Instant::now(), Instant::now() + patience.attempt);
        let overdue = |step, limit| move |_| CallProblem::Deadline(step, Some(limit));
        let mut connection = timeout_at(start + patience.connection, self.connect())
            .await
            .map_err(overdue(Step::Connection, patience.connection))?
            .map_err(CallProblem::Http)?;
        let answer = timeout_at(by, connection.send(request))
            .await
            .map_err(overdue(Step::Answer, patience.attempt))?
            .map_err(CallProblem::Http)?;
        self.judge(answer).map_err(CallProblem::of)
    }
}
