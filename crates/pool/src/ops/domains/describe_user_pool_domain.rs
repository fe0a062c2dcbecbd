//! `DescribeUserPoolDomain`

use poolhouse_api::shapes::{
    DescribeUserPoolDomainRequest, DescribeUserPoolDomainResponse, DomainDescriptionType, DomainStatusType,
};

use crate::base::error::ApiError;
use crate::records::DomainRecord;
use crate::request::{Ctx, hosted};

/// Answers a domain, or an empty description where there is none of this name, as the service does: by that Terraform tells that
/// a domain is gone.
///
/// # Errors
/// When the store fails.
pub async fn run(
    ctx: &Ctx,
    input: DescribeUserPoolDomainRequest,
) -> Result<DescribeUserPoolDomainResponse, ApiError> {
    let found = hosted::domain(ctx, &input.domain).await?;
    let description = found.map(|found| described(ctx, found.value));
    Ok(DescribeUserPoolDomainResponse {
        domain_description: Some(description.unwrap_or_default()),
    })
}

fn described(ctx: &Ctx, record: DomainRecord) -> DomainDescriptionType {
    let region = &ctx.app.settings.region;
    DomainDescriptionType {
        user_pool_id: Some(record.pool_id),
        aws_account_id: Some(ctx.app.settings.account.clone()),
        domain: Some(record.domain),
        // Nothing lies there. Terraform wants the member to say something.
        s3_bucket: Some(format!("poolhouse-{region}-assets")),
        cloud_front_distribution: Some(record.cloud_front),
        version: Some(record.version),
        status: Some(DomainStatusType::Active),
        custom_domain_config: record.custom.map(|custom| custom.described()),
        managed_login_version: Some(record.managed_login_version),
        routing: None,
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::json;

    #[tokio::test]
    async fn a_domain_is_active_at_once_and_says_all_that_terraform_reads() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let certificate = "arn:aws:acm:us-east-1:000000000000:certificate/a";
        let config = json!({ "CertificateArn": certificate, "SecurityPolicy": "TLS_V1_2_2021" });
        let request = json!({
            "UserPoolId": pool,
            "Domain": "auth.acme.example",
            "ManagedLoginVersion": 2,
            "CustomDomainConfig": config,
        });
        let made = server.call("CreateUserPoolDomain", request).await.ok();
        let described = server
            .call("DescribeUserPoolDomain", json!({ "Domain": "auth.acme.example" }))
            .await
            .ok();
        assert_eq!(
            described,
            json!({ "DomainDescription": {
                "UserPoolId": pool,
                "AWSAccountId": "000000000000",
                "Domain": "auth.acme.example",
                "S3Bucket": "poolhouse-us-east-1-assets",
                "CloudFrontDistribution": made["CloudFrontDomain"],
                "Version": "20260102030405",
                "Status": "ACTIVE",
                "CustomDomainConfig": config,
                "ManagedLoginVersion": 2,
            } })
        );
    }

    #[tokio::test]
    async fn a_domain_that_nobody_has_is_described_as_nothing() {
        let server = TestPool::new().await;
        let described = server
            .call("DescribeUserPoolDomain", json!({ "Domain": "acme" }))
            .await
            .ok();
        assert_eq!(described, json!({ "DomainDescription": {} }));
    }
}
