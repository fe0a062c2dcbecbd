//! How OAuth's endpoints for machines say no: a status, a code, sometimes a sentence.

use std::error::Error;
use std::fmt;

use poolhouse_api::ErrorCode;
use poolhouse_store::CommitError;
use serde_json::{Value, json};

use super::redirect::legible;
use crate::base::error::ApiError;
use crate::base::load::LoadError;

/// A refusal, as it is answered.
#[derive(Debug)]
pub struct Denied {
    /// The HTTP status.
    pub status: u16,
    /// `error`
    pub error: &'static str,
    /// `error_description`, if there is one.
    pub description: Option<String>,
    /// The header `WWW-Authenticate`, if there is one.
    pub challenge: Option<String>,
    /// The header `Retry-After` in seconds, if there is one.
    pub retry_after: Option<i64>,
    source: Option<Box<ApiError>>,
}

impl Denied {
    /// A 400 with this code.
    pub fn new(error: &'static str) -> Denied {
        Denied {
            status: 400,
            error,
            description: None,
            challenge: None,
            retry_after: None,
            source: None,
        }
    }

    /// The same with a description, in the characters that one may have.
    #[must_use]
    pub fn saying(self, description: &str) -> Denied {
        Denied {
            description: Some(legible(description)),
            ..self
        }
    }

    /// The same with another status.
    #[must_use]
    pub fn with_status(self, status: u16) -> Denied {
        Denied { status, ..self }
    }

    /// The same with a challenge.
    #[must_use]
    pub fn challenging(self, challenge: String) -> Denied {
        Denied {
            challenge: Some(challenge),
            ..self
        }
    }

    /// The same, to be tried again after so many seconds.
    #[must_use]
    pub fn after(self, seconds: i64) -> Denied {
        Denied {
            retry_after: Some(seconds),
            ..self
        }
    }

    /// A request that cannot be understood.
    pub fn invalid_request() -> Denied {
        Denied::new("invalid_request")
    }

    /// A client that is not who it says.
    pub fn invalid_client() -> Denied {
        Denied::new("invalid_client")
    }

    /// A code or token that is worth nothing, or not here.
    pub fn invalid_grant() -> Denied {
        Denied::new("invalid_grant")
    }

    /// What an error comes to at the token endpoint. A function's own words are repeated, as they are on every other road.
    pub fn of_grant(error: ApiError) -> Denied {
        let denied = match error.code {
            _ if error.status() >= 500 => Denied::new("server_error").with_status(error.status()),
            ErrorCode::TooManyRequestsException => Denied::new("temporarily_unavailable").with_status(429),
            ErrorCode::UserLambdaValidationException
            | ErrorCode::UnexpectedLambdaException
            | ErrorCode::InvalidLambdaResponseException => {
                Denied::invalid_grant().saying(&format!("{} ", error.message))
            }
            _ => Denied::invalid_grant(),
        };
        Denied {
            source: Some(Box::new(error)),
            ..denied
        }
    }

    /// Whether the server is at fault, so that what was asked for may be asked for again.
    pub fn is_ours(&self) -> bool {
        self.status >= 429
    }

    /// The body of the answer.
    pub fn body(&self) -> Value {
        let mut body = json!({ "error": self.error });
        if let Some(description) = &self.description {
            body["error_description"] = json!(description);
        }
        body
    }
}

/// An operation's error.
impl From<ApiError> for Denied {
    fn from(error: ApiError) -> Denied {
        Denied::of_grant(error)
    }
}

/// A lookup that failed.
impl From<LoadError> for Denied {
    fn from(error: LoadError) -> Denied {
        Denied::of_grant(error.into())
    }
}

/// A commit that failed.
impl From<CommitError> for Denied {
    fn from(error: CommitError) -> Denied {
        Denied::of_grant(error.into())
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.description {
            None => f.write_str(self.error),
            Some(description) => write!(f, "{}: {description}", self.error),
        }
    }
}

impl Error for Denied {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source
            .as_deref()
            .map(|cause| cause as &(dyn Error + 'static))
    }
}
