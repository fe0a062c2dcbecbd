//! A call without the answer it was made for.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use super::credentials::CredentialsError;
use super::refusal::Refusal;
use crate::http::HttpError;

/// A call without the answer it was made for. It carries nothing of what was sent.
#[derive(Debug)]
pub struct CallError {
    service: &'static str,
    problem: CallProblem,
}

/// What went wrong.
#[derive(Debug)]
pub enum CallProblem {
    /// There is nothing to sign with.
    Credentials(CredentialsError),
    /// Not in time, and what was waited for.
    Deadline(Step, Option<Duration>),
    /// No answer.
    Http(HttpError),
    /// A refusal of the service.
    Refused(Refusal),
    /// An answer of this HTTP status that is not the operation's.
    Answer(u16),
}

/// What a call waited for when its time was up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A connection: what is sent there is dropped on the way.
    Connection,
    /// The answer.
    Answer,
}

impl CallProblem {
    /// A refusal; one without a name may come from something else than the service.
    pub(super) fn of(refusal: Refusal) -> Self {
        match refusal.code.as_str() {
            "" => Self::Answer(refusal.status),
            _ => Self::Refused(refusal),
        }
    }

    /// Whether the same request may well succeed a moment later, and it is not known that it had no effect.
    pub(super) fn is_transient(&self) -> bool {
        match self {
            Self::Refused(refusal) => refusal.status >= 500,
            Self::Answer(status) => *status >= 500,
            Self::Http(error) => !matches!(
                error,
                HttpError::Name | HttpError::Request(_) | HttpError::Tls(_) | HttpError::ProxyRefused(_)
            ),
            Self::Deadline(..) => true,
            Self::Credentials(_) => false,
        }
    }
}

impl CallError {
    pub(super) fn new(service: &'static str, problem: CallProblem) -> Self {
        Self { service, problem }
    }

    /// What went wrong.
    pub fn problem(&self) -> &CallProblem {
        &self.problem
    }

    /// What went wrong, to be told in other words.
    pub fn into_problem(self) -> CallProblem {
        self.problem
    }

    /// The service's refusal, if it is one.
    pub fn refusal(&self) -> Option<&Refusal> {
        match &self.problem {
            CallProblem::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let service = self.service;
        match &self.problem {
            CallProblem::Credentials(_) => write!(f, "{service} was not asked"),
            CallProblem::Deadline(Step::Connection, _) => {
                write!(f, "{service} could not be reached in time: nothing answers there")
            }
            CallProblem::Deadline(Step::Answer, _) => write!(f, "{service} did not answer in time"),
            CallProblem::Http(_) => write!(f, "{service} could not be reached"),
            CallProblem::Refused(Refusal { status, code, .. }) => {
                write!(f, "{service} refused with {status} {code}")
            }
            CallProblem::Answer(200..300) => {
                write!(f, "{service} answered something else than the operation does")
            }
            CallProblem::Answer(status) => write!(f, "{service} refused with {status}"),
        }
    }
}

impl Error for CallError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.problem {
            CallProblem::Http(source) => Some(source),
            CallProblem::Credentials(source) => Some(source),
            _ => None,
        }
    }
}
