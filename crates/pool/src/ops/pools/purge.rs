//! Deleting what a deleted pool leaves behind.
//!
//! A pool can have more users than one commit, one request, or one life of the process may delete. So the pool's row
//! goes first and `deleting/POOL` takes its place until nothing of the pool is left. Every round is bounded and can be
//! repeated; rows written by requests that were under way when the pool went are found by the next round.

use poolhouse_store::{Batch, Expect, Row, Scan};

use crate::base::error::ApiError;
use crate::records::keys;
use crate::request::App;

/// Rows per commit.
const PAGE: usize = 500;
/// Commits per round: some tens of milliseconds of the store's writer.
const PAGES: usize = 20;
/// Pools that one sweep takes up.
const POOLS: usize = 100;

/// Deletes a bounded number of the pool's rows; says whether none are left. The marker goes with the last of them.
///
/// # Errors
/// When the store fails. Nothing is lost: the next round goes on.
pub async fn purge(app: &App, pool_id: &str) -> Result<bool, ApiError> {
    let mut pages = 0;
    for prefix in keys::of_pool(pool_id) {
        loop {
            if pages == PAGES {
                return Ok(false);
            }
            pages += 1;
            let page = app
                .platform
                .store
                .scan(Scan::prefix(prefix.clone(), PAGE))
                .await?;
            let last = page.len() < PAGE;
            let batch = page.into_iter().fold(Batch::new(), delete);
            if !batch.is_empty() {
                app.platform.commit(batch).await?;
            }
            if last {
                break;
            }
        }
    }
    app.platform
        .commit(Batch::new().delete(keys::deleting(pool_id), Expect::Any))
        .await?;
    Ok(true)
}

/// One round for every deleted pool that has leftovers. For the sweeper, and after a start.
///
/// # Errors
/// When the store fails.
pub async fn purge_deleted(app: &App) -> Result<(), ApiError> {
    let prefix = keys::deleting("");
    for marker in app
        .platform
        .store
        .scan(Scan::prefix(prefix.clone(), POOLS))
        .await?
    {
        purge(app, marker.key.strip_prefix(&prefix).unwrap_or_default()).await?;
    }
    Ok(())
}

/// A client is also known by its id alone.
fn delete(batch: Batch, row: Row) -> Batch {
    let batch = match keys::client_of(&row.key) {
        Some(client_id) => batch.delete(keys::client_pool(client_id), Expect::Any),
        None => batch,
    };
    batch.delete(row.key, Expect::Any)
}
