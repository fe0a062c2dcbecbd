//! From an event to an answer that can be trusted to be one: admission, attempts, deadlines, error mapping.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout_at};

use crate::error::TriggerError;
use crate::place::{InvokeError, Invoked, Place};
use crate::shape::check_reply;
use crate::trigger::Trigger;

/// How long a function may take to start, as on Lambda.
const START: Duration = Duration::from_secs(10);

/// How a function is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How long one attempt may take. The service's five seconds are not configurable; tests are in more of a hurry.
    pub attempt: Duration,
    /// How many attempts there are when the function does not answer. An answer, even an error, is final.
    pub attempts: u32,
    /// Calls that wait behind those that the place serves. The next one is refused at once.
    pub queue: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            attempt: Duration::from_secs(5),
            attempts: 3,
            queue: 256,
        }
    }
}

/// Calls one function, by a policy.
///
/// A slow function holds up its own callers only: beyond the place's width and the queue it refuses at once, and nobody
/// waits in the queue for longer than one attempt.
pub struct Invoker {
    place: Arc<dyn Place>,
    policy: Policy,
    /// Everyone inside: those who wait and those who run.
    admitted: Semaphore,
    running: Semaphore,
}

/// A call's place in the queue and among the running.
struct Admission<'a> {
    _admitted: SemaphorePermit<'a>,
    _running: SemaphorePermit<'a>,
}

impl Invoker {
    /// An invoker for the function at `place`.
    pub fn new(place: Arc<dyn Place>, policy: Policy) -> Self {
        let running = place.width().clamp(1, Semaphore::MAX_PERMITS);
        let admitted = running.saturating_add(policy.queue).min(Semaphore::MAX_PERMITS);
        Self {
            place,
            policy,
            admitted: Semaphore::new(admitted),
            running: Semaphore::new(running),
        }
    }

    /// Calls the function with `event` and returns the event that it answered, checked to be one.
    ///
    /// # Errors
    /// The service's exceptions for a function that says no, cannot be reached, does not answer or answers nonsense.
    /// There is no error after which a caller may go on as if the function had agreed.
    pub async fn call(&self, trigger: Trigger, event: &Value) -> Result<Value, TriggerError> {
        let _admission = self.admit().await.ok_or_else(TriggerError::too_many_requests)?;
        let invoked = self.attempt_until_answered(trigger, &event.to_string()).await?;
        if invoked.function_error {
            return Err(thrown(trigger, &invoked.payload));
        }
        let reply = serde_json::from_slice(&invoked.payload).map_err(|_| TriggerError::invalid_json())?;
        check_reply(trigger, event, reply)
    }

    /// Makes the function ready for its first event.
    ///
    /// # Errors
    /// What keeps the function from starting.
    pub async fn warm_up(&self) -> Result<(), InvokeError> {
        self.place.warm_up(Instant::now() + START).await
    }

    /// Ends the function's processes. Later calls are refused.
    pub async fn shut_down(&self) {
        self.place.shut_down().await;
    }

    async fn admit(&self) -> Option<Admission<'_>> {
        let admitted = self.admitted.try_acquire().ok()?;
        let patience = Instant::now() + self.policy.attempt;
        let running = timeout_at(patience, self.running.acquire()).await.ok()?.ok()?;
        Some(Admission {
            _admitted: admitted,
            _running: running,
        })
    }

    async fn attempt_until_answered(&self, trigger: Trigger, event: &str) -> Result<Invoked, TriggerError> {
        let mut attempt = 1;
        loop {
            let error = match self.attempt(event).await {
                Ok(invoked) => return Ok(invoked),
                Err(error) => error,
            };
            tracing::warn!(
                trigger = trigger.name(),
                attempt,
                error = &error as &dyn std::error::Error,
                "function failed"
            );
            if attempt >= self.policy.attempts || !is_worth_another_attempt(&error) {
                return Err(explain(trigger, error));
            }
            attempt += 1;
        }
    }

    async fn attempt(&self, event: &str) -> Result<Invoked, InvokeError> {
        let deadline = Instant::now() + self.policy.attempt;
        // The place keeps the deadline too; this holds even if it does not.
        let answer = timeout_at(deadline, self.place.invoke(event.as_bytes().to_vec(), deadline)).await;
        answer.unwrap_or(Err(InvokeError::TimedOut))
    }
}

/// Only what may be different next time. The service repeats a call that it got no answer to.
fn is_worth_another_attempt(error: &InvokeError) -> bool {
    match error {
        InvokeError::CannotStart(_)
        | InvokeError::Unreachable(_)
        | InvokeError::TimedOut
        | InvokeError::Exited(_)
        | InvokeError::ExitedAtStart(_) => true,
        InvokeError::Init(_) | InvokeError::TooLarge | InvokeError::Refused => false,
    }
}

fn explain(trigger: Trigger, error: InvokeError) -> TriggerError {
    match error {
        InvokeError::CannotStart(_) | InvokeError::Unreachable(_) => TriggerError::unreachable(trigger),
        InvokeError::TimedOut => TriggerError::timed_out(trigger),
        InvokeError::Exited(how) | InvokeError::ExitedAtStart(how) => TriggerError::thrown(trigger, &how),
        InvokeError::Init(payload) => thrown(trigger, &payload),
        InvokeError::TooLarge => TriggerError::unrecognizable(),
        InvokeError::Refused => TriggerError::too_many_requests(),
    }
}

/// What a function's own error becomes: its message and nothing else, neither type nor stack.
fn thrown(trigger: Trigger, payload: &[u8]) -> TriggerError {
    let error: Value = serde_json::from_slice(payload).unwrap_or_default();
    let text = |member: &str| error.get(member).and_then(Value::as_str);
    // Without a message there is Lambda's own word for an error of a function.
    TriggerError::thrown(
        trigger,
        text("errorMessage").or(text("errorType")).unwrap_or("Unhandled"),
    )
}
