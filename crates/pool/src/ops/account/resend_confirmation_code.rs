//! `ResendConfirmationCode`

use poolhouse_api::shapes::{self, UserStatusType, VerifiedAttributeType};

use crate::auth::named::Named;
use crate::auth::subject::Subject;
use crate::base::error::ApiError;
use crate::records::{ClientRecord, PoolRecord, UserRecord};
use crate::request::Ctx;
use crate::triggers::events::CustomMessageSource;
use crate::users::code_mail::{self, ATTRIBUTE, CodeMail, Leaves};
use crate::users::codes::Purpose;
use crate::users::quota;

/// Mails a new code for a sign-up, in place of the one before. Up to five calls an hour.
///
/// A name that nobody has, a disabled user and, where the client hides who exists, a user who is confirmed get the answer of
/// any other, with the same work behind it, and no mail.
///
/// # Errors
/// `InvalidParameterException` where the pool verifies nothing by itself, the user is confirmed or has no address;
/// `LimitExceededException`; `NotAuthorizedException` for a wrong secret hash; `UserNotFoundException` where the client may
/// know that; what CustomMessage answers; `CodeDeliveryFailureException`.
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
    let (code, details) = match &named.subject {
        Subject::Known(user) => {
            let user = &user.value;
            let leaves = leaves(client, user)?;
            let address = user.attribute(ATTRIBUTE).ok_or_else(code_mail::no_address)?;
            let code = code_mail::write(ctx, pool, user, address, mail, leaves).await?;
            (code, code_mail::details(address))
        }
        Subject::Unknown(_) => {
            let nobody = (named.subject.id(), named.subject.username());
            let code = code_mail::pretend(ctx, pool, nobody, mail).await?;
            (code, named.made_up_details(ctx)?)
        }
    };
    named.commit(ctx, code).await?;
    ctx.app.mailer.wake();
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

/// Whether the user gets the mail.
fn leaves(client: &ClientRecord, user: &UserRecord) -> Result<Leaves, ApiError> {
    let is_unconfirmed = user.status == UserStatusType::Unconfirmed;
    if !is_unconfirmed && !client.hides_unknown_users() {
        return Err(ApiError::invalid_parameter("User is already confirmed."));
    }
    Ok(if is_unconfirmed && user.enabled {
        Leaves::Yes
    } else {
        Leaves::No
    })
}

#[cfg(test)]
mod tests;
