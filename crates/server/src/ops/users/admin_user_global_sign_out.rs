//! `AdminUserGlobalSignOut`

use poolhouse_api::shapes;

use super::change;
use crate::ctx::Ctx;
use crate::error::ApiError;

/// Ends all of a user's sign-ins: refresh tokens are gone, access tokens answer `Access Token has been revoked`.
///
/// # Errors
/// `ResourceNotFoundException`, `UserNotFoundException` `User does not exist.`
pub async fn run(
    ctx: &Ctx,
    input: shapes::AdminUserGlobalSignOutRequest,
) -> Result<shapes::AdminUserGlobalSignOutResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id.unwrap_or_default()).await?;
    let user = ctx.user(&pool.value, &input.username.unwrap_or_default()).await?;
    change::sign_out(ctx, &pool.value, user, |_| ()).await?;
    Ok(shapes::AdminUserGlobalSignOutResponse::default())
}
