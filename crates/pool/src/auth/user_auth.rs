//! `USER_AUTH`: whoever signs in chooses what the sign-in begins with, of what the pool allows and the user has.
//!
//! The choice may come with the first step (`PREFERRED_CHALLENGE`) or after it (`SELECT_CHALLENGE`). What follows a password is what
//! follows it in any flow; a code in place of one ends the sign-in, and is offered to nobody who is asked for a second factor.

use super::challenge::{password_verifier, select_challenge};
use super::means::Means;
use super::next;
use super::parameters::Parameters;
use super::room::Proven;
use super::step::{Answer, SignIn};
use crate::base::error::ApiError;
use crate::users::first_factors::FirstFactor;

/// Parameters of step-up authentication: who asks for it must not be given less without a word.
const NOT_HERE: [&str; 3] = ["TARGET_ACR_VALUES", "ACCESS_TOKEN", "MAX_AGE"];

/// What the first step asks for.
///
/// # Errors
/// `InvalidParameterException` for a challenge that there is not, and for what this server does not have.
pub fn preferred(parameters: &Parameters) -> Result<Option<FirstFactor>, ApiError> {
    if let Some(name) = NOT_HERE.into_iter().find(|name| parameters.get(name).is_some()) {
        return Err(ApiError::unsupported_member(&format!("AuthParameters {name}")));
    }
    match parameters.get("PREFERRED_CHALLENGE") {
        None | Some("") => Ok(None),
        Some(name) => FirstFactor::named(name).map(Some).ok_or_else(|| {
            ApiError::invalid_parameter(
                "PREFERRED_CHALLENGE must be PASSWORD, PASSWORD_SRP, EMAIL_OTP, SMS_OTP or WEB_AUTHN.",
            )
        }),
    }
}

/// Begins with what is preferred, or asks what it shall be where nothing is, or what the user does not have.
///
/// # Errors
/// Everything that the first challenge can deny with.
pub async fn begin(
    sign_in: SignIn<'_>,
    means: Means,
    preferred: Option<FirstFactor>,
    parameters: &Parameters,
) -> Result<Answer, ApiError> {
    let wanted = preferred.filter(|preferred| means.choices.contains(preferred));
    let srp_a = parameters.get("SRP_A").filter(|srp_a| !srp_a.is_empty());
    let answer = match (wanted, srp_a) {
        (Some(FirstFactor::PasswordSrp), Some(srp_a)) => {
            password_verifier::ask(&sign_in, srp_a, true).await?
        }
        (Some(first @ (FirstFactor::Email | FirstFactor::Sms)), _) => {
            let code = means.code(&sign_in, first);
            let code = code.ok_or_else(ApiError::incorrect_username_or_password)?;
            next::follow(sign_in, Proven::FirstCode(None, code)).await?
        }
        (Some(FirstFactor::WebAuthn), _) => next::follow(sign_in, Proven::AskPasskey(None)).await?,
        (wanted, _) => {
            let (batch, answer) = select_challenge::ask(&sign_in, &means, wanted);
            sign_in.ctx.platform().commit(batch).await?;
            answer
        }
    };
    Ok(answer.offering(&means.choices))
}
