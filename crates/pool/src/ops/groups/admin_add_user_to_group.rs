//! `AdminAddUserToGroup`

use poolhouse_api::{Nothing, shapes};

use crate::base::error::ApiError;
use crate::request::Ctx;
use crate::users::groups;

/// Puts a user into a group, of which its next tokens tell. A user who is in it stays in it.
///
/// # Errors
/// `ResourceNotFoundException` for the pool; `UserNotFoundException` `User does not exist.`; `ResourceNotFoundException`
/// `Group not found.`; `InvalidParameterException` for a user in as many groups as there may be.
pub async fn run(ctx: &Ctx, input: shapes::AdminAddUserToGroupRequest) -> Result<Nothing, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let user = ctx.user(&pool, &input.username).await?;
    groups::join(ctx, &pool, user, &input.group_name).await?;
    Ok(Nothing)
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::json;

    #[tokio::test]
    async fn a_user_is_added_by_any_of_its_names_and_once() {
        let server = TestPool::new().await;
        let pool = server.pool_with(json!({ "AliasAttributes": ["email"] })).await;
        let sub = server.user(&pool, "mara", "Correct-Horse-9!").await;
        for (group, name) in [
            ("by-name", "mara"),
            ("by-sub", sub.as_str()),
            ("by-address", "mara@example.com"),
        ] {
            let request = json!({ "UserPoolId": pool, "GroupName": group, "Username": name });
            server.call("CreateGroup", request.clone()).await.ok();
            for _ in 0..2 {
                let answer = server.call("AdminAddUserToGroup", request.clone()).await;
                assert_eq!((answer.status, answer.text.as_str()), (200, ""));
            }
            let members = server.call("ListUsersInGroup", request).await.ok();
            let members = members["Users"].as_array().cloned().unwrap_or_default();
            assert_eq!(members.len(), 1, "{group}");
            assert_eq!(members[0]["Username"], "mara");
        }
    }

    #[tokio::test]
    async fn of_a_user_and_a_group_that_are_not_there_the_user_is_told() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let nobody = json!({ "UserPoolId": pool, "GroupName": "staff", "Username": "mara" });
        for operation in [
            "AdminAddUserToGroup",
            "AdminRemoveUserFromGroup",
            "AdminListGroupsForUser",
        ] {
            let answer = server.call(operation, nobody.clone()).await;
            answer.assert_error("UserNotFoundException", "User does not exist.");
        }
    }

    #[tokio::test]
    async fn a_user_is_in_a_hundred_groups_at_most() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        server.user(&pool, "mara", "Correct-Horse-9!").await;
        let request =
            |n: usize| json!({ "UserPoolId": pool, "GroupName": format!("{n:03}"), "Username": "mara" });
        for n in 0..101 {
            server.call("CreateGroup", request(n)).await.ok();
        }
        for n in 0..100 {
            server.call("AdminAddUserToGroup", request(n)).await;
        }
        server
            .call("AdminAddUserToGroup", request(100))
            .await
            .assert_error(
                "InvalidParameterException",
                "A user can be in at most 100 groups.",
            );
        let again = server.call("AdminAddUserToGroup", request(99)).await;
        assert_eq!(again.status, 200);
        server.call("DeleteGroup", request(7)).await;
        let instead = server.call("AdminAddUserToGroup", request(100)).await;
        assert_eq!(instead.status, 200);
    }
}
