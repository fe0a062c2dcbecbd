//! `ListGroups`

use poolhouse_api::shapes;

use crate::base::error::ApiError;
use crate::ops::paging::{self, Listing};
use crate::records::GroupRecord;
use crate::request::Ctx;

/// Answers a pool's groups in the order of their names.
///
/// # Errors
/// `ResourceNotFoundException`; `InvalidParameterException` for a token that is none of this list's.
pub async fn run(
    ctx: &Ctx,
    input: shapes::ListGroupsRequest,
) -> Result<shapes::ListGroupsResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let listing = Listing {
        operation: "ListGroups",
        subject: pool.id(),
    };
    let limit = paging::limit(input.limit);
    let prefix = GroupRecord::all(pool.id());
    let page = listing
        .page::<GroupRecord>(ctx, prefix, input.next_token.as_deref(), limit)
        .await?;
    let groups = page.records.iter().map(|group| group.value.described(pool.id()));
    Ok(shapes::ListGroupsResponse {
        groups: Some(groups.collect()),
        next_token: page.next_token,
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::{Value, json};

    #[tokio::test]
    async fn groups_are_listed_by_name_page_by_page() {
        let server = TestPool::new().await;
        let (pool, other) = (server.pool().await, server.pool().await);
        let none = server
            .call("ListGroups", json!({ "UserPoolId": pool }))
            .await
            .ok();
        assert_eq!(none, json!({ "Groups": [] }));
        let mut made = Vec::new();
        for name in ["c", "a", "b"] {
            let request = json!({ "UserPoolId": pool, "GroupName": name, "Precedence": 7 });
            made.push(server.call("CreateGroup", request).await.ok()["Group"].clone());
        }
        made.sort_by_key(|group| group["GroupName"].to_string());
        for whole in [
            json!({ "UserPoolId": pool }),
            json!({ "UserPoolId": pool, "Limit": 3 }),
        ] {
            let listed = server.call("ListGroups", whole).await.ok();
            assert_eq!(listed, json!({ "Groups": made }));
        }
        let mut request = json!({ "UserPoolId": pool, "Limit": 2 });
        let first = server.call("ListGroups", request.clone()).await.ok();
        assert_eq!(first["Groups"], Value::from(made[..2].to_vec()));
        let token = first["NextToken"].as_str().unwrap().to_owned();
        request["NextToken"] = json!(token);
        let last = server.call("ListGroups", request.clone()).await.ok();
        assert_eq!(last, json!({ "Groups": made[2..] }));

        request["UserPoolId"] = json!(other);
        let refused = server.call("ListGroups", request.clone()).await;
        let marker = format!("Paging marker {token} is invalid for request ");
        assert!(refused.text.contains(&marker), "{}", refused.text);
        request["NextToken"] = json!("none");
        server
            .call("ListGroups", request)
            .await
            .assert_error("InvalidParameterException", "Invalid pagination token given.");
    }
}
