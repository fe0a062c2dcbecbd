//! Making a group: by an administrator, or by the first user of an identity provider.

use poolhouse_api::ErrorCode;
use poolhouse_crypto::uuid_v4;
use poolhouse_store::{Batch, CommitError, Expect};

use super::groups::RACES;
use crate::base::error::ApiError;
use crate::records::{GroupCount, GroupRecord, PoolRecord, RecordBatch};
use crate::request::Ctx;

/// Groups that a pool can have, as AWS documents it.
const GROUPS: u64 = 10_000;

/// Makes a group without members.
///
/// # Errors
/// `GroupExistsException` `A group with the name already exists.`; `LimitExceededException`; `ResourceNotFoundException` for a pool
/// that is deleted meanwhile; `TooManyRequestsException` after too many lost races.
pub async fn make(ctx: &Ctx, pool_id: &str, group: &GroupRecord) -> Result<(), ApiError> {
    let pool = PoolRecord::key(pool_id);
    let key = GroupRecord::key(pool_id, &group.name);
    for _ in 0..RACES {
        if ctx.load(&key).await?.is_some() {
            return Err(ApiError::new(
                ErrorCode::GroupExistsException,
                "A group with the name already exists.",
            ));
        }
        let before = ctx.load(&GroupCount::key(pool_id)).await?;
        let groups = before.as_ref().map_or(0, |count| count.value.groups);
        if groups >= GROUPS {
            return Err(ApiError::new(
                ErrorCode::LimitExceededException,
                format!("A user pool can have at most {GROUPS} groups."),
            ));
        }
        let count = GroupCount {
            groups: groups + 1,
            change: uuid_v4(&*ctx.platform().entropy),
        };
        let batch = Batch::new()
            .check(pool.clone(), Expect::Present)
            .create(key.clone(), group);
        let batch = count.over(before.as_ref(), pool_id, batch);
        match ctx.platform().commit(batch).await {
            Ok(_) => return Ok(()),
            Err(CommitError::Conflict { key }) if key == pool.as_str() => {
                return Err(ApiError::pool_not_found(pool_id));
            }
            Err(CommitError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::concurrent_modification())
}
