//! What an error of the database means for what was asked.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use tokio_postgres::error::{DbError, Severity, SqlState};

use crate::StoreError;

/// A lost race: somebody put a row where the statement had seen none.
const LOST_RACE: &str = "PH002";

/// What came of a statement that was not answered with rows.
#[derive(Debug)]
pub(super) enum Fault {
    /// It was rolled back because of others; the same statement may well succeed.
    Raced,
    /// It was refused by a server that takes no writes: one that was demoted. Nothing was applied.
    Demoted(StoreError),
    /// It was rolled back, and would be again.
    Refused(StoreError),
    /// The connection ended, or said nothing for too long: nobody knows what became of the statement.
    Lost(StoreError),
}

impl Fault {
    pub(super) fn of(error: tokio_postgres::Error) -> Self {
        let Some(refusal) = error.as_db_error().filter(|refusal| is_rolled_back(refusal)) else {
            return Self::Lost(unreachable(error));
        };
        let code = refusal.code();
        if code.code() == LOST_RACE
            || *code == SqlState::T_R_SERIALIZATION_FAILURE
            || *code == SqlState::T_R_DEADLOCK_DETECTED
        {
            return Self::Raced;
        }
        if *code == SqlState::READ_ONLY_SQL_TRANSACTION || *code == SqlState::CANNOT_CONNECT_NOW {
            return Self::Demoted(unreachable(error));
        }
        Self::Refused(match code.code() {
            // A lock that somebody holds for seconds; a statement that an operator ended.
            "55P03" | "57014" => StoreError::Busy,
            "53100" => StoreError::Full,
            _ => StoreError::Engine(Arc::new(Refusal::of(refusal))),
        })
    }

    /// As whoever only reads is told.
    pub(super) fn into_error(self) -> StoreError {
        match self {
            Self::Raced => StoreError::Busy,
            Self::Demoted(error) | Self::Refused(error) | Self::Lost(error) => error,
        }
    }
}

/// An error that is not fatal to the session rolls its transaction back. One that is may come after the commit: whoever
/// waits for a standby is told so while the row is there.
fn is_rolled_back(refusal: &DbError) -> bool {
    match refusal.parsed_severity() {
        Some(severity) => severity == Severity::Error,
        None => refusal.severity() == "ERROR",
    }
}

/// The database cannot be asked.
pub(super) fn unreachable(error: tokio_postgres::Error) -> StoreError {
    match error.as_db_error() {
        Some(refusal) => StoreError::Unreachable(Arc::new(Refusal::of(refusal))),
        None => StoreError::Unreachable(Arc::new(error)),
    }
}

/// What the database said, without the details, which may hold what is in a row.
#[derive(Debug)]
pub(super) struct Refusal {
    code: String,
    message: String,
}

impl Refusal {
    fn of(refusal: &DbError) -> Self {
        Self {
            code: refusal.code().code().to_owned(),
            message: refusal.message().to_owned(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgreSQL: {} (SQLSTATE {})", self.message, self.code)
    }
}

impl Error for Refusal {}

/// No answer came in time.
#[derive(Debug)]
pub(super) struct Silent;

impl fmt::Display for Silent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostgreSQL did not answer in time")
    }
}

impl Error for Silent {}

pub(super) fn silent() -> StoreError {
    StoreError::Unreachable(Arc::new(Silent))
}

/// The server answers, and takes no writes.
#[derive(Debug)]
pub(super) struct ReadOnly;

impl fmt::Display for ReadOnly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this PostgreSQL server is a standby")
    }
}

impl Error for ReadOnly {}
