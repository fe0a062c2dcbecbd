//! What an entry of the audit log is about, and which requests have one.

use poolhouse_api::{Auth, ErrorCode, Operation};
use poolhouse_store::{Batch, Expect};

use super::noted::Noted;
use crate::base::error::ApiError;
use crate::records::UserRecord;

/// What a commit says beside what it does.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum Telling {
    #[default]
    /// Nothing.
    Nothing,
    /// How what was asked for ended.
    Ended {
        /// With tokens, done, or with which exception.
        outcome: &'static str,
        /// What stood in the way, where that is known.
        why: Option<&'static str>,
    },
}

/// What the entry is about, as far as the request's lookups and its commit tell.
pub struct About {
    /// The pool.
    pub pool: Option<String>,
    /// The user's `sub`.
    pub user: Option<String>,
}

impl About {
    /// Of a request that found these, and commits this.
    pub fn of(noted: &Noted, batch: &Batch) -> About {
        let pool = noted.pool().or_else(|| batch.keys().find_map(pool_in));
        // A user who is just being made was not found before.
        let made = batch.keys().find(|key| {
            batch.expects(key).contains(&Expect::Absent)
                && batch.writes(key)
                && UserRecord::sub_in(key).is_some()
        });
        let made = made.and_then(UserRecord::sub_in);
        About {
            pool: pool.map(str::to_owned),
            user: made.or(noted.user()).map(str::to_owned),
        }
    }
}

/// The pool that a row belongs to.
fn pool_in(key: &str) -> Option<&str> {
    match key.strip_prefix("p/") {
        Some(rest) => rest.split('/').next(),
        None => key.strip_prefix("pool/"),
    }
}

/// Whether anybody may call it about any name, also one that nobody has.
pub fn is_by_name(operation: Operation) -> bool {
    let names_nobody = [Operation::GetClientToken, Operation::RevokeToken];
    operation.auth() == Auth::None && !names_nobody.contains(&operation)
}

/// Operations that tell nothing before they end, and refreshes nothing at all: there is one an hour of everybody who is signed in.
pub fn is_sign_in(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::InitiateAuth
            | Operation::AdminInitiateAuth
            | Operation::RespondToAuthChallenge
            | Operation::AdminRespondToAuthChallenge
            | Operation::GetTokensFromRefreshToken
    )
}

/// Why something was denied, where the error says so.
pub fn reason(error: &ApiError) -> Option<&'static str> {
    match error.code {
        ErrorCode::UserNotConfirmedException => Some("unconfirmed"),
        ErrorCode::PasswordResetRequiredException => Some("reset_required"),
        ErrorCode::UserLambdaValidationException
        | ErrorCode::UnexpectedLambdaException
        | ErrorCode::InvalidLambdaResponseException => Some("function"),
        ErrorCode::NotAuthorizedException if error.message == ApiError::user_disabled().message => {
            Some("disabled")
        }
        _ => None,
    }
}
