//! `TagResource`

use poolhouse_api::shapes::{TagResourceRequest, TagResourceResponse};
use poolhouse_store::Batch;

use super::tags;
use crate::base::error::ApiError;
use crate::records::RecordBatch;
use crate::request::Ctx;

/// Gives a pool these tags beside those that it has. A tag of the same key gets the new value.
///
/// # Errors
/// `ResourceNotFoundException` that names the ARN; `InvalidParameterException` for more tags than a pool can have;
/// `TooManyRequestsException` if somebody else changed the pool at the same moment.
pub async fn run(ctx: &Ctx, input: TagResourceRequest) -> Result<TagResourceResponse, ApiError> {
    let mut pool = tags::pool_at(ctx, &input.resource_arn).await?.into_owned();
    let settings = &mut pool.value.settings;
    let tags = settings.user_pool_tags.get_or_insert_default();
    tags.extend(input.tags);
    tags::check(tags)?;
    settings.last_modified_date = Some(ctx.now.timestamp());
    let batch = Batch::new().replace(&pool, &pool.value);
    ctx.platform().commit(batch).await?;
    Ok(TagResourceResponse::default())
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::{Map, Value, json};

    #[tokio::test]
    async fn tags_are_added_and_replaced_and_the_others_stay() {
        let server = TestPool::new().await;
        let members = json!({ "PoolName": "pool", "UserPoolTags": { "team": "a", "stage": "test" } });
        let pool = server.call("CreateUserPool", members).await.ok()["UserPool"].clone();
        server.clock().advance_seconds(1);
        let request = json!({ "ResourceArn": pool["Arn"], "Tags": { "stage": "production", "costs": "7" } });
        let answer = server.call("TagResource", request).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));
        let described = server
            .call("DescribeUserPool", json!({ "UserPoolId": pool["Id"] }))
            .await
            .ok();
        let mut expected = pool;
        expected["UserPoolTags"] = json!({ "costs": "7", "stage": "production", "team": "a" });
        expected["LastModifiedDate"] = json!(1_767_323_046);
        assert_eq!(described["UserPool"], expected);
    }

    #[tokio::test]
    async fn a_pool_takes_fifty_tags_and_no_more_whichever_operation_sets_them() {
        let server = TestPool::new().await;
        let tags = |count: usize| -> Value {
            let tags: Map<String, Value> = (0..count).map(|n| (n.to_string(), json!(""))).collect();
            tags.into()
        };
        let full = json!({ "PoolName": "pool", "UserPoolTags": tags(50) });
        let pool = server.call("CreateUserPool", full).await.ok()["UserPool"].clone();
        for (operation, request) in [
            (
                "TagResource",
                json!({ "ResourceArn": pool["Arn"], "Tags": { "one more": "" } }),
            ),
            (
                "UpdateUserPool",
                json!({ "UserPoolId": pool["Id"], "UserPoolTags": tags(51) }),
            ),
            (
                "CreateUserPool",
                json!({ "PoolName": "pool", "UserPoolTags": tags(51) }),
            ),
        ] {
            server.call(operation, request).await.assert_error(
                "InvalidParameterException",
                "A user pool can have at most 50 tags.",
            );
        }
        let replaced = json!({ "ResourceArn": pool["Arn"], "Tags": { "49": "new" } });
        server.call("TagResource", replaced).await.ok();
    }
}
