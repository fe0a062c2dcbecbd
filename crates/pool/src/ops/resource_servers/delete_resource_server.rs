//! `DeleteResourceServer`

use poolhouse_api::{Nothing, shapes};
use poolhouse_store::Batch;

use super::scopes;
use crate::base::error::ApiError;
use crate::records::RecordBatch;
use crate::request::Ctx;

/// Deletes a resource server. App clients keep its scopes in their lists, where they mean nothing any more.
///
/// # Errors
/// `ResourceNotFoundException` for the pool, or `Resource server does not exist.`
pub async fn run(ctx: &Ctx, input: shapes::DeleteResourceServerRequest) -> Result<Nothing, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let stored = scopes::find(ctx, pool.id(), &input.identifier).await?;
    ctx.platform().commit(Batch::new().remove(&stored)).await?;
    Ok(Nothing)
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::json;

    #[tokio::test]
    async fn a_deleted_resource_server_leaves_the_lists_of_clients_alone() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let request = json!({
            "UserPoolId": pool,
            "Identifier": "orders",
            "Name": "Orders",
            "Scopes": [{ "ScopeName": "read", "ScopeDescription": "To read" }],
        });
        server.call("CreateResourceServer", request.clone()).await.ok();
        let client = server
            .client_with(&pool, json!({ "AllowedOAuthScopes": ["orders/read"] }))
            .await;
        let gone = server.call("DeleteResourceServer", request.clone()).await;
        assert_eq!((gone.status, gone.text.as_str()), (200, ""));
        let asked = json!({ "UserPoolId": pool, "ClientId": client["ClientId"] });
        let described = server.call("DescribeUserPoolClient", asked).await.ok();
        assert_eq!(described["UserPoolClient"], client);
        for operation in [
            "DescribeResourceServer",
            "DeleteResourceServer",
            "UpdateResourceServer",
        ] {
            server
                .call(operation, request.clone())
                .await
                .assert_error("ResourceNotFoundException", "Resource server does not exist.");
        }
    }
}
