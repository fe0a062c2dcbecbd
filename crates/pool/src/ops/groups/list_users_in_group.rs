//! `ListUsersInGroup`

use poolhouse_api::shapes;
use poolhouse_store::Scan;

use crate::base::error::ApiError;
use crate::ops::paging::{self, Listing};
use crate::ops::users::search::search;
use crate::ops::users::view;
use crate::records::user_index;
use crate::request::Ctx;
use crate::users::groups;

/// Answers the users in a group in the order of their usernames.
///
/// # Errors
/// `ResourceNotFoundException` for the pool, or `Group not found.`; `InvalidParameterException` for a token that is none
/// of this list's.
pub async fn run(
    ctx: &Ctx,
    input: shapes::ListUsersInGroupRequest,
) -> Result<shapes::ListUsersInGroupResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let group = groups::find(ctx, pool.id(), &input.group_name).await?.value;
    let listing = Listing {
        operation: "ListUsersInGroup",
        subject: &group.id,
    };
    let rows = Scan {
        prefix: user_index::members(pool.id(), &group.id),
        after: listing.after(&ctx.request_id, input.next_token.as_deref())?,
        limit: paging::limit(input.limit),
    };
    let found = search(ctx, pool.id(), rows, |_| true).await?;
    Ok(shapes::ListUsersInGroupResponse {
        users: Some(found.users.iter().map(view::user_type).collect()),
        next_token: found.last.map(|key| listing.token(&key)),
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::json;

    #[tokio::test]
    async fn members_are_shown_as_list_users_shows_them_page_by_page() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        for group in ["staff", "guests"] {
            let request = json!({ "UserPoolId": pool, "GroupName": group });
            server.call("CreateGroup", request).await.ok();
        }
        for name in ["noel", "mara", "anna", "zoe"] {
            server.user(&pool, name, "Correct-Horse-9!").await;
            let request = json!({ "UserPoolId": pool, "Username": name, "GroupName": "staff" });
            server.call("AdminAddUserToGroup", request).await;
        }
        let request = json!({ "UserPoolId": pool, "Username": "zoe", "GroupName": "staff" });
        server.call("AdminRemoveUserFromGroup", request).await;
        server.user(&pool, "stranger", "Correct-Horse-9!").await;

        let all = server.call("ListUsers", json!({ "UserPoolId": pool })).await.ok();
        let users = all["Users"].as_array().unwrap()[..3].to_vec();
        assert_eq!(users[0]["Username"], "anna");
        let mut request = json!({ "UserPoolId": pool, "GroupName": "staff" });
        let listed = server.call("ListUsersInGroup", request.clone()).await.ok();
        assert_eq!(listed, json!({ "Users": users }));
        request["Limit"] = json!(2);
        let first = server.call("ListUsersInGroup", request.clone()).await.ok();
        assert_eq!(first["Users"], json!(users[..2]));
        let token = first["NextToken"].clone();
        request["NextToken"] = token.clone();
        let last = server.call("ListUsersInGroup", request.clone()).await.ok();
        assert_eq!(last, json!({ "Users": users[2..] }));

        request["GroupName"] = json!("guests");
        let refused = server.call("ListUsersInGroup", request).await;
        let marker = format!(
            "Paging marker {} is invalid for request ",
            token.as_str().unwrap()
        );
        assert!(refused.text.contains(&marker), "{}", refused.text);
    }

    #[tokio::test]
    async fn a_deleted_user_is_in_no_group() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        server.user(&pool, "mara", "Correct-Horse-9!").await;
        let request = json!({ "UserPoolId": pool, "Username": "mara", "GroupName": "staff" });
        server.call("CreateGroup", request.clone()).await.ok();
        server.call("AdminAddUserToGroup", request.clone()).await;
        server.call("AdminDeleteUser", request.clone()).await;
        let listed = server.call("ListUsersInGroup", request.clone()).await.ok();
        assert_eq!(listed, json!({ "Users": [] }));
        // Nor is somebody else who gets the name.
        server.user(&pool, "mara", "Correct-Horse-9!").await;
        let groups = server.call("AdminListGroupsForUser", request).await.ok();
        assert_eq!(groups, json!({ "Groups": [] }));
    }
}
