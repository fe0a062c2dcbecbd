//! `GlobalSignOut`

use poolhouse_api::shapes;

use crate::auth::access_token;
use crate::base::error::ApiError;
use crate::request::Ctx;
use crate::users::change;

/// Ends all sign-ins of the user whom the token speaks for, this one included.
///
/// # Errors
/// `NotAuthorizedException` for a token that is not good (any more).
pub async fn run(
    ctx: &Ctx,
    input: shapes::GlobalSignOutRequest,
) -> Result<shapes::GlobalSignOutResponse, ApiError> {
    let signed_in = access_token::authorize(ctx, &input.access_token).await?;
    change::sign_out(ctx, &signed_in.pool.value, signed_in.user, |_| ()).await?;
    Ok(shapes::GlobalSignOutResponse::default())
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::json;

    #[tokio::test]
    async fn one_sign_in_ends_all_of_them() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let client = server.client(&pool).await;
        server.user(&pool, "mara", "Correct-Horse-9!").await;
        let first = server
            .password_sign_in(&client, "mara", "Correct-Horse-9!")
            .await
            .ok();
        let second = server
            .password_sign_in(&client, "mara", "Correct-Horse-9!")
            .await
            .ok();
        let access = |tokens: &serde_json::Value| json!({ "AccessToken": tokens["AuthenticationResult"]["AccessToken"] });
        let answer = server.call("GlobalSignOut", access(&first)).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));
        for tokens in [&first, &second] {
            server
                .call("GetUser", access(tokens))
                .await
                .assert_error("NotAuthorizedException", "Access Token has been revoked");
        }
    }
}
