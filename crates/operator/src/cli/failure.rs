//! What is told when a command did not do what it was asked.

use std::error::Error;

use poolhouse_text::with_causes;

use crate::attach::{FunctionsError, Refusal, RollbackError};
use crate::aws::AwsError;
use crate::change::{ChangeError, SnapshotError};
use crate::console::Console;
use crate::people::BooksError;

/// An error as a sentence, and what to do next.
#[derive(Debug)]
pub(super) struct Failure {
    what: String,
    advice: Option<String>,
}

impl Failure {
    /// An error that says itself what to do.
    pub(super) fn new(error: &dyn Error) -> Failure {
        Failure {
            what: with_causes(error),
            advice: None,
        }
    }

    /// A sentence, and what to do next.
    pub(super) fn of(what: impl Into<String>, advice: impl Into<String>) -> Failure {
        Failure {
            what: what.into(),
            advice: Some(advice.into()),
        }
    }

    /// The same with a further line.
    pub(super) fn with_hint(mut self, hint: &str) -> Failure {
        self.advice = Some(
            self.advice
                .map_or_else(|| hint.to_owned(), |advice| format!("{advice}\n{hint}")),
        );
        self
    }

    fn advised(error: &dyn Error, advice: Option<String>) -> Failure {
        Failure {
            what: with_causes(error),
            advice,
        }
    }

    /// Tells it.
    pub(super) fn tell(&self, console: &mut dyn Console) {
        console.warn(&format!("poolhouse: {}", self.what));
        if let Some(advice) = &self.advice {
            console.warn(advice);
        }
    }
}

impl From<AwsError> for Failure {
    fn from(error: AwsError) -> Failure {
        Failure::advised(&error, error.advice())
    }
}

impl From<BooksError> for Failure {
    fn from(error: BooksError) -> Failure {
        Failure::advised(&error, error.advice())
    }
}

impl From<FunctionsError> for Failure {
    fn from(error: FunctionsError) -> Failure {
        Failure::advised(&error, error.advice())
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        Failure::advised(&refusal, Some(refusal.advice()))
    }
}

impl From<ChangeError> for Failure {
    fn from(error: ChangeError) -> Failure {
        Failure::advised(&error, error.advice())
    }
}

impl From<RollbackError> for Failure {
    fn from(error: RollbackError) -> Failure {
        Failure::new(&error)
    }
}

impl From<SnapshotError> for Failure {
    fn from(error: SnapshotError) -> Failure {
        Failure::new(&error)
    }
}
