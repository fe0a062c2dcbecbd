//! `CreateGroup`

use poolhouse_api::shapes;
use poolhouse_crypto::uuid_v4;

use crate::base::error::ApiError;
use crate::records::GroupRecord;
use crate::request::Ctx;
use crate::users::new_group;

/// Makes a group without members. What a request leaves out the group does not have: a precedence that is left out is not
/// 0, which would go before all others.
///
/// # Errors
/// `ResourceNotFoundException`; `GroupExistsException` `A group with the name already exists.`; `LimitExceededException`;
/// `TooManyRequestsException` after too many lost races.
pub async fn run(
    ctx: &Ctx,
    input: shapes::CreateGroupRequest,
) -> Result<shapes::CreateGroupResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let group = GroupRecord {
        name: input.group_name,
        id: uuid_v4(&*ctx.platform().entropy),
        description: input.description,
        role_arn: input.role_arn,
        precedence: input.precedence,
        created: ctx.now,
        modified: ctx.now,
    };
    new_group::make(ctx, pool.id(), &group).await?;
    Ok(shapes::CreateGroupResponse {
        group: Some(group.described(pool.id())),
    })
}

#[cfg(test)]
mod tests {
    use crate::records::{GroupCount, RecordBatch};
    use crate::testing::TestPool;
    use poolhouse_store::{Batch, Expect};
    use serde_json::json;

    #[tokio::test]
    async fn a_group_has_what_was_given_and_nothing_else() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let bare = json!({ "UserPoolId": pool, "GroupName": "Mitarbeiter/Süd" });
        let dates = json!({ "LastModifiedDate": 1_767_323_045, "CreationDate": 1_767_323_045 });
        let full = json!({
            "UserPoolId": pool,
            "GroupName": "staff",
            "Description": "Who works here",
            "RoleArn": "arn:aws:iam::111122223333:role/staff",
            "Precedence": 0,
        });
        for request in [bare, full] {
            let mut group = request.clone();
            group["LastModifiedDate"] = dates["LastModifiedDate"].clone();
            group["CreationDate"] = dates["CreationDate"].clone();
            let expected = json!({ "Group": group });
            assert_eq!(server.call("CreateGroup", request.clone()).await.ok(), expected);
            let shown = json!({ "UserPoolId": pool, "GroupName": request["GroupName"] });
            assert_eq!(server.call("GetGroup", shown).await.ok(), expected);
        }
    }

    #[tokio::test]
    async fn a_name_is_taken_once_in_a_pool_and_differs_by_case() {
        let server = TestPool::new().await;
        let (pool, other) = (server.pool().await, server.pool().await);
        for (pool, name) in [(&pool, "staff"), (&pool, "Staff"), (&other, "staff")] {
            let request = json!({ "UserPoolId": pool, "GroupName": name });
            server.call("CreateGroup", request.clone()).await.ok();
            server
                .call("CreateGroup", request)
                .await
                .assert_error("GroupExistsException", "A group with the name already exists.");
        }
    }

    #[tokio::test]
    async fn a_pool_takes_ten_thousand_groups_and_no_more() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let count = GroupCount {
            groups: 9_999,
            change: "many".to_owned(),
        };
        let batch = Batch::new().record(GroupCount::key(&pool), Expect::Any, &count);
        server.app().platform.commit(batch).await.unwrap();
        let request = |name: &str| json!({ "UserPoolId": pool, "GroupName": name });
        server.call("CreateGroup", request("last")).await.ok();
        server.call("CreateGroup", request("another")).await.assert_error(
            "LimitExceededException",
            "A user pool can have at most 10000 groups.",
        );
        server.call("DeleteGroup", request("last")).await;
        server.call("CreateGroup", request("another")).await.ok();
    }
}
