//! `AdminDisableUser`

use poolhouse_api::shapes;

use crate::base::error::ApiError;
use crate::request::Ctx;
use crate::users::change;

/// Keeps a user from signing in and ends its sign-ins.
///
/// # Errors
/// `ResourceNotFoundException`, `UserNotFoundException` `User does not exist.`
pub async fn run(
    ctx: &Ctx,
    input: shapes::AdminDisableUserRequest,
) -> Result<shapes::AdminDisableUserResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?;
    let user = ctx.user(&pool.value, &input.username).await?;
    change::sign_out(ctx, &pool.value, user, |user| {
        user.enabled = false;
        user.modified = ctx.now;
    })
    .await?;
    Ok(shapes::AdminDisableUserResponse::default())
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::json;

    #[tokio::test]
    async fn a_disabled_user_is_out_until_enabled_and_signed_in_again() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let client = server.client(&pool).await;
        server.user(&pool, "mara", "Correct-Horse-9!").await;
        let tokens = server
            .password_sign_in(&client, "mara", "Correct-Horse-9!")
            .await
            .ok();
        let access = json!({ "AccessToken": tokens["AuthenticationResult"]["AccessToken"] });
        let user = json!({ "UserPoolId": pool, "Username": "mara" });
        server.clock().advance_seconds(1);

        let answer = server.call("AdminDisableUser", user.clone()).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));
        let shown = server.call("AdminGetUser", user.clone()).await.ok();
        assert_eq!(
            (&shown["Enabled"], &shown["UserLastModifiedDate"]),
            (&json!(false), &json!(1_767_323_046))
        );
        server
            .password_sign_in(&client, "mara", "Correct-Horse-9!")
            .await
            .assert_error("NotAuthorizedException", "User is disabled.");
        server
            .call("GetUser", access.clone())
            .await
            .assert_error("NotAuthorizedException", "User is disabled.");

        let answer = server.call("AdminEnableUser", user.clone()).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));
        assert_eq!(server.call("AdminGetUser", user).await.ok()["Enabled"], true);
        server
            .call("GetUser", access)
            .await
            .assert_error("NotAuthorizedException", "Access Token has been revoked");
        server
            .password_sign_in(&client, "mara", "Correct-Horse-9!")
            .await
            .ok();
    }
}
