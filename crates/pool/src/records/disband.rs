//! Taking the members out of a group that was deleted.
//!
//! Nobody is in it any more from the commit on that deletes the group's row, because what a user's document and the index
//! say of it names an id that no group has. This removes what they say.

use poolhouse_store::{Batch, CommitError, Expect, Scan};

use super::deleting::Deleting;
use super::document::{RecordBatch, Stored, decode, load};
use super::key::Key;
use super::{PoolRecord, UserRecord, user_index};
use crate::base::error::ApiError;
use crate::base::platform::Platform;

/// Members per commit.
const PAGE: usize = 100;
/// Pages per round.
const PAGES: usize = 20;

/// Takes a bounded number of members out of the group with this id; says whether none are left. The tombstone goes after
/// the last of them.
///
/// # Errors
/// When the store fails. Nothing is lost: the next round goes on.
pub async fn disband(platform: &Platform, pool_id: &str, group_id: &str) -> Result<bool, ApiError> {
    // What a deleted pool leaves behind goes with it.
    if let Some(pool) = load(platform, &PoolRecord::key(pool_id)).await? {
        for _ in 0..PAGES {
            if expel_page(platform, &pool.value, group_id).await? {
                return end(platform, pool_id, group_id).await;
            }
        }
        return Ok(false);
    }
    end(platform, pool_id, group_id).await
}

async fn end(platform: &Platform, pool_id: &str, group_id: &str) -> Result<bool, ApiError> {
    let gone = Batch::new().delete(Deleting::group(pool_id, group_id), Expect::Any);
    platform.commit(gone).await?;
    Ok(true)
}

/// Takes out a page of members; says whether there was none left.
async fn expel_page(platform: &Platform, pool: &PoolRecord, group_id: &str) -> Result<bool, ApiError> {
    let members = Scan::prefix(user_index::members(pool.id(), group_id), PAGE);
    let members = platform.scan(members).await?;
    if members.is_empty() {
        return Ok(true);
    }
    let mut keys = Vec::with_capacity(members.len());
    for row in &members {
        keys.push(UserRecord::key(pool.id(), &user_index::holder(row)?));
    }
    let keys: Vec<&str> = keys.iter().map(Key::as_str).collect();
    let users = platform.get_many(&keys).await?;
    let mut each = Vec::with_capacity(members.len());
    for (member, user) in members.into_iter().zip(users) {
        let batch = Batch::new().delete(member.key, Expect::Any);
        each.push(match user {
            Some(user) => without(batch, &decode::<UserRecord>(user)?, group_id),
            None => batch,
        });
    }
    let page = each.iter().cloned().fold(Batch::new(), Batch::merge);
    if !commit(platform, page).await? {
        // One of them was changed at the same moment. The others need not wait for it, and it has its turn in the next page.
        for batch in each {
            commit(platform, batch).await?;
        }
    }
    Ok(false)
}

fn without(batch: Batch, user: &Stored<UserRecord>, group_id: &str) -> Batch {
    let mut left = user.value.clone();
    left.groups.retain(|_, id| id != group_id);
    batch.replace(user, &left)
}

/// Whether the batch was applied; the alternative is that somebody else came first.
async fn commit(platform: &Platform, batch: Batch) -> Result<bool, ApiError> {
    match platform.commit(batch).await {
        Ok(_) => Ok(true),
        Err(CommitError::Conflict { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
