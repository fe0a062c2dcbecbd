//! `DeleteUserPoolDomain`

use poolhouse_api::shapes::{DeleteUserPoolDomainRequest, DeleteUserPoolDomainResponse};
use poolhouse_store::{Batch, Expect};

use super::checks;
use crate::base::error::ApiError;
use crate::records::RecordBatch;
use crate::request::Ctx;

/// Takes a domain from its pool. Nobody reaches the pool's pages by it when the answer arrives, and its name is free.
///
/// # Errors
/// `ResourceNotFoundException`; `InvalidParameterException` `No such domain or user pool exists.`;
/// `ConcurrentModificationException`.
pub async fn run(
    ctx: &Ctx,
    input: DeleteUserPoolDomainRequest,
) -> Result<DeleteUserPoolDomainResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let stored = checks::find(ctx, pool.id(), &input.domain).await?;
    let batch = Batch::new()
        .remove(&stored)
        .delete(stored.value.noted(), Expect::Any);
    ctx.platform()
        .commit(batch)
        .await
        .map_err(ApiError::lost_update)?;
    Ok(DeleteUserPoolDomainResponse {})
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::json;

    #[tokio::test]
    async fn a_pool_goes_after_its_domains_and_their_names_are_free_again() {
        let server = TestPool::new().await;
        let (pool, other) = (server.pool().await, server.pool().await);
        let certificate = json!({ "CertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/a" });
        let prefix = json!({ "UserPoolId": pool, "Domain": "acme" });
        let custom =
            json!({ "UserPoolId": pool, "Domain": "auth.acme.example", "CustomDomainConfig": certificate });
        for mut domain in [prefix, custom] {
            server.call("CreateUserPoolDomain", domain.clone()).await.ok();
            server
                .call("DeleteUserPool", json!({ "UserPoolId": pool }))
                .await
                .assert_error(
                    "InvalidParameterException",
                    "User pool cannot be deleted. It has a domain configured that should be deleted first.",
                );
            let gone = server.call("DeleteUserPoolDomain", domain.clone()).await.ok();
            assert_eq!(gone, json!({}));
            let described = server
                .call("DescribeUserPoolDomain", json!({ "Domain": domain["Domain"] }))
                .await
                .ok();
            assert_eq!(described, json!({ "DomainDescription": {} }));
            domain["UserPoolId"] = json!(other);
            server.call("CreateUserPoolDomain", domain).await.ok();
        }
        server
            .call("DeleteUserPool", json!({ "UserPoolId": pool }))
            .await
            .ok();
    }
}
