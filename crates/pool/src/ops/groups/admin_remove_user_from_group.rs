//! `AdminRemoveUserFromGroup`

use poolhouse_api::{Nothing, shapes};

use crate::base::error::ApiError;
use crate::request::Ctx;
use crate::users::groups;

/// Takes a user out of a group, of which its next tokens tell: those that it has say what they say. A user who is not in
/// it stays as it is.
///
/// # Errors
/// `ResourceNotFoundException` for the pool; `UserNotFoundException` `User does not exist.`; `ResourceNotFoundException`
/// `Group not found.`
pub async fn run(ctx: &Ctx, input: shapes::AdminRemoveUserFromGroupRequest) -> Result<Nothing, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let user = ctx.user(&pool, &input.username).await?;
    groups::leave(ctx, &pool, user, &input.group_name).await?;
    Ok(Nothing)
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::json;

    #[tokio::test]
    async fn a_user_leaves_one_group_and_stays_in_the_others() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        server.user(&pool, "mara", "Correct-Horse-9!").await;
        let request = |group: &str| json!({ "UserPoolId": pool, "GroupName": group, "Username": "mara" });
        for group in ["staff", "guests"] {
            server.call("CreateGroup", request(group)).await.ok();
            server.call("AdminAddUserToGroup", request(group)).await;
        }
        for _ in 0..2 {
            let answer = server.call("AdminRemoveUserFromGroup", request("staff")).await;
            assert_eq!((answer.status, answer.text.as_str()), (200, ""));
        }
        for (group, members) in [("staff", 0), ("guests", 1)] {
            let listed = server.call("ListUsersInGroup", request(group)).await.ok();
            assert_eq!(listed["Users"].as_array().map(Vec::len), Some(members), "{group}");
        }
        let of_user = server.call("AdminListGroupsForUser", request("staff")).await.ok();
        assert_eq!(of_user["Groups"][0]["GroupName"], "guests");
        assert_eq!(of_user["Groups"].as_array().map(Vec::len), Some(1));
    }
}
