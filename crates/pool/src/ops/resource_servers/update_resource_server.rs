//! `UpdateResourceServer`

use poolhouse_api::shapes::{UpdateResourceServerRequest, UpdateResourceServerResponse};
use poolhouse_store::Batch;

use super::scopes;
use crate::base::error::ApiError;
use crate::records::{RecordBatch, ResourceServerRecord};
use crate::request::Ctx;

/// Replaces the name and all scopes of a resource server: a request without scopes leaves it with none.
///
/// # Errors
/// `ResourceNotFoundException` for the pool, or `Resource server does not exist.`; `InvalidParameterException`.
pub async fn run(
    ctx: &Ctx,
    input: UpdateResourceServerRequest,
) -> Result<UpdateResourceServerResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let stored = scopes::find(ctx, pool.id(), &input.identifier).await?;
    let record = ResourceServerRecord {
        identifier: input.identifier,
        name: input.name,
        scopes: scopes::of(input.scopes)?,
    };
    ctx.platform()
        .commit(Batch::new().replace(&stored, &record))
        .await?;
    Ok(UpdateResourceServerResponse {
        resource_server: record.described(pool.id()),
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::json;

    #[tokio::test]
    async fn an_update_replaces_the_scopes() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let scope = |name: &str| json!({ "ScopeName": name, "ScopeDescription": "a" });
        let mut request = json!({
            "UserPoolId": pool,
            "Identifier": "orders",
            "Name": "Orders",
            "Scopes": [scope("read"), scope("write")],
        });
        server.call("CreateResourceServer", request.clone()).await.ok();
        request["Name"] = json!("All orders");
        for scopes in [json!([scope("cancel"), scope("read")]), json!([])] {
            request["Scopes"] = scopes;
            let updated = server.call("UpdateResourceServer", request.clone()).await.ok();
            assert_eq!(updated, json!({ "ResourceServer": request }));
            let described = server.call("DescribeResourceServer", request.clone()).await.ok();
            assert_eq!(described, updated);
        }
    }
}
