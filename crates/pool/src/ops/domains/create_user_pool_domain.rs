//! `CreateUserPoolDomain`

use poolhouse_api::shapes::{CreateUserPoolDomainRequest, CreateUserPoolDomainResponse};
use poolhouse_crypto::random_id;
use poolhouse_store::{Batch, CommitError, Expect};

use super::checks;
use crate::base::error::ApiError;
use crate::records::{DomainRecord, RecordBatch, Reference};
use crate::request::Ctx;

/// Characters of the name that stands for AWS's distribution.
const DISTRIBUTION: usize = 14;

/// Gives a pool a domain: a prefix, or a custom domain beside it. It is there when the answer arrives.
///
/// # Errors
/// `ResourceNotFoundException`; `InvalidParameterException` for what is no domain, `Domain already associated with another user
/// pool`, and `User pool already has a domain configured.` for a second one of a kind; `FeatureUnavailableInTierException`.
pub async fn run(
    ctx: &Ctx,
    input: CreateUserPoolDomainRequest,
) -> Result<CreateUserPoolDomainResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?;
    let pool_id = pool.value.id();
    checks::name(&input.domain, input.custom_domain_config.is_some())?;
    checks::host(ctx, &input.domain)?;
    checks::routing(input.routing.as_ref())?;
    let version = checks::version(&pool.value, input.managed_login_version)?;
    let record = DomainRecord {
        pool_id: pool_id.to_owned(),
        custom: input.custom_domain_config.map(Into::into),
        managed_login_version: version.unwrap_or(checks::CLASSIC),
        version: ctx.now.digits(),
        cloud_front: format!(
            "{}.cloudfront.net",
            random_id(DISTRIBUTION, &*ctx.platform().entropy)
        ),
        created: ctx.now,
        domain: input.domain,
    };
    let (key, noted) = (DomainRecord::key(&record.domain), record.noted());
    let batch = Batch::new()
        .check(pool.key.clone(), Expect::Present)
        .create(key.clone(), &record)
        .create(noted.clone(), &Reference(record.domain.clone()));
    match ctx.platform().commit(batch).await {
        Ok(_) => Ok(CreateUserPoolDomainResponse {
            managed_login_version: Some(record.managed_login_version),
            // A prefix needs no alias of anybody's.
            cloud_front_domain: record.custom.is_some().then_some(record.cloud_front),
            routing: None,
        }),
        Err(CommitError::Conflict { key: lost }) if lost == pool.key => {
            Err(ApiError::pool_not_found(pool_id))
        }
        Err(CommitError::Conflict { key: lost }) if lost == key.as_str() => Err(ApiError::invalid_parameter(
            "Domain already associated with another user pool",
        )),
        Err(CommitError::Conflict { key: lost }) if lost == noted.as_str() => Err(
            ApiError::invalid_parameter("User pool already has a domain configured."),
        ),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::{Value, json};

    fn custom(pool: &str, domain: &str) -> Value {
        let certificate = "arn:aws:acm:us-east-1:000000000000:certificate/a";
        json!({ "UserPoolId": pool, "Domain": domain, "CustomDomainConfig": { "CertificateArn": certificate } })
    }

    #[tokio::test]
    async fn a_pool_has_a_prefix_and_a_custom_domain_and_no_second_one_of_either() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let made = server
            .call(
                "CreateUserPoolDomain",
                json!({ "UserPoolId": pool, "Domain": "acme" }),
            )
            .await
            .ok();
        assert_eq!(made, json!({ "ManagedLoginVersion": 1 }));
        let made = server
            .call("CreateUserPoolDomain", custom(&pool, "auth.acme.example"))
            .await
            .ok();
        let name = made["CloudFrontDomain"].as_str().unwrap_or_default();
        let (front, rest) = name.split_once('.').unwrap_or_default();
        assert_eq!((front.len(), rest), (14, "cloudfront.net"), "{name}");

        let described = server
            .call("DescribeUserPool", json!({ "UserPoolId": pool }))
            .await
            .ok();
        assert_eq!(described["UserPool"]["Domain"], "acme");
        assert_eq!(described["UserPool"]["CustomDomain"], "auth.acme.example");
        for second in [
            json!({ "UserPoolId": pool, "Domain": "acme-2" }),
            custom(&pool, "login.acme.example"),
        ] {
            server.call("CreateUserPoolDomain", second).await.assert_error(
                "InvalidParameterException",
                "User pool already has a domain configured.",
            );
        }
    }

    #[tokio::test]
    async fn a_domain_leads_to_one_pool() {
        let server = TestPool::new().await;
        let (pool, other) = (server.pool().await, server.pool().await);
        for (request, of_other) in [
            (
                json!({ "UserPoolId": pool, "Domain": "acme" }),
                json!({ "UserPoolId": other, "Domain": "acme" }),
            ),
            (
                custom(&pool, "auth.acme.example"),
                custom(&other, "auth.acme.example"),
            ),
        ] {
            server.call("CreateUserPoolDomain", request).await.ok();
            server.call("CreateUserPoolDomain", of_other).await.assert_error(
                "InvalidParameterException",
                "Domain already associated with another user pool",
            );
        }
        let described = server
            .call("DescribeUserPool", json!({ "UserPoolId": other }))
            .await
            .ok();
        assert_eq!(described["UserPool"].get("Domain"), None);
    }

    #[tokio::test]
    async fn what_is_no_domain_is_refused() {
        let server = TestPool::new().await;
        let pool = server.pool_with(json!({ "UserPoolTier": "LITE" })).await;
        let prefix = |members: Value| {
            let mut request = json!({ "UserPoolId": pool, "Domain": "acme" });
            for (member, value) in members.as_object().unwrap() {
                request[member] = value.clone();
            }
            request
        };
        let failover = json!({ "SecondaryRegion": "eu-west-1", "PrimaryRoute53HealthCheckId": "a" });
        let cases = [
            (
                prefix(json!({ "Domain": "auth.acme" })),
                "InvalidParameterException",
                "A domain prefix has no dots. For a domain of your own, give CustomDomainConfig.",
            ),
            (
                custom(&pool, "acme"),
                "InvalidParameterException",
                "A custom domain is a whole name, such as auth.example.com. For a prefix leave CustomDomainConfig out.",
            ),
            (
                prefix(json!({ "ManagedLoginVersion": 3 })),
                "InvalidParameterException",
                "ManagedLoginVersion must be 1 or 2.",
            ),
            (
                prefix(json!({ "ManagedLoginVersion": 2 })),
                "FeatureUnavailableInTierException",
                "The following features need to be disabled for the LITE pricing tier configured: Managed login",
            ),
            (
                prefix(json!({ "Routing": { "Failover": failover } })),
                "InvalidParameterException",
                "Routing.Failover is not supported by this server. Leave it out; docs/reference/members.md lists what is.",
            ),
            (
                json!({ "UserPoolId": "us-east-1_nowhere00", "Domain": "acme" }),
                "ResourceNotFoundException",
                "User pool us-east-1_nowhere00 does not exist.",
            ),
        ];
        for (request, name, sentence) in cases {
            let refused = server.call("CreateUserPoolDomain", request).await;
            refused.assert_error(name, sentence);
        }
    }
}
