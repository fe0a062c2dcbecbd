//! What a second factor proves: that a sign-in has one, and that an address is the user's.

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::AuthFlowType;

use super::factor::RightAnswer;
use super::step::SignIn;
use super::{device, handle};
use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::records::{Factor, UserRecord};
use crate::users::factors::{self, Due};

/// Whether the user is asked for a second factor that this sign-in has not had. What a user switches on while a sign-in is under
/// way counts for it.
pub fn is_missing(sign_in: &SignIn<'_>, user: &UserRecord) -> bool {
    let had = |factor: &Factor| {
        let name = factor.name();
        sign_in
            .answered
            .iter()
            .any(|answered| answered.result && answered.name == name)
    };
    // A code that the sign-in began with is no second factor of it.
    let has_second = sign_in.passwordless.is_none() && Factor::ALL.iter().any(had);
    let due = factors::due(sign_in.pool, user);
    let by_device = device::is_proved(sign_in) && device::can_stand_in(sign_in.pool, &due);
    due != Due::Nothing && !has_second && !by_device
}

/// Nothing that the user has can be asked for, and nothing can be set up.
pub fn none_available(sign_in: &SignIn<'_>) -> ApiError {
    // InitiateAuth has no such exception, and only flows with a password in the clear get here in their first step.
    let is_first = sign_in.answered.is_empty() && sign_in.flow != AuthFlowType::UserSrpAuth.as_str();
    let code = match is_first && sign_in.sealed_choice.is_none() {
        true => ErrorCode::NotAuthorizedException,
        false => ErrorCode::MFAMethodNotFoundException,
    };
    ApiError::new(code, "User has no MFA method available.")
}

/// Whether a right answer says something of the user that its row does not: that an address is verified, or that one is its
/// own.
pub fn says_news(user: &UserRecord, right: &RightAnswer) -> bool {
    let (Some(attribute), Some(target)) = (right.factor().attribute(), right.target()) else {
        return false;
    };
    let flag = user.attribute(&format!("{attribute}_verified"));
    user.attribute(attribute) != Some(target) || flag != Some("true")
}

/// Keeps what a code has proved that was sent to `target`. An address that the user has given in this sign-in becomes its own,
/// and its second factor.
///
/// # Errors
/// `Invalid session for the user.` where the user has another address by now.
pub fn keep(
    user: &mut UserRecord,
    factor: Factor,
    target: Option<&str>,
    now: Millis,
) -> Result<(), ApiError> {
    let (Some(attribute), Some(target)) = (factor.attribute(), target) else {
        return Ok(());
    };
    match user.attribute(attribute) {
        Some(held) if held != target => return Err(handle::invalid()),
        Some(_) => {}
        None => {
            user.set_attribute(attribute, target);
            user.factors.enable(factor);
        }
    }
    user.set_attribute(&format!("{attribute}_verified"), "true");
    user.modified = now;
    Ok(())
}
