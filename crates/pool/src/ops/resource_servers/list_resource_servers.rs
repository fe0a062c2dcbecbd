//! `ListResourceServers`

use poolhouse_api::shapes::{ListResourceServersRequest, ListResourceServersResponse};

use crate::base::error::ApiError;
use crate::ops::paging::{self, Listing};
use crate::records::ResourceServerRecord;
use crate::request::Ctx;

/// Answers a pool's resource servers in the order of their identifiers.
///
/// # Errors
/// `ResourceNotFoundException`; `InvalidParameterException` for a token that is none of this list's.
pub async fn run(
    ctx: &Ctx,
    input: ListResourceServersRequest,
) -> Result<ListResourceServersResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let listing = Listing {
        operation: "ListResourceServers",
        subject: pool.id(),
    };
    let limit = paging::limit(input.max_results);
    let prefix = ResourceServerRecord::all(pool.id());
    let page = listing
        .page::<ResourceServerRecord>(ctx, prefix, input.next_token.as_deref(), limit)
        .await?;
    let described = page
        .records
        .iter()
        .map(|record| record.value.described(pool.id()));
    Ok(ListResourceServersResponse {
        resource_servers: described.collect(),
        next_token: page.next_token,
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::{Value, json};

    #[tokio::test]
    async fn resource_servers_are_listed_by_identifier_page_by_page() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let mut made = Vec::new();
        for identifier in ["c", "a", "b"] {
            let request = json!({ "UserPoolId": pool, "Identifier": identifier, "Name": "a" });
            made.push(server.call("CreateResourceServer", request).await.ok()["ResourceServer"].clone());
        }
        made.sort_by_key(|found| found["Identifier"].to_string());
        let mut request = json!({ "UserPoolId": pool, "MaxResults": 2 });
        let first = server.call("ListResourceServers", request.clone()).await.ok();
        assert_eq!(first["ResourceServers"], Value::from(made[..2].to_vec()));
        request["NextToken"] = first["NextToken"].clone();
        let last = server.call("ListResourceServers", request).await.ok();
        assert_eq!(last, json!({ "ResourceServers": made[2..] }));
    }
}
