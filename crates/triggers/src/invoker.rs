//! Calling a function the way the service does: five seconds an attempt, three attempts, and every failure denies.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use crate::error::TriggerError;
use crate::event::check_reply;
use crate::place::{InvokeError, Invoked, Place};
use crate::trigger::Trigger;

/// The largest answer of a function: Lambda's limit for synchronous calls.
const LARGEST_ANSWER: usize = 6 * 1024 * 1024;

/// How a function is called.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// How long one attempt may take.
    pub attempt: Duration,
    /// How many attempts there are.
    pub attempts: u32,
    /// How many calls run at a time.
    pub concurrent: usize,
    /// How many calls may wait for one of those.
    pub waiting: usize,
}

impl Default for Policy {
    /// The service's own numbers for time and attempts; enough room for a busy pool on one machine.
    fn default() -> Policy {
        Policy { attempt: Duration::from_secs(5), attempts: 3, concurrent: 32, waiting: 256 }
    }
}

/// A function with the policy it is called under.
pub struct Invoker {
    place: Arc<dyn Place>,
    policy: Policy,
    running: Semaphore,
    admitted: Semaphore,
}

impl Invoker {
    /// An invoker of the function at `place`.
    pub fn new(place: Arc<dyn Place>, policy: Policy) -> Invoker {
        Invoker {
            place,
            policy,
            running: Semaphore::new(policy.concurrent),
            admitted: Semaphore::new(policy.concurrent.saturating_add(policy.waiting)),
        }
    }

    /// Calls the function with an event and returns the event it answered, checked to be one.
    ///
    /// # Errors
    /// In the service's sentences. An attempt is repeated if it timed out or the function died under it, never if the
    /// function answered, whatever it answered.
    pub async fn call(&self, trigger: Trigger, event: &Value) -> Result<Value, TriggerError> {
        let _admitted = self.admitted.try_acquire().map_err(|_| TriggerError::too_many_requests())?;
        let _running = self.running.acquire().await.map_err(|_| TriggerError::unreachable(trigger))?;
        let payload = Bytes::from(event.to_string());
        let mut failed = InvokeError::TimedOut;
        for attempt in 1..=self.policy.attempts {
            let deadline = Instant::now() + self.policy.attempt;
            let invoked = timeout_at(deadline, self.place.invoke(payload.clone(), deadline)).await;
            match invoked.unwrap_or(Err(InvokeError::TimedOut)) {
                Ok(Invoked::Answer(answer)) => return read(trigger, event, &answer),
                Ok(Invoked::Error(error)) => return Err(TriggerError::thrown(trigger, &message(&error))),
                Err(error) => {
                    tracing::warn!(trigger = trigger.name(), attempt, error = %error, "function failed");
                    failed = error;
                }
            }
        }
        Err(match failed {
            InvokeError::CannotStart(_) => TriggerError::unreachable(trigger),
            InvokeError::TimedOut => TriggerError::timed_out(trigger),
            InvokeError::Exited(how) => TriggerError::thrown(trigger, how.trim_end_matches('.')),
            InvokeError::TooLarge => TriggerError::unrecognizable(),
        })
    }

    /// Gets the function ready.
    ///
    /// # Errors
    /// When it cannot be started.
    pub async fn warm_up(&self) -> Result<(), InvokeError> {
        self.place.warm_up().await
    }

    /// Ends the function.
    pub async fn shut_down(&self) {
        self.place.shut_down().await;
    }
}

fn read(trigger: Trigger, event: &Value, answer: &Bytes) -> Result<Value, TriggerError> {
    if answer.len() > LARGEST_ANSWER {
        return Err(TriggerError::unrecognizable());
    }
    let reply = serde_json::from_slice(answer).map_err(|_| TriggerError::unrecognizable())?;
    check_reply(trigger, event, reply)
}

/// The message of an error that a function reported: the message alone, neither type nor stack.
fn message(error: &Bytes) -> String {
    serde_json::from_slice::<Value>(error)
        .ok()
        .and_then(|error| error.get("errorMessage").and_then(Value::as_str).map(str::to_owned))
        .unwrap_or_else(|| "null".to_owned())
}
