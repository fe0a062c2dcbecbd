//! Whether a sign-in may end without a confirm code: decided here and nowhere else.
//!
//! The pool's door is asked before a flow without a code begins and at each of its steps. Tokens without a code also expect
//! at their commit that the door is as it was, so one that is shut meanwhile lets nobody through.

use poolhouse_api::shapes::{AuthFlowType, ChallengeNameType};
use poolhouse_store::{Batch, Expect};

use super::place;
use super::step::SignIn;
use crate::base::error::ApiError;
use crate::records::session::ChallengeResult;
use crate::records::{ClientRecord, Door, PoolRecord};

/// Checks that the pool and the client allow a flow that ends without a code.
///
/// # Errors
/// `InvalidParameterException` with a sentence that names `CUSTOM_AUTH`.
pub fn check_flow(pool: &PoolRecord, client: &ClientRecord, flow: &AuthFlowType) -> Result<(), ApiError> {
    use AuthFlowType as Flow;
    match flow {
        // What Define lets through is judged once it does; a refresh begins nothing.
        Flow::CustomAuth | Flow::RefreshToken | Flow::RefreshTokenAuth => Ok(()),
        Flow::UserSrpAuth
        | Flow::UserPasswordAuth
        | Flow::AdminUserPasswordAuth
        | Flow::AdminNoSrpAuth
        | Flow::UserAuth
            if pool.door.is_shut_for(client.id()) =>
        {
            Err(ApiError::invalid_parameter(format!(
                "{} would sign in without a confirm code, which this user pool requires. Use CUSTOM_AUTH.",
                flow.as_str()
            )))
        }
        Flow::UserSrpAuth
        | Flow::UserPasswordAuth
        | Flow::AdminUserPasswordAuth
        | Flow::AdminNoSrpAuth
        | Flow::UserAuth => Ok(()),
    }
}

/// Checks tokens that Define gives to a sign-in without password and code.
///
/// # Errors
/// `NotAuthorizedException` with a sentence that names `CUSTOM_AUTH`.
pub fn check_define(pool: &PoolRecord, client: &ClientRecord) -> Result<(), ApiError> {
    if !pool.door.is_shut_for(client.id()) {
        return Ok(());
    }
    Err(ApiError::not_authorized(
        "This user pool requires a confirm code after the password: CUSTOM_AUTH must begin with SRP_A and end with CUSTOM_CHALLENGE.",
    ))
}

/// Whether a sign-in by custom authentication had the password, and after it a right code or, where this server lets
/// browsers be trusted, the token of one that had a right code. The pool has taken every other token out of the metadata.
pub fn is_passed(sign_in: &SignIn<'_>, answered: &[ChallengeResult]) -> bool {
    let password = answered
        .iter()
        .position(|result| result.result && result.name == ChallengeNameType::PasswordVerifier.as_str());
    let after = password.and_then(|password| answered.get(password + 1..));
    let Some(after) = after else {
        return false;
    };
    let trusts = sign_in.ctx.app.functions.confirm().trusted_device_days > 0;
    after.last().is_some_and(is_right_code) || (trusts && sign_in.metadata.contains_key(place::TOKEN))
}

/// Whether this answer was a right code.
pub fn is_right_code(result: &ChallengeResult) -> bool {
    result.result && result.name == ChallengeNameType::CustomChallenge.as_str()
}

/// That the pool's door is as this sign-in found it: part of the commit of tokens without a code.
pub fn unchanged(pool: &PoolRecord, client_id: &str) -> Batch {
    if pool.door.requires_code == Some(true) {
        Batch::new().check(Door::open_key(pool.id(), client_id), Expect::Present)
    } else {
        Batch::new().check(Door::shut_key(pool.id()), Expect::Absent)
    }
}
