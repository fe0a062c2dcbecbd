//! `AdminListGroupsForUser`

use poolhouse_api::shapes;

use crate::base::error::ApiError;
use crate::ops::paging::{self, Listing};
use crate::request::Ctx;
use crate::users::groups;

/// Answers the groups that a user is in, in the order of their names.
///
/// # Errors
/// `ResourceNotFoundException` for the pool; `UserNotFoundException` `User does not exist.`; `InvalidParameterException`
/// for a token that is none of this list's.
pub async fn run(
    ctx: &Ctx,
    input: shapes::AdminListGroupsForUserRequest,
) -> Result<shapes::AdminListGroupsForUserResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let user = ctx.user(&pool, &input.username).await?.value;
    let listing = Listing {
        operation: "AdminListGroupsForUser",
        subject: &user.sub,
    };
    let after = listing.after(&ctx.request_id, input.next_token.as_deref())?;
    let mut groups = groups::of(ctx, &pool, &user).await?;
    groups.retain(|group| after.as_ref().is_none_or(|after| group.name > *after));
    let limit = paging::limit(input.limit);
    let more = groups.len() > limit;
    groups.truncate(limit);
    Ok(shapes::AdminListGroupsForUserResponse {
        groups: Some(groups.iter().map(|group| group.described(pool.id())).collect()),
        next_token: groups
            .last()
            .filter(|_| more)
            .map(|group| listing.token(&group.name)),
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::{Value, json};

    #[tokio::test]
    async fn the_groups_of_a_user_are_listed_as_they_are_now_page_by_page() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        for name in ["mara", "noel"] {
            server.user(&pool, name, "Correct-Horse-9!").await;
        }
        let none = json!({ "UserPoolId": pool, "Username": "mara" });
        let listed = server.call("AdminListGroupsForUser", none).await.ok();
        assert_eq!(listed, json!({ "Groups": [] }));
        let mut groups = Vec::new();
        for name in ["a", "b", "c", "d"] {
            let request = json!({ "UserPoolId": pool, "GroupName": name, "Username": "mara" });
            server.call("CreateGroup", request.clone()).await.ok();
            if name != "c" {
                server.call("AdminAddUserToGroup", request.clone()).await;
                let update = json!({ "UserPoolId": pool, "GroupName": name, "Description": "changed" });
                groups.push(server.call("UpdateGroup", update).await.ok()["Group"].clone());
            }
        }
        let mut request = json!({ "UserPoolId": pool, "Username": "mara", "Limit": 2 });
        let first = server.call("AdminListGroupsForUser", request.clone()).await.ok();
        assert_eq!(first["Groups"], Value::from(groups[..2].to_vec()));
        request["NextToken"] = first["NextToken"].clone();
        let last = server.call("AdminListGroupsForUser", request.clone()).await.ok();
        assert_eq!(last, json!({ "Groups": groups[2..] }));
        request["Username"] = json!("noel");
        let refused = server.call("AdminListGroupsForUser", request).await;
        assert!(refused.text.contains("Paging marker "), "{}", refused.text);
    }
}
