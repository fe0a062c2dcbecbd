//! `AdminDeleteUser`

use poolhouse_api::{Nothing, shapes};

use super::change;
use crate::ctx::Ctx;
use crate::error::ApiError;

/// Deletes a user; its name and addresses are free again, its tokens stop working.
///
/// # Errors
/// `ResourceNotFoundException`, `UserNotFoundException` `User does not exist.`
pub async fn run(ctx: &Ctx, input: shapes::AdminDeleteUserRequest) -> Result<Nothing, ApiError> {
    let pool = ctx.pool(&input.user_pool_id.unwrap_or_default()).await?;
    let user = ctx.user(&pool.value, &input.username.unwrap_or_default()).await?;
    change::delete(ctx, &pool.value, user).await?;
    Ok(Nothing)
}
