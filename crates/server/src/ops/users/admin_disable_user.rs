//! `AdminDisableUser`

use poolhouse_api::shapes;

use super::change;
use crate::ctx::Ctx;
use crate::error::ApiError;

/// Keeps a user from signing in and ends its sign-ins.
///
/// # Errors
/// `ResourceNotFoundException`, `UserNotFoundException` `User does not exist.`
pub async fn run(
    ctx: &Ctx,
    input: shapes::AdminDisableUserRequest,
) -> Result<shapes::AdminDisableUserResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id.unwrap_or_default()).await?;
    let user = ctx.user(&pool.value, &input.username.unwrap_or_default()).await?;
    change::sign_out(ctx, &pool.value, user, |user| {
        user.enabled = false;
        user.modified = ctx.now;
    })
    .await?;
    Ok(shapes::AdminDisableUserResponse::default())
}
