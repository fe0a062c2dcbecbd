//! Deleting what a deleted pool, user or group leaves behind.
//!
//! There can be more rows than one commit, one request, or one life of the process may delete. So a tombstone is
//! written in the commit that deletes the pool's, user's or group's own row, and stays until nothing of it is left. Every round
//! is bounded and can be repeated; what requests under way write before the row that they depend on is gone is found by
//! the next page.

use poolhouse_store::{Batch, Expect, Row, Scan};

use super::client::ClientRecord;
use super::deleting::{self, Deleted, Deleting};
use super::disband::disband;
use super::key::{pool_prefix, user_prefix};
use crate::base::error::ApiError;
use crate::base::platform::Platform;

/// Rows per commit.
const PAGE: usize = 500;
/// Commits per round: some tens of milliseconds of the store's writer.
const PAGES: usize = 20;
/// Tombstones that one sweep takes up.
const TOMBSTONES: usize = 100;

/// Deletes a bounded number of the rows of what was deleted; says whether none are left. The tombstone goes with the last
/// of them.
///
/// # Errors
/// When the store fails. Nothing is lost: the next round goes on.
pub async fn purge(platform: &Platform, deleted: Deleted<'_>) -> Result<bool, ApiError> {
    let (prefix, tombstone) = match deleted {
        Deleted::Pool(pool_id) => (pool_prefix(pool_id), Deleting::pool(pool_id)),
        Deleted::User { pool_id, sub } => (user_prefix(pool_id, sub), Deleting::user(pool_id, sub)),
        Deleted::Group { pool_id, id } => return disband(platform, pool_id, id).await,
    };
    for _ in 0..PAGES {
        let page = platform.store.scan(Scan::prefix(prefix.clone(), PAGE)).await?;
        // Only an empty page ends it: the last page's own commit may have met a row that was written beside it.
        if page.is_empty() {
            let gone = Batch::new().delete(tombstone, Expect::Any);
            platform.commit(gone).await?;
            return Ok(true);
        }
        let batch = page
            .into_iter()
            .fold(Batch::new(), |batch, row| delete(batch, &prefix, row));
        platform.commit(batch).await?;
    }
    Ok(false)
}

/// One round for everything that was deleted and has leftovers. For the sweeper, and after a start.
///
/// # Errors
/// When the store fails.
pub async fn purge_deleted(platform: &Platform) -> Result<(), ApiError> {
    let tombstones = Scan::prefix(deleting::PREFIX, TOMBSTONES);
    for tombstone in platform.store.scan(tombstones).await? {
        if let Some(deleted) = Deleting::subject(&tombstone.key) {
            purge(platform, deleted).await?;
        }
    }
    Ok(())
}

/// A client has a row in a directory besides its own.
fn delete(batch: Batch, prefix: &str, row: Row) -> Batch {
    let client_id = row.key.strip_prefix(prefix).and_then(ClientRecord::id_in);
    let batch = match client_id {
        Some(client_id) => batch.delete(ClientRecord::pool_key(client_id), Expect::Any),
        None => batch,
    };
    batch.delete(row.key, Expect::Any)
}
