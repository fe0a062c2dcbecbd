//! `AdminResetUserPassword`

use poolhouse_api::shapes::{self, UserStatusType};

use crate::base::error::ApiError;
use crate::request::Ctx;
use crate::triggers::events::CustomMessageSource;
use crate::users::code_mail::{self, CodeMail, Leaves};
use crate::users::codes::Purpose;
use crate::users::{change, quota, recovery};

/// Ends a user's password (`RESET_REQUIRED`) and mails a code that is good for a new one for an hour. Tokens go on. The mails
/// count towards those that the user may ask for in an hour.
///
/// # Errors
/// `NotAuthorizedException` where only administrators reset passwords (by `AdminSetUserPassword`), or the user has had none of
/// its own yet; `InvalidParameterException` for a user without a verified address; `LimitExceededException`;
/// `UserNotFoundException` `User does not exist.`; `ResourceNotFoundException`; what CustomMessage answers;
/// `CodeDeliveryFailureException`.
pub async fn run(
    ctx: &Ctx,
    input: shapes::AdminResetUserPasswordRequest,
) -> Result<shapes::AdminResetUserPasswordResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    // First, so that it can be found out without a user.
    recovery::check_pool(ctx, &pool)?;
    let user = ctx.user(&pool, &input.username).await?;
    let address = recovery::address(&user.value)?.to_owned();
    quota::FORGOT_PASSWORD
        .count(ctx, pool.id(), &user.value.sub)
        .await?;
    let (purpose, source) = (Purpose::ForgotPassword, CustomMessageSource::ForgotPassword);
    let mail = CodeMail::new(purpose, source, None, input.client_metadata.as_ref());
    let code = code_mail::write(ctx, &pool, &user.value, &address, mail, Leaves::Yes).await?;
    change::change_with(ctx, &pool, user, &code, |user| {
        if recovery::address(user)? != address {
            return Err(ApiError::concurrent_modification());
        }
        user.status = UserStatusType::ResetRequired;
        user.modified = ctx.now;
        Ok(())
    })
    .await?;
    ctx.app.mailer.wake();
    Ok(shapes::AdminResetUserPasswordResponse::default())
}

#[cfg(test)]
mod tests;
