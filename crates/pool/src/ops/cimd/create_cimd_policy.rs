//! `CreateCIMDPolicy`

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{CreateCIMDPolicyRequest, CreateCIMDPolicyResponse};
use poolhouse_crypto::random_id;
use poolhouse_store::{Batch, CommitError, Expect, Scan};

use super::checks;
use crate::base::error::ApiError;
use crate::records::{CimdPolicyRecord, RecordBatch};
use crate::request::Ctx;

/// Seconds that a document counts where nobody says how long: a day.
const CACHE_SECONDS: i64 = 86_400;
/// The most policies that a pool can have. Two requests at the same moment may exceed it by one.
const POLICIES: usize = 50;

/// Makes a policy: clients whose ids are URLs of these patterns sign people in with the settings of an app client.
///
/// # Errors
/// `ResourceNotFoundException` for the pool or the client; `InvalidParameterException` for a pattern that names no host;
/// `LimitExceededException`; `FeatureUnavailableInTierException`.
pub async fn run(ctx: &Ctx, input: CreateCIMDPolicyRequest) -> Result<CreateCIMDPolicyResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let pool_id = pool.id();
    let client = ctx.client(pool_id, &input.client_id).await?;
    checks::tier(&pool)?;
    checks::patterns(&input.url_patterns)?;
    check_room(ctx, pool_id).await?;
    let record = CimdPolicyRecord {
        id: random_id(26, &*ctx.platform().entropy),
        client_id: input.client_id,
        name: input.policy_name,
        cache_seconds: input.cache_duration.unwrap_or(CACHE_SECONDS),
        patterns: input.url_patterns,
        created: ctx.now,
        modified: ctx.now,
    };
    let batch = Batch::new()
        .check(client.key.clone(), Expect::Present)
        .create(CimdPolicyRecord::key(pool_id, &record.id), &record);
    match ctx.platform().commit(batch).await {
        Ok(_) => Ok(CreateCIMDPolicyResponse {
            cimd_policy: checks::described(ctx, pool_id, &record).await?,
        }),
        Err(CommitError::Conflict { key }) if key == client.key => {
            Err(ApiError::client_not_found(&record.client_id))
        }
        Err(error) => Err(ApiError::lost_update(error)),
    }
}

async fn check_room(ctx: &Ctx, pool_id: &str) -> Result<(), ApiError> {
    let scan = Scan::prefix(CimdPolicyRecord::all(pool_id), POLICIES);
    if ctx.platform().store.scan(scan).await?.len() < POLICIES {
        return Ok(());
    }
    Err(ApiError::new(
        ErrorCode::LimitExceededException,
        format!("A user pool can have at most {POLICIES} CIMD policies."),
    ))
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::{Value, json};

    fn request(pool: &str, client: &str, patterns: Value) -> Value {
        json!({ "UserPoolId": pool, "ClientId": client, "PolicyName": "Tools", "URLPatterns": patterns })
    }

    #[tokio::test]
    async fn a_policy_is_made_changed_listed_and_deleted() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let client = server.client(&pool).await;
        let made = server
            .call(
                "CreateCIMDPolicy",
                request(&pool, &client, json!(["https://a.example/*"])),
            )
            .await
            .ok();
        let id = made["CIMDPolicy"]["CIMDPolicyId"].clone();
        let mut policy = json!({
            "UserPoolId": pool,
            "CIMDPolicyId": id,
            "ClientId": client,
            "PolicyName": "Tools",
            "CacheDuration": 86_400,
            "URLPatterns": ["https://a.example/*"],
            "CreationDate": 1_767_323_045,
            "LastModifiedDate": 1_767_323_045,
        });
        assert_eq!(made, json!({ "CIMDPolicy": policy }));
        server.clock().advance_seconds(1);
        let mut update = request(&pool, &client, json!(["https://*.b.example/c/*"]));
        update["CIMDPolicyId"] = id.clone();
        update["PolicyName"] = Value::Null;
        update["CacheDuration"] = json!(90_000);
        policy["URLPatterns"] = update["URLPatterns"].clone();
        policy["CacheDuration"] = json!(90_000);
        policy["LastModifiedDate"] = json!(1_767_323_046);
        let asked = json!({ "UserPoolId": pool, "CIMDPolicyId": id });
        for (operation, body) in [
            ("UpdateCIMDPolicy", update),
            ("DescribeCIMDPolicy", asked.clone()),
        ] {
            assert_eq!(
                server.call(operation, body).await.ok(),
                json!({ "CIMDPolicy": policy })
            );
        }
        let listed = server
            .call("ListCIMDPolicies", json!({ "UserPoolId": pool }))
            .await
            .ok();
        let mut summary = policy.clone();
        summary.as_object_mut().unwrap().remove("UserPoolId");
        summary.as_object_mut().unwrap().remove("URLPatterns");
        assert_eq!(listed, json!({ "CIMDPolicies": [summary] }));

        let of_client = json!({ "UserPoolId": pool, "ClientId": client });
        server.call("DeleteUserPoolClient", of_client).await;
        let described = server.call("DescribeCIMDPolicy", asked.clone()).await.ok();
        assert_eq!(described["CIMDPolicy"].get("ClientId"), None);
        assert_eq!(
            server.call("DeleteCIMDPolicy", asked.clone()).await.ok(),
            json!({})
        );
        let gone = format!("CIMD policy {} does not exist.", id.as_str().unwrap());
        for operation in ["DescribeCIMDPolicy", "DeleteCIMDPolicy", "ListClientMetadataURLs"] {
            server
                .call(operation, asked.clone())
                .await
                .assert_error("ResourceNotFoundException", &gone);
        }
    }

    #[tokio::test]
    async fn a_document_in_the_cache_is_shown_fetched_again_and_forgotten() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let client = server.client(&pool).await;
        let made = server
            .call(
                "CreateCIMDPolicy",
                request(&pool, &client, json!(["https://a.example/*"])),
            )
            .await
            .ok();
        let policy = made["CIMDPolicy"]["CIMDPolicyId"].clone();
        let url = "https://a.example/client";
        let listed = async || {
            let asked = json!({ "UserPoolId": pool, "CIMDPolicyId": policy });
            server.call("ListClientMetadataURLs", asked).await.ok()["ClientMetadataURLs"].clone()
        };
        let update = async |action: &str| {
            let asked = json!({ "UserPoolId": pool, "CIMDPolicyId": policy, "URL": url, "Action": action });
            server.call("UpdateClientMetadataURLState", asked).await
        };
        assert_eq!(listed().await, json!([]));
        let absent = "The document of https://a.example/client is not in the cache.";
        for action in ["REFRESH", "INVALIDATE"] {
            update(action)
                .await
                .assert_error("CachedCIMDURLDoesNotExistException", absent);
        }
        let document = json!({ "client_id": url, "redirect_uris": ["https://a.example/cb"] });
        server.outside().document(url, &document);
        let ctx = server.ctx();
        let found = crate::oauth::client_documents::find(&ctx, &pool, url)
            .await
            .unwrap();
        assert!(found.is_some());
        let shown =
            |cached: i64| json!([{ "URL": url, "CachedDate": cached, "ExpirationDate": cached + 86_400 }]);
        assert_eq!(listed().await, shown(1_767_323_045));
        server.clock().advance_seconds(10);
        update("REFRESH").await.ok();
        assert_eq!(listed().await, shown(1_767_323_055));
        server.outside().forget(url);
        server.clock().advance_seconds(10);
        update("REFRESH").await.assert_error(
            "InvalidParameterException",
            "The document of https://a.example/client cannot be fetched. The one of before stays until it expires.",
        );
        assert_eq!(listed().await, shown(1_767_323_055));
        update("INVALIDATE").await.ok();
        assert_eq!(listed().await, json!([]));
    }

    #[tokio::test]
    async fn a_policy_is_for_an_app_client_and_for_hosts_that_are_named() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let client = server.client(&pool).await;
        let lite = server.pool_with(json!({ "UserPoolTier": "LITE" })).await;
        let of_lite = server.client(&lite).await;
        let good = json!(["https://a.example/*"]);
        let cases = [
            (
                request(&pool, &client, json!(["https://*/client"])),
                "InvalidParameterException",
                "The URL pattern https://*/client names no host.",
            ),
            (
                request(
                    &pool,
                    &client,
                    json!(["https://a.example/*", "https://a.example/*"]),
                ),
                "InvalidParameterException",
                "The URL pattern https://a.example/* is given twice.",
            ),
            (
                request(&pool, "nobody", good.clone()),
                "ResourceNotFoundException",
                "User pool client nobody does not exist.",
            ),
            (
                request(&lite, &of_lite, good),
                "FeatureUnavailableInTierException",
                "The following features need to be disabled for the LITE pricing tier configured: Client ID metadata documents",
            ),
        ];
        for (request, name, sentence) in cases {
            let answer = server.call("CreateCIMDPolicy", request).await;
            answer.assert_error(name, sentence);
        }
    }
}
