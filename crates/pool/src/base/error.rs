//! What an operation answers when it cannot do what was asked: one of the model's error codes and AWS's sentence.
//!
//! The sentence is the contract (front ends match it verbatim); the cause stays in `source` and is logged once, at the
//! HTTP edge. Sentences that several operations share are constructors here, so that each is written once.

use std::error::Error;
use std::fmt;

use poolhouse_api::{ErrorCode, Rejection};
use poolhouse_store::{CommitError, StoreError};

use super::load::LoadError;

type Cause = Box<dyn Error + Send + Sync>;

/// Seconds after which what is short for a moment is worth another try.
const SOON: u64 = 1;

/// An error as the API answers it.
#[derive(Debug)]
pub struct ApiError {
    /// The exception's name, which also decides the HTTP status.
    pub code: ErrorCode,
    /// The sentence for the caller. Never holds a secret.
    pub message: String,
    source: Option<Cause>,
    is_unavailable: bool,
    retry_after: Option<u64>,
}

impl ApiError {
    /// An error with this code and sentence.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> ApiError {
        ApiError {
            code,
            message: message.into(),
            source: None,
            is_unavailable: false,
            retry_after: None,
        }
    }

    /// The same error with its cause attached for the log.
    pub fn caused_by(mut self, cause: impl Into<Cause>) -> ApiError {
        self.source = Some(cause.into());
        self
    }

    /// Something failed that the caller can do nothing about.
    pub fn internal(cause: impl Into<Cause>) -> ApiError {
        ApiError::new(
            ErrorCode::InternalErrorException,
            "An internal error occurred. Try again.",
        )
        .caused_by(cause)
    }

    /// The store cannot do it at the moment, or cannot say whether it did: HTTP 503.
    pub fn unavailable(cause: impl Into<Cause>) -> ApiError {
        ApiError {
            is_unavailable: true,
            retry_after: Some(SOON),
            ..ApiError::new(
                ErrorCode::InternalErrorException,
                "The service is not available at the moment. Try again.",
            )
            .caused_by(cause)
        }
    }

    /// The same error, which says that it passes: after so many seconds the call may be made again.
    pub fn after(mut self, seconds: u64) -> ApiError {
        self.retry_after = Some(seconds);
        self
    }

    /// After how many seconds the call may be made again, where waiting helps.
    pub fn retry_after(&self) -> Option<u64> {
        self.retry_after
    }

    /// The HTTP status of the answer.
    pub fn status(&self) -> u16 {
        if self.is_unavailable {
            503
        } else {
            self.code.status()
        }
    }

    /// `InvalidParameterException` with this sentence.
    pub fn invalid_parameter(message: impl Into<String>) -> ApiError {
        ApiError::new(ErrorCode::InvalidParameterException, message)
    }

    /// `NotAuthorizedException` with this sentence.
    pub fn not_authorized(message: impl Into<String>) -> ApiError {
        ApiError::new(ErrorCode::NotAuthorizedException, message)
    }

    /// A key of `AuthParameters` or `ChallengeResponses` that the flow cannot do without.
    pub fn missing_parameter(name: &str) -> ApiError {
        ApiError::invalid_parameter(format!("Missing required parameter {name}"))
    }

    /// A wrong password, an unknown user under `PreventUserExistenceErrors`, a failed custom challenge: one sentence.
    pub fn incorrect_username_or_password() -> ApiError {
        ApiError::not_authorized("Incorrect username or password.")
    }

    /// An unknown user where the caller may know it: administrators, and clients on `LEGACY`.
    pub fn user_not_found() -> ApiError {
        ApiError::new(ErrorCode::UserNotFoundException, "User does not exist.")
    }

    /// A user that an administrator has disabled.
    pub fn user_disabled() -> ApiError {
        ApiError::not_authorized("User is disabled.")
    }

    /// An unknown user pool.
    pub fn pool_not_found(id: &str) -> ApiError {
        ApiError::new(
            ErrorCode::ResourceNotFoundException,
            format!("User pool {id} does not exist."),
        )
    }

    /// An unknown app client.
    pub fn client_not_found(id: &str) -> ApiError {
        ApiError::new(
            ErrorCode::ResourceNotFoundException,
            format!("User pool client {id} does not exist."),
        )
    }

    /// An identity provider that an app client or a user is to have, and that there is not.
    pub fn provider_not_found(pool_id: &str, name: &str) -> ApiError {
        ApiError::invalid_parameter(format!(
            "The provider {name} does not exist for User Pool {pool_id}."
        ))
    }

    /// More work than the server takes on at a time, or more than one that wanted the same at the same moment.
    pub fn too_many_requests() -> ApiError {
        ApiError::new(ErrorCode::TooManyRequestsException, "Too many requests").after(SOON)
    }

    /// More calls than a limit allows.
    pub fn rate_exceeded() -> ApiError {
        ApiError::new(ErrorCode::TooManyRequestsException, "Rate exceeded").after(SOON)
    }

    /// A user may do this only so often in an hour, or give only so many wrong answers in a day.
    pub fn limit_exceeded() -> ApiError {
        ApiError::new(
            ErrorCode::LimitExceededException,
            "Attempt limit exceeded, please try after some time.",
        )
    }

    /// Two callers changed one thing at the same moment and this one lost.
    pub fn concurrent_modification() -> ApiError {
        ApiError::rate_exceeded()
    }

    /// A commit that failed, in the operations that have `ConcurrentModificationException` for a lost race.
    pub fn lost_update(error: CommitError) -> ApiError {
        match error {
            CommitError::Conflict { .. } => ApiError::new(
                ErrorCode::ConcurrentModificationException,
                "Another request changed the settings at the same moment. Read them again, then retry.",
            )
            .caused_by(error),
            error => error.into(),
        }
    }

    /// A member of the API that this server knows and refuses, by name.
    pub fn unsupported_member(member: &str) -> ApiError {
        ApiError::invalid_parameter(format!(
            "{member} is not supported by this server. Leave it out; docs/reference/members.md lists what is."
        ))
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.name(), self.message)
    }
}

impl Error for ApiError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source
            .as_deref()
            .map(|cause| cause as &(dyn Error + 'static))
    }
}

/// A body that is not JSON, or that breaks the model's constraints.
impl From<Rejection> for ApiError {
    fn from(rejection: Rejection) -> ApiError {
        match rejection {
            Rejection::Serialization(text) => ApiError::new(ErrorCode::SerializationException, text),
            Rejection::InvalidParameter(sentence) => ApiError::invalid_parameter(sentence),
        }
    }
}

impl From<LoadError> for ApiError {
    fn from(error: LoadError) -> ApiError {
        match error {
            LoadError::Store(error) => error.into(),
            error @ LoadError::Corrupt(_) => ApiError::internal(error),
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> ApiError {
        if error.is_transient() {
            ApiError::unavailable(error)
        } else {
            ApiError::internal(error)
        }
    }
}

/// A batch whose expectations no longer held lost a race. Operations that can decide again catch
/// `CommitError::Conflict` themselves; for all others the caller may simply send the request again.
impl From<CommitError> for ApiError {
    fn from(error: CommitError) -> ApiError {
        match error {
            CommitError::Conflict { .. } => ApiError::concurrent_modification().caused_by(error),
            // Nothing was applied, so the same request may be sent again.
            CommitError::Store(StoreError::Engine(_)) | CommitError::Uncertain(_) => {
                ApiError::unavailable(error)
            }
            CommitError::Store(error) => error.into(),
        }
    }
}
