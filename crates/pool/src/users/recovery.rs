//! Who gets a new password in place of a forgotten one, and where the code for it goes.
//!
//! The code goes by mail, so that a mailbox alone resets the password. Where the pool also asks for a code by mail at every
//! sign-in, that would leave one factor of two: such a pool leaves forgotten passwords to its administrators, by
//! `AccountRecoverySetting` or by the safeguard `recovery_needs_another_factor`.

use poolhouse_api::shapes::{RecoveryOptionNameType, UserStatusType};
use poolhouse_store::{Batch, Expect};

use super::code_mail::{self, ATTRIBUTE};
use super::codes::Purpose;
use crate::base::error::ApiError;
use crate::records::{PoolRecord, UserRecord};
use crate::request::Ctx;

/// Why passwords are not reset by mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// `AccountRecoverySetting` leaves it to administrators.
    Administrators,
    /// The safeguard does.
    Safeguard,
    /// It is to be by SMS alone.
    NoMail,
}

/// What keeps the pool's passwords from being reset by mail, if anything does.
pub fn obstacle(pool: &PoolRecord) -> Option<Obstacle> {
    let mechanisms = pool.settings.account_recovery_setting.as_ref();
    let mechanisms = mechanisms.and_then(|setting| setting.recovery_mechanisms.as_deref());
    let mechanisms = mechanisms.filter(|mechanisms| !mechanisms.is_empty());
    let has = |name| mechanisms.is_none_or(|all| all.iter().any(|one| one.name == name));
    if mechanisms.is_some() && has(RecoveryOptionNameType::AdminOnly) {
        return Some(Obstacle::Administrators);
    }
    if pool.safeguards.recovery_needs_another_factor {
        return Some(Obstacle::Safeguard);
    }
    (!has(RecoveryOptionNameType::VerifiedEmail)).then_some(Obstacle::NoMail)
}

/// Checks that the pool lets passwords be reset by mail. It is the same for everybody in the pool, so that it says nothing of
/// anybody.
///
/// # Errors
/// `NotAuthorizedException` `Contact administrator to reset password.`; `CodeDeliveryFailureException` where the pool wants it
/// by SMS alone.
pub fn check_pool(ctx: &Ctx, pool: &PoolRecord) -> Result<(), ApiError> {
    match obstacle(pool) {
        None => return Ok(()),
        Some(Obstacle::NoMail) => return Err(code_mail::no_sms()),
        Some(Obstacle::Safeguard) => tracing::info!(
            request_id = ctx.request_id,
            pool = pool.id(),
            "no password is reset by mail alone: poolhouse pool set --recovery-needs-another-factor"
        ),
        Some(Obstacle::Administrators) => {}
    }
    Err(ApiError::not_authorized(
        "Contact administrator to reset password.",
    ))
}

/// The address that the code for this user goes to.
///
/// # Errors
/// `NotAuthorizedException` for a user who never had a password of its own; `InvalidParameterException` where no address is
/// verified, or the user is not confirmed.
pub fn address(user: &UserRecord) -> Result<&str, ApiError> {
    check_state(user)?;
    let verified = user.attribute("email_verified") == Some("true");
    let address = user.attribute(ATTRIBUTE).filter(|_| verified);
    let address = address.filter(|_| user.status != UserStatusType::Unconfirmed);
    address.ok_or_else(|| {
        ApiError::invalid_parameter(
            "Cannot reset password for the user as there is no registered/verified email or phone_number",
        )
    })
}

/// Checks that the user is in a state in which its password can be reset.
fn check_state(user: &UserRecord) -> Result<(), ApiError> {
    match user.status {
        UserStatusType::Confirmed | UserStatusType::ResetRequired | UserStatusType::Unconfirmed => Ok(()),
        _ => Err(ApiError::not_authorized(
            "User password cannot be reset in the current state.",
        )),
    }
}

/// Ends the code for a new password that the user was mailed, if one lives: part of the commit that sets a password in another
/// way. Who has read that mail must not undo what was set to keep him out.
pub fn ended(pool_id: &str, sub: &str) -> Batch {
    Batch::new().delete(Purpose::ForgotPassword.key(pool_id, sub), Expect::Any)
}
