//! `GetGroup`

use poolhouse_api::shapes;

use crate::base::error::ApiError;
use crate::request::Ctx;
use crate::users::groups;

/// Answers a group.
///
/// # Errors
/// `ResourceNotFoundException` for the pool, or `Group not found.`
pub async fn run(ctx: &Ctx, input: shapes::GetGroupRequest) -> Result<shapes::GetGroupResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let group = groups::find(ctx, pool.id(), &input.group_name).await?.value;
    Ok(shapes::GetGroupResponse {
        group: Some(group.described(pool.id())),
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::json;

    #[tokio::test]
    async fn a_group_or_a_pool_that_is_not_there_is_told_by_every_operation_on_groups() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        server.user(&pool, "mara", "Correct-Horse-9!").await;
        let missing = json!({ "UserPoolId": pool, "GroupName": "staff", "Username": "mara" });
        for operation in [
            "GetGroup",
            "UpdateGroup",
            "DeleteGroup",
            "ListUsersInGroup",
            "AdminAddUserToGroup",
            "AdminRemoveUserFromGroup",
        ] {
            let answer = server.call(operation, missing.clone()).await;
            answer.assert_error("ResourceNotFoundException", "Group not found.");
        }
        let nowhere =
            json!({ "UserPoolId": "us-east-1_nowhere00", "GroupName": "staff", "Username": "mara" });
        for operation in [
            "CreateGroup",
            "GetGroup",
            "UpdateGroup",
            "DeleteGroup",
            "ListGroups",
            "ListUsersInGroup",
            "AdminAddUserToGroup",
            "AdminRemoveUserFromGroup",
            "AdminListGroupsForUser",
        ] {
            let answer = server.call(operation, nowhere.clone()).await;
            answer.assert_error(
                "ResourceNotFoundException",
                "User pool us-east-1_nowhere00 does not exist.",
            );
        }
    }
}
