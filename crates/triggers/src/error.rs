//! What the client of a sign-in is told when a function does not do its part.

use std::fmt;

use crate::trigger::Trigger;

/// The most bytes of a function's error message that are passed on.
const LONGEST_MESSAGE: usize = 2048;

/// Which of the service's exceptions it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The function itself said no: `UserLambdaValidationException`.
    UserLambdaValidation,
    /// The function could not be called, or did not answer: `UnexpectedLambdaException`.
    UnexpectedLambda,
    /// The function answered nonsense: `InvalidLambdaResponseException`.
    InvalidLambdaResponse,
    /// Too many calls of the function wait already: `TooManyRequestsException`.
    TooManyRequests,
}

/// A trigger that failed, as the client is told. The operator finds the reason in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TriggerError {
    kind: ErrorKind,
    message: String,
}

impl TriggerError {
    /// The function threw an error with this message. The service appends a full stop.
    ///
    /// The client reads the message, and it is cut to its first 2 KiB.
    pub fn thrown(trigger: Trigger, message: &str) -> TriggerError {
        let name = trigger.name();
        let message = &message[..message.floor_char_boundary(LONGEST_MESSAGE)];
        TriggerError {
            kind: ErrorKind::UserLambdaValidation,
            message: format!("{name} failed with error {message}."),
        }
    }

    /// The function could not be called at all.
    pub fn unreachable(trigger: Trigger) -> TriggerError {
        let name = trigger.name();
        TriggerError {
            kind: ErrorKind::UnexpectedLambda,
            message: format!("{name} invocation failed due to error AccessDeniedException."),
        }
    }

    /// The function did not answer in time, in any of its attempts.
    pub fn timed_out(trigger: Trigger) -> TriggerError {
        let name = trigger.name();
        TriggerError {
            kind: ErrorKind::UnexpectedLambda,
            message: format!("{name} failed with error Socket timeout while invoking Lambda function."),
        }
    }

    /// The function answered something that is not the event with a response.
    pub fn unrecognizable() -> TriggerError {
        TriggerError {
            kind: ErrorKind::InvalidLambdaResponse,
            message: "Unrecognizable lambda output".to_owned(),
        }
    }

    /// The function answered nothing, or something that is not JSON.
    pub fn invalid_json() -> TriggerError {
        TriggerError {
            kind: ErrorKind::InvalidLambdaResponse,
            message: "Invalid lambda function output : Invalid JSON".to_owned(),
        }
    }

    /// The queue before the function is full.
    pub fn too_many_requests() -> TriggerError {
        TriggerError {
            kind: ErrorKind::TooManyRequests,
            message: "Too many requests".to_owned(),
        }
    }

    /// Which exception it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for TriggerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TriggerError {}
