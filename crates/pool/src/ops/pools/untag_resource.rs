//! `UntagResource`

use poolhouse_api::shapes::{UntagResourceRequest, UntagResourceResponse};
use poolhouse_store::Batch;

use super::tags;
use crate::base::error::ApiError;
use crate::records::RecordBatch;
use crate::request::Ctx;

/// Takes the tags with these keys from a pool. A key that it has no tag for is no error.
///
/// # Errors
/// `ResourceNotFoundException` that names the ARN; `TooManyRequestsException` if somebody else changed the pool at the
/// same moment.
pub async fn run(ctx: &Ctx, input: UntagResourceRequest) -> Result<UntagResourceResponse, ApiError> {
    let mut pool = tags::pool_at(ctx, &input.resource_arn).await?.into_owned();
    let settings = &mut pool.value.settings;
    let tags = settings.user_pool_tags.get_or_insert_default();
    for key in &input.tag_keys {
        tags.remove(key);
    }
    settings.last_modified_date = Some(ctx.now.timestamp());
    let batch = Batch::new().replace(&pool, &pool.value);
    ctx.platform().commit(batch).await?;
    Ok(UntagResourceResponse::default())
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::json;

    #[tokio::test]
    async fn tags_are_taken_away_and_the_others_stay() {
        let server = TestPool::new().await;
        let members = json!({ "PoolName": "pool", "UserPoolTags": { "team": "a", "stage": "test" } });
        let pool = server.call("CreateUserPool", members).await.ok()["UserPool"].clone();
        let request = json!({ "ResourceArn": pool["Arn"], "TagKeys": ["stage", "unknown"] });
        let answer = server.call("UntagResource", request).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));
        let listed = server
            .call("ListTagsForResource", json!({ "ResourceArn": pool["Arn"] }))
            .await
            .ok();
        assert_eq!(listed, json!({ "Tags": { "team": "a" } }));
    }
}
