//! `AdminDeleteUserAttributes`

use poolhouse_api::shapes;

use super::change;
use crate::auth::attributes::Change;
use crate::ctx::Ctx;
use crate::error::ApiError;

/// Deletes attributes of a user. One that the user does not have is no fault.
///
/// # Errors
/// `InvalidParameterException` for what the schema does not have or does not let go, `UserNotFoundException`
/// `User does not exist.`, `ResourceNotFoundException`.
pub async fn run(
    ctx: &Ctx,
    input: shapes::AdminDeleteUserAttributesRequest,
) -> Result<shapes::AdminDeleteUserAttributesResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id.unwrap_or_default()).await?;
    let user = ctx.user(&pool.value, &input.username.unwrap_or_default()).await?;
    let asked = Change::removing(input.user_attribute_names);
    change::change(ctx, &pool.value, user, |user| {
        asked.check_change(&pool.value, user)?;
        asked.apply(&pool.value, user);
        user.modified = ctx.now;
        Ok(())
    })
    .await?;
    Ok(shapes::AdminDeleteUserAttributesResponse::default())
}
