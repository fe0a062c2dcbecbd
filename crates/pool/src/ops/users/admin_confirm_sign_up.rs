//! `AdminConfirmSignUp`

use poolhouse_api::shapes::{self, UserStatusType};
use poolhouse_store::{Batch, Expect};

use crate::base::error::ApiError;
use crate::request::Ctx;
use crate::triggers::events::PostConfirmationSource;
use crate::users::codes::Purpose;
use crate::users::{change, confirmation};

/// Confirms a sign-up without its code, which ends. No address is verified by it.
///
/// # Errors
/// `NotAuthorizedException` `User cannot be confirmed. Current status is <status>`; `AliasExistsException` for a preferred
/// username that signs in another user; `UserNotFoundException` `User does not exist.`; `ResourceNotFoundException`; what
/// PostConfirmation answers, with the user confirmed.
pub async fn run(
    ctx: &Ctx,
    input: shapes::AdminConfirmSignUpRequest,
) -> Result<shapes::AdminConfirmSignUpResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let user = ctx.user(&pool, &input.username).await?;
    let code = Purpose::SignUp.key(pool.id(), &user.value.sub);
    let code = Batch::new().delete(code, Expect::Any);
    let user = change::change_with(ctx, &pool, user, &code, |user| {
        confirmation::check_unconfirmed(user)?;
        user.status = UserStatusType::Confirmed;
        user.modified = ctx.now;
        Ok(())
    })
    .await?;
    let (source, metadata) = (
        PostConfirmationSource::ConfirmSignUp,
        input.client_metadata.as_ref(),
    );
    confirmation::tell(ctx, &pool, &user, None, source, metadata).await?;
    Ok(shapes::AdminConfirmSignUpResponse::default())
}

#[cfg(test)]
mod tests;
