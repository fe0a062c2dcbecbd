//! `AdminUserGlobalSignOut`

use poolhouse_api::shapes;

use crate::base::error::ApiError;
use crate::request::Ctx;
use crate::users::change;

/// Ends all of a user's sign-ins: refresh tokens are gone, access tokens answer `Access Token has been revoked`.
///
/// # Errors
/// `ResourceNotFoundException`, `UserNotFoundException` `User does not exist.`
pub async fn run(
    ctx: &Ctx,
    input: shapes::AdminUserGlobalSignOutRequest,
) -> Result<shapes::AdminUserGlobalSignOutResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?;
    let user = ctx.user(&pool.value, &input.username).await?;
    change::sign_out(ctx, &pool.value, user, |_| ()).await?;
    Ok(shapes::AdminUserGlobalSignOutResponse::default())
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::json;

    #[tokio::test]
    async fn every_sign_in_of_the_user_ends_and_no_other() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let client = server.client(&pool).await;
        for name in ["mara", "noel"] {
            server.user(&pool, name, "Correct-Horse-9!").await;
        }
        let first = server
            .password_sign_in(&client, "mara", "Correct-Horse-9!")
            .await
            .ok();
        let second = server
            .password_sign_in(&client, "mara", "Correct-Horse-9!")
            .await
            .ok();
        let noel = server
            .password_sign_in(&client, "noel", "Correct-Horse-9!")
            .await
            .ok();
        let answer = server
            .call(
                "AdminUserGlobalSignOut",
                json!({ "UserPoolId": pool, "Username": "mara" }),
            )
            .await;
        assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));
        for tokens in [first, second] {
            let result = &tokens["AuthenticationResult"];
            server
                .call("GetUser", json!({ "AccessToken": result["AccessToken"] }))
                .await
                .assert_error("NotAuthorizedException", "Access Token has been revoked");
            let refresh = json!({ "ClientId": client, "RefreshToken": result["RefreshToken"] });
            let refused = server.call("GetTokensFromRefreshToken", refresh).await;
            assert_eq!(refused["__type"], "NotAuthorizedException", "{}", refused.text);
        }
        let access = &noel["AuthenticationResult"]["AccessToken"];
        server
            .call("GetUser", json!({ "AccessToken": access }))
            .await
            .ok();
        server
            .password_sign_in(&client, "mara", "Correct-Horse-9!")
            .await
            .ok();
    }
}
