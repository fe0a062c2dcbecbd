//! A pool's safeguards: what `poolhouse pool` shows and changes.

use poolhouse_store::{Batch, CommitError};

use crate::base::error::ApiError;
use crate::base::platform::Platform;
use crate::records::{PoolRecord, RecordBatch, Safeguards, load};

/// Changes the safeguards of a pool and returns them; `None` if there is no such pool. A server that runs keeps to them from
/// its next request on.
///
/// # Errors
/// When the store fails, or somebody else changes the pool at the same time.
pub async fn change(
    platform: &Platform,
    pool_id: &str,
    edit: impl FnOnce(&mut Safeguards),
) -> Result<Option<Safeguards>, ApiError> {
    let Some(mut pool) = load(platform, &PoolRecord::key(pool_id)).await? else {
        return Ok(None);
    };
    edit(&mut pool.value.safeguards);
    let safeguards = pool.value.safeguards.clone();
    match platform.commit(Batch::new().replace(&pool, &pool.value)).await {
        Ok(_) => Ok(Some(safeguards)),
        Err(error @ CommitError::Conflict { .. }) => Err(ApiError::lost_update(error)),
        Err(error) => Err(error.into()),
    }
}

/// The safeguards of a pool; `None` if there is no such pool.
///
/// # Errors
/// When the store fails.
pub async fn of(platform: &Platform, pool_id: &str) -> Result<Option<Safeguards>, ApiError> {
    let pool = load(platform, &PoolRecord::key(pool_id)).await?;
    Ok(pool.map(|pool| pool.value.safeguards))
}
