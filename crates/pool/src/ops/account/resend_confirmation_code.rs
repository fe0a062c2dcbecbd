//! `ResendConfirmationCode`

use poolhouse_api::shapes::{self, UserStatusType, VerifiedAttributeType};

use crate::auth::named::Named;
use crate::base::error::ApiError;
use crate::records::{PoolRecord, UserRecord};
use crate::request::Ctx;
use crate::triggers::events::CustomMessageSource;
use crate::users::code_mail::{self, ATTRIBUTE, CodeMail, Leaves};
use crate::users::codes::Purpose;
use crate::users::quota;

/// Mails a new code for a sign-up, in place of the one before. Up to five calls an hour.
///
/// A name that nobody has, a disabled user and, where the client hides who exists, a user who is confirmed or has no address
/// get the answer of any other, with the same work behind it, and no mail.
///
/// # Errors
/// `InvalidParameterException` where the pool verifies nothing by itself, and, where the client may know that, for a user who
/// is confirmed or has no address; `LimitExceededException`; `NotAuthorizedException` for a wrong secret hash;
/// `UserNotFoundException` where the client may know that; what CustomMessage answers; `CodeDeliveryFailureException`.
pub async fn run(
    ctx: &Ctx,
    input: shapes::ResendConfirmationCodeRequest,
) -> Result<shapes::ResendConfirmationCodeResponse, ApiError> {
    let hash = input.secret_hash.as_deref();
    let named = Named::find(ctx, &input.client_id, hash, &input.username).await?;
    let (pool, client) = (&*named.pool.value, &*named.client.value);
    check_verifies(pool)?;
    named.hidden()?;
    named.count(ctx, quota::RESEND_CONFIRMATION_CODE).await?;
    let (purpose, source) = (Purpose::SignUp, CustomMessageSource::ResendCode);
    let mail = CodeMail::new(purpose, source, Some(client), input.client_metadata.as_ref());
    let details = named
        .send(ctx, mail, |user| reach(named.hides_unknown, user))
        .await?;
    Ok(shapes::ResendConfirmationCodeResponse {
        code_delivery_details: Some(details),
    })
}

/// Checks what is the same for everybody in the pool, so that it says nothing of anybody.
fn check_verifies(pool: &PoolRecord) -> Result<(), ApiError> {
    if code_mail::verifies(pool, VerifiedAttributeType::Email) {
        return Ok(());
    }
    if code_mail::verifies(pool, VerifiedAttributeType::PhoneNumber) {
        return Err(code_mail::no_sms());
    }
    Err(ApiError::invalid_parameter(
        "Cannot resend codes. Auto verification not turned on.",
    ))
}

/// Where the user gets the mail, and whether it leaves.
fn reach(hides_unknown: bool, user: &UserRecord) -> Result<Option<(&str, Leaves)>, ApiError> {
    let is_unconfirmed = user.status == UserStatusType::Unconfirmed;
    let may_know = !hides_unknown;
    if !is_unconfirmed && may_know {
        return Err(ApiError::invalid_parameter("User is already confirmed."));
    }
    let Some(address) = user.attribute(ATTRIBUTE) else {
        return if may_know {
            Err(code_mail::no_address())
        } else {
            Ok(None)
        };
    };
    let leaves = match is_unconfirmed && user.enabled {
        true => Leaves::Yes,
        false => Leaves::No,
    };
    Ok(Some((address, leaves)))
}

#[cfg(test)]
mod tests;
