//! `DeleteUser`

use poolhouse_api::{Nothing, shapes};

use crate::auth::access_token;
use crate::base::error::ApiError;
use crate::request::Ctx;
use crate::users::change;

/// Deletes the user whom the token speaks for.
///
/// # Errors
/// `NotAuthorizedException` for a token that is not good, `UserNotFoundException` for a user deleted already.
pub async fn run(ctx: &Ctx, input: shapes::DeleteUserRequest) -> Result<Nothing, ApiError> {
    let signed_in = access_token::authorize(ctx, &input.access_token).await?;
    change::delete(ctx, &signed_in.pool.value, signed_in.user).await?;
    Ok(Nothing)
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::json;

    #[tokio::test]
    async fn a_user_deletes_itself_and_its_token_with_it() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let client = server.client(&pool).await;
        server.user(&pool, "mara", "Correct-Horse-9!").await;
        let tokens = server
            .password_sign_in(&client, "mara", "Correct-Horse-9!")
            .await
            .ok();
        let request = json!({ "AccessToken": tokens["AuthenticationResult"]["AccessToken"] });
        let answer = server.call("DeleteUser", request.clone()).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, ""));
        let gone = "User does not exist.";
        server
            .call("DeleteUser", request)
            .await
            .assert_error("UserNotFoundException", gone);
        let signed_in = server.password_sign_in(&client, "mara", "Correct-Horse-9!").await;
        signed_in.assert_error("UserNotFoundException", gone);
    }
}
