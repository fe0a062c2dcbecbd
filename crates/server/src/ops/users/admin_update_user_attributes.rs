//! `AdminUpdateUserAttributes`

use poolhouse_api::shapes;

use super::change;
use crate::auth::attributes::Change;
use crate::ctx::Ctx;
use crate::error::ApiError;

/// Sets attributes of a user, and deletes those given an empty value. A new address is unverified unless the same
/// request says that it is verified. No code is sent: `VerifyUserAttribute` is not available on this server yet.
///
/// # Errors
/// `InvalidParameterException` for what the schema does not take, `AliasExistsException`, `UserNotFoundException`
/// `User does not exist.`, `ResourceNotFoundException`.
pub async fn run(
    ctx: &Ctx,
    input: shapes::AdminUpdateUserAttributesRequest,
) -> Result<shapes::AdminUpdateUserAttributesResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id.unwrap_or_default()).await?;
    let user = ctx.user(&pool.value, &input.username.unwrap_or_default()).await?;
    let asked = Change::listed(input.user_attributes);
    change::change(ctx, &pool.value, user, |user| {
        asked.check_change(&pool.value, user)?;
        asked.apply(&pool.value, user);
        user.modified = ctx.now;
        Ok(())
    })
    .await?;
    Ok(shapes::AdminUpdateUserAttributesResponse::default())
}
