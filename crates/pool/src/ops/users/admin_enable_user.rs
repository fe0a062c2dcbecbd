//! `AdminEnableUser`

use poolhouse_api::shapes;

use crate::base::error::ApiError;
use crate::request::Ctx;
use crate::users::change;

/// Lets a disabled user sign in again. What was signed out stays signed out.
///
/// # Errors
/// `ResourceNotFoundException`, `UserNotFoundException` `User does not exist.`
pub async fn run(
    ctx: &Ctx,
    input: shapes::AdminEnableUserRequest,
) -> Result<shapes::AdminEnableUserResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?;
    let user = ctx.user(&pool.value, &input.username).await?;
    change::change(ctx, &pool.value, user, |user| {
        user.enabled = true;
        user.modified = ctx.now;
        Ok(())
    })
    .await?;
    Ok(shapes::AdminEnableUserResponse::default())
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::json;

    #[tokio::test]
    async fn an_unknown_user_cannot_be_enabled() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        server
            .call(
                "AdminEnableUser",
                json!({ "UserPoolId": pool, "Username": "nobody" }),
            )
            .await
            .assert_error("UserNotFoundException", "User does not exist.");
    }
}
