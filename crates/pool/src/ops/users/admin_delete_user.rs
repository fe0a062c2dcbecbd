//! `AdminDeleteUser`

use poolhouse_api::{Nothing, shapes};

use crate::base::error::ApiError;
use crate::request::Ctx;
use crate::users::change;

/// Deletes a user; its name and addresses are free again, its tokens stop working.
///
/// # Errors
/// `ResourceNotFoundException`, `UserNotFoundException` `User does not exist.`
pub async fn run(ctx: &Ctx, input: shapes::AdminDeleteUserRequest) -> Result<Nothing, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?;
    let user = ctx.user(&pool.value, &input.username).await?;
    change::delete(ctx, &pool.value, user).await?;
    Ok(Nothing)
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use poolhouse_store::Scan;
    use serde_json::json;

    #[tokio::test]
    async fn a_deleted_user_leaves_no_row_and_its_names_are_free() {
        let server = TestPool::new().await;
        let pool = server.pool_with(json!({ "AliasAttributes": ["email"] })).await;
        let client = server.client(&pool).await;
        // The audit log alone tells of somebody who is gone, by `sub`.
        let rows = async || {
            let rows = server
                .store()
                .scan(Scan::prefix("", 100))
                .await
                .unwrap()
                .into_iter();
            rows.filter(|row| !row.key.contains("/audit")).collect::<Vec<_>>()
        };
        let before = rows().await;
        let first = server.user(&pool, "mara", "Correct-Horse-9!").await;
        server.password_sign_in(&client, "mara", "wrong").await;
        let tokens = server
            .password_sign_in(&client, "mara", "Correct-Horse-9!")
            .await
            .ok();
        server.password_sign_in(&client, "mara", "wrong").await;

        let answer = server
            .call(
                "AdminDeleteUser",
                json!({ "UserPoolId": pool, "Username": "mara@example.com" }),
            )
            .await;
        assert_eq!((answer.status, answer.text.as_str()), (200, ""));
        assert_eq!(rows().await, before);
        let token = &tokens["AuthenticationResult"]["AccessToken"];
        server
            .call("GetUser", json!({ "AccessToken": token }))
            .await
            .assert_error("UserNotFoundException", "User does not exist.");
        let second = server.user(&pool, "mara", "Correct-Horse-9!").await;
        assert_ne!(first, second);
        server
            .call("GetUser", json!({ "AccessToken": token }))
            .await
            .assert_error("UserNotFoundException", "User does not exist.");
    }

    #[tokio::test]
    async fn nobody_is_deleted_twice() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        server
            .call(
                "AdminDeleteUser",
                json!({ "UserPoolId": pool, "Username": "nobody" }),
            )
            .await
            .assert_error("UserNotFoundException", "User does not exist.");
    }
}
