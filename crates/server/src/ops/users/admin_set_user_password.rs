//! `AdminSetUserPassword`

use poolhouse_api::shapes::{self, UserStatusType};
use poolhouse_store::{Batch, Expect};

use super::change;
use crate::auth::credentials;
use crate::auth::policy::{self, Wording};
use crate::ctx::Ctx;
use crate::error::ApiError;
use crate::records::keys;

/// Sets a user's password: for good (`CONFIRMED`), or until the user chooses another at the next sign-in
/// (`FORCE_CHANGE_PASSWORD`), which is the default. Wrong passwords given before are forgotten. Sign-ins go on.
///
/// # Errors
/// `InvalidPasswordException` with the policy's first unmet rule, `UserNotFoundException` `User does not exist.`,
/// `ResourceNotFoundException`.
pub async fn run(
    ctx: &Ctx,
    input: shapes::AdminSetUserPasswordRequest,
) -> Result<shapes::AdminSetUserPasswordResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id.unwrap_or_default()).await?.value;
    let user = ctx.user(&pool, &input.username.unwrap_or_default()).await?;
    let password = zeroize::Zeroizing::new(input.password.unwrap_or_default());
    policy::check(&pool, &password, Wording::Others)?;
    let sealed = credentials::seal_verifier(ctx, &pool, &user.value.username, &password).await?;
    let temporary_until = match input.permanent {
        Some(true) => None,
        _ => Some(policy::temporary_until(&pool, ctx.now)),
    };
    let forget = Batch::new().delete(keys::lockout(pool.id(), &user.value.sub), Expect::Any);
    change::change_with(ctx, &pool, user, &forget, |user| {
        user.sealed_verifier = Some(sealed.clone());
        user.temporary_until = temporary_until;
        user.status = match temporary_until {
            None => UserStatusType::Confirmed,
            Some(_) => UserStatusType::ForceChangePassword,
        };
        user.modified = ctx.now;
        Ok(())
    })
    .await?;
    Ok(shapes::AdminSetUserPasswordResponse::default())
}
