//! `AdminGetUser`

use poolhouse_api::shapes;

use crate::ctx::Ctx;
use crate::error::ApiError;

/// Answers everything about one user. Its attributes stand under `UserAttributes`, not `Attributes` as elsewhere.
///
/// # Errors
/// `ResourceNotFoundException`, `UserNotFoundException` `User does not exist.`
pub async fn run(
    ctx: &Ctx,
    input: shapes::AdminGetUserRequest,
) -> Result<shapes::AdminGetUserResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id.unwrap_or_default()).await?;
    let user = ctx
        .user(&pool.value, &input.username.unwrap_or_default())
        .await?
        .value;
    Ok(shapes::AdminGetUserResponse {
        user_attributes: Some(user.attribute_list()),
        user_create_date: Some(user.created.timestamp()),
        user_last_modified_date: Some(user.modified.timestamp()),
        enabled: Some(user.enabled),
        user_status: Some(user.status),
        username: Some(user.username),
        ..shapes::AdminGetUserResponse::default()
    })
}
