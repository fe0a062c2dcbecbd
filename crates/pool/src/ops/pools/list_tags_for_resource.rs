//! `ListTagsForResource`

use poolhouse_api::shapes::{ListTagsForResourceRequest, ListTagsForResourceResponse};

use super::tags;
use crate::base::error::ApiError;
use crate::request::Ctx;

/// Answers a pool's tags: the `UserPoolTags` of its description.
///
/// # Errors
/// `ResourceNotFoundException` that names the ARN.
pub async fn run(
    ctx: &Ctx,
    input: ListTagsForResourceRequest,
) -> Result<ListTagsForResourceResponse, ApiError> {
    let pool = tags::pool_at(ctx, &input.resource_arn).await?;
    Ok(ListTagsForResourceResponse {
        tags: Some(pool.value.settings.user_pool_tags.clone().unwrap_or_default()),
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::json;

    #[tokio::test]
    async fn the_tags_of_a_pool_are_listed_by_its_arn() {
        let server = TestPool::new().await;
        let tagged = json!({ "PoolName": "pool", "UserPoolTags": { "team": "a", "stage": "" } });
        for (request, tags) in [
            (tagged, json!({ "stage": "", "team": "a" })),
            (json!({ "PoolName": "pool" }), json!({})),
        ] {
            let pool = server.call("CreateUserPool", request).await.ok()["UserPool"].clone();
            let listed = server
                .call("ListTagsForResource", json!({ "ResourceArn": pool["Arn"] }))
                .await
                .ok();
            assert_eq!(listed, json!({ "Tags": tags }));
        }
    }

    #[tokio::test]
    async fn an_arn_that_is_no_pools_is_said_to_be_unknown_by_every_operation_on_tags() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        for arn in [
            "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_nowhere00".to_owned(),
            format!("arn:aws:cognito-idp:us-east-1:000000000001:userpool/{pool}"),
            format!("arn:aws:cognito-idp:eu-west-1:000000000000:userpool/{pool}"),
            format!("arn:aws:cognito-idp:us-east-1:000000000000:userpool/{pool}/client"),
            format!(
                "arn:aws:cognito-idp:us-east-1:000000000000:userpool/{}",
                "a".repeat(900)
            ),
            "arn:aws:lambda:us-east-1:000000000000:function:f".to_owned(),
        ] {
            for (operation, request) in [
                ("ListTagsForResource", json!({ "ResourceArn": arn })),
                ("TagResource", json!({ "ResourceArn": arn, "Tags": { "a": "b" } })),
                ("UntagResource", json!({ "ResourceArn": arn, "TagKeys": ["a"] })),
            ] {
                let sentence = format!("There is no user pool {arn}.");
                server
                    .call(operation, request)
                    .await
                    .assert_error("ResourceNotFoundException", &sentence);
            }
        }
    }
}
