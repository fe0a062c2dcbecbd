//! `UpdateGroup`

use poolhouse_api::shapes;
use poolhouse_crypto::uuid_v4;
use poolhouse_store::{Batch, CommitError};

use crate::base::error::ApiError;
use crate::records::{GroupCount, RecordBatch};
use crate::request::Ctx;
use crate::users::groups::{self, RACES};

/// Changes the members of a group that the request has, and keeps the others: other than the updates of pools and app
/// clients. The next tokens of every member say what it says from now on.
///
/// # Errors
/// `ResourceNotFoundException` for the pool, or `Group not found.`; `TooManyRequestsException` after too many lost races.
pub async fn run(
    ctx: &Ctx,
    input: shapes::UpdateGroupRequest,
) -> Result<shapes::UpdateGroupResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let pool_id = pool.id();
    for _ in 0..RACES {
        let stored = groups::find(ctx, pool_id, &input.group_name).await?;
        let mut group = stored.value.clone();
        group.description = input.description.clone().or(group.description);
        group.role_arn = input.role_arn.clone().or(group.role_arn);
        group.precedence = input.precedence.or(group.precedence);
        group.modified = ctx.now;
        let before = ctx.load(&GroupCount::key(pool_id)).await?;
        let count = GroupCount {
            groups: before.as_ref().map_or(1, |count| count.value.groups),
            change: uuid_v4(&*ctx.platform().entropy),
        };
        let batch = count.over(before.as_ref(), pool_id, Batch::new().replace(&stored, &group));
        match ctx.platform().commit(batch).await {
            Ok(_) => {
                return Ok(shapes::UpdateGroupResponse {
                    group: Some(group.described(pool_id)),
                });
            }
            Err(CommitError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::concurrent_modification())
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::json;

    #[tokio::test]
    async fn an_update_keeps_what_it_does_not_name() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let mut group = json!({
            "UserPoolId": pool,
            "GroupName": "staff",
            "Description": "Who works here",
            "RoleArn": "arn:aws:iam::111122223333:role/staff",
            "Precedence": 7,
        });
        server.call("CreateGroup", group.clone()).await.ok();
        group["CreationDate"] = json!(1_767_323_045);
        for (seconds, member, value) in [
            (1, "Description", json!("Who worked here")),
            (2, "RoleArn", json!("arn:aws:iam::111122223333:role/former")),
            (3, "Precedence", json!(0)),
            (4, "Description", json!("")),
        ] {
            server.clock().advance_seconds(1);
            let request = json!({ "UserPoolId": pool, "GroupName": "staff", member: value });
            group[member] = value;
            group["LastModifiedDate"] = json!(1_767_323_045 + seconds);
            let answer = server.call("UpdateGroup", request).await.ok();
            assert_eq!(answer, json!({ "Group": group }));
        }
        let shown = json!({ "UserPoolId": pool, "GroupName": "staff" });
        let shown = server.call("GetGroup", shown).await.ok();
        assert_eq!(shown, json!({ "Group": group }));
    }
}
