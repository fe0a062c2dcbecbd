//! `UpdateUserPoolDomain`

use poolhouse_api::shapes::{UpdateUserPoolDomainRequest, UpdateUserPoolDomainResponse};
use poolhouse_store::Batch;

use super::checks;
use crate::base::error::ApiError;
use crate::records::RecordBatch;
use crate::request::Ctx;

/// Changes the members of a domain that the request has: the certificate of a custom domain, and which pages it shows. A prefix
/// does not become a custom domain.
///
/// # Errors
/// `ResourceNotFoundException`; `InvalidParameterException` `No such domain or user pool exists.`, and for what a domain cannot
/// be; `FeatureUnavailableInTierException`; `ConcurrentModificationException`.
pub async fn run(
    ctx: &Ctx,
    input: UpdateUserPoolDomainRequest,
) -> Result<UpdateUserPoolDomainResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let stored = checks::find(ctx, pool.id(), &input.domain).await?;
    checks::routing(input.routing.as_ref())?;
    let version = checks::version(&pool, input.managed_login_version)?;
    if input.custom_domain_config.is_some() && stored.value.custom.is_none() {
        return Err(ApiError::invalid_parameter(
            "CustomDomainConfig is for custom domains; this one is a prefix.",
        ));
    }
    let mut record = stored.value.clone();
    record.managed_login_version = version.unwrap_or(record.managed_login_version);
    record.custom = input.custom_domain_config.map(Into::into).or(record.custom);
    record.version = ctx.now.digits();
    ctx.platform()
        .commit(Batch::new().replace(&stored, &record))
        .await
        .map_err(ApiError::lost_update)?;
    Ok(UpdateUserPoolDomainResponse {
        managed_login_version: Some(record.managed_login_version),
        cloud_front_domain: record.custom.is_some().then_some(record.cloud_front),
        routing: None,
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::{Value, json};

    fn certificate(name: &str) -> Value {
        json!({ "CertificateArn": format!("arn:aws:acm:us-east-1:000000000000:certificate/{name}") })
    }

    #[tokio::test]
    async fn an_update_changes_the_certificate_and_keeps_what_it_does_not_name() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let domain = "auth.acme.example";
        let request = |members: Value| {
            let mut request = json!({ "UserPoolId": pool, "Domain": domain });
            for (member, value) in members.as_object().unwrap() {
                request[member] = value.clone();
            }
            request
        };
        let made = request(json!({ "ManagedLoginVersion": 2, "CustomDomainConfig": certificate("a") }));
        server.call("CreateUserPoolDomain", made).await.ok();
        let describe = async || {
            let described = server
                .call("DescribeUserPoolDomain", json!({ "Domain": domain }))
                .await
                .ok();
            described["DomainDescription"].clone()
        };
        let mut expected = describe().await;
        for (seconds, members) in [
            (1, json!({ "CustomDomainConfig": certificate("b") })),
            (2, json!({ "ManagedLoginVersion": 1 })),
        ] {
            server.clock().advance_seconds(1);
            for (member, value) in members.as_object().unwrap() {
                expected[member] = value.clone();
            }
            expected["Version"] = json!(format!("2026010203040{}", 5 + seconds));
            server.call("UpdateUserPoolDomain", request(members)).await.ok();
            assert_eq!(describe().await, expected);
        }
    }

    #[tokio::test]
    async fn a_domain_is_changed_and_deleted_by_way_of_its_own_pool_only() {
        let server = TestPool::new().await;
        let (pool, other) = (server.pool().await, server.pool().await);
        let of = |pool: &str, domain: &str| json!({ "UserPoolId": pool, "Domain": domain });
        server.call("CreateUserPoolDomain", of(&pool, "acme")).await.ok();
        for operation in ["UpdateUserPoolDomain", "DeleteUserPoolDomain"] {
            for request in [of(&other, "acme"), of(&pool, "nobody")] {
                server
                    .call(operation, request)
                    .await
                    .assert_error("InvalidParameterException", "No such domain or user pool exists.");
            }
        }
        let mut request = of(&pool, "acme");
        request["CustomDomainConfig"] = certificate("a");
        server.call("UpdateUserPoolDomain", request).await.assert_error(
            "InvalidParameterException",
            "CustomDomainConfig is for custom domains; this one is a prefix.",
        );
    }
}
