//! `DeleteGroup`

use poolhouse_api::{Nothing, shapes};
use poolhouse_crypto::uuid_v4;
use poolhouse_store::{Batch, CommitError, Expect};

use crate::base::error::ApiError;
use crate::records::{Deleted, Deleting, GroupCount, GroupRecord, RecordBatch, Stored, purge};
use crate::request::Ctx;
use crate::users::groups::{self, RACES};

/// Deletes a group. Nobody is in it any more when the answer arrives; what still says so in the users' documents and the
/// index goes next, as much as one request may change, and the rest is left to the sweeper.
///
/// # Errors
/// `ResourceNotFoundException` for the pool, or `Group not found.`; `TooManyRequestsException` after too many lost races.
pub async fn run(ctx: &Ctx, input: shapes::DeleteGroupRequest) -> Result<Nothing, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let pool_id = pool.id();
    for _ in 0..RACES {
        let group = groups::find(ctx, pool_id, &input.group_name).await?;
        if !remove(ctx, pool_id, &group).await? {
            continue;
        }
        let id = &group.value.id;
        if let Err(error) = purge::purge(ctx.platform(), Deleted::Group { pool_id, id }).await {
            tracing::warn!(request_id = ctx.request_id, pool = pool_id, %error, "members of a deleted group stay for the sweeper");
        }
        return Ok(Nothing);
    }
    Err(ApiError::concurrent_modification())
}

/// Whether the group is gone; the alternative is that somebody else came first.
async fn remove(ctx: &Ctx, pool_id: &str, group: &Stored<GroupRecord>) -> Result<bool, ApiError> {
    let before = ctx.load(&GroupCount::key(pool_id)).await?;
    let count = GroupCount {
        groups: before
            .as_ref()
            .map_or(0, |count| count.value.groups.saturating_sub(1)),
        change: uuid_v4(&*ctx.platform().entropy),
    };
    let tombstone = Deleting::group(pool_id, &group.value.id);
    let batch = Batch::new()
        .remove(group)
        .record(tombstone, Expect::Any, &Deleting(ctx.now));
    match ctx
        .platform()
        .commit(count.over(before.as_ref(), pool_id, batch))
        .await
    {
        Ok(_) => Ok(true),
        Err(CommitError::Conflict { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use poolhouse_store::{Batch, Scan};
    use serde_json::json;

    use crate::records::{GroupRecord, PoolRecord, RecordBatch, Reference, UserRecord, load, user_index};
    use crate::testing::TestPool;

    async fn rows(server: &TestPool, text: &str) -> Vec<String> {
        let rows = server.store().scan(Scan::prefix("", 100_000)).await.unwrap();
        rows.into_iter()
            .filter(|row| row.key.contains(text) || row.body.contains(text))
            .map(|row| row.key)
            .collect()
    }

    #[tokio::test]
    async fn a_deleted_group_has_no_members_and_leaves_none_to_its_successor() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        server.user(&pool, "mara", "Correct-Horse-9!").await;
        let request = json!({ "UserPoolId": pool, "GroupName": "staff", "Username": "mara" });
        server.call("CreateGroup", request.clone()).await.ok();
        server.call("AdminAddUserToGroup", request.clone()).await;
        assert_eq!(rows(&server, "staff").await.len(), 2);

        let answer = server.call("DeleteGroup", request.clone()).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, ""));
        assert_eq!(rows(&server, "staff").await, [] as [String; 0]);
        assert_eq!(rows(&server, "/member/").await, [] as [String; 0]);
        assert_eq!(rows(&server, "deleting/").await, [] as [String; 0]);
        server
            .call("DeleteGroup", request.clone())
            .await
            .assert_error("ResourceNotFoundException", "Group not found.");

        server.call("CreateGroup", request.clone()).await.ok();
        let members = server.call("ListUsersInGroup", request.clone()).await.ok();
        assert_eq!(members, json!({ "Users": [] }));
        let groups = server.call("AdminListGroupsForUser", request).await.ok();
        assert_eq!(groups, json!({ "Groups": [] }));
    }

    /// Puts 2,100 users, more than a request takes out, into the group of this name: copies of Mara.
    async fn crowd(server: &TestPool, pool_id: &str, name: &str) {
        let platform = &server.app().platform;
        let pool = load(platform, &PoolRecord::key(pool_id)).await.unwrap().unwrap();
        let group = load(platform, &GroupRecord::key(pool_id, name))
            .await
            .unwrap()
            .unwrap();
        let sub = server.user(pool_id, "mara", "Correct-Horse-9!").await;
        let mara = load(platform, &UserRecord::key(pool_id, &sub))
            .await
            .unwrap()
            .unwrap();
        for number in 0..2_100 {
            let mut user = mara.value.clone();
            user.username = format!("user-{number:04}");
            user.sub = format!("{number:08}-0000-4000-8000-000000000000");
            user.groups.insert(name.to_owned(), group.value.id.clone());
            let listed = user_index::rows(&pool.value, &user).listed;
            let batch = listed
                .iter()
                .fold(Batch::new(), |batch, key| user_index::list(batch, key));
            let by_name = user_index::name_key(&pool.value, &user.username);
            let batch = batch
                .create(by_name, &Reference(user.sub.clone()))
                .create(UserRecord::key(pool_id, &user.sub), &user);
            platform.commit(batch).await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_group_too_large_for_one_request_is_gone_at_once_and_emptied_in_the_background() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let request = json!({ "UserPoolId": pool, "GroupName": "crowd" });
        server.call("CreateGroup", request.clone()).await.ok();
        crowd(&server, &pool, "crowd").await;
        server.call("DeleteGroup", request.clone()).await;
        let left = rows(&server, "\"crowd\"").await;
        assert_eq!(left.len(), 100, "of 2,100");
        let last = json!({ "UserPoolId": pool, "Username": "user-2099" });
        let of_last = server.call("AdminListGroupsForUser", last).await.ok();
        assert_eq!(of_last, json!({ "Groups": [] }));
        server.call("CreateGroup", request.clone()).await.ok();
        let members = server.call("ListUsersInGroup", request).await.ok();
        assert_eq!(members, json!({ "Users": [] }));
        server.sweep().await;
        assert_eq!(rows(&server, "\"crowd\"").await.len(), 1, "the new group");
        for trace in ["/member/", "deleting/"] {
            assert_eq!(rows(&server, trace).await, [] as [String; 0]);
        }
    }
}
