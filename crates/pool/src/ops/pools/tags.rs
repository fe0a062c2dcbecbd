//! The tags of a pool, which is named by its ARN where they are read and changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use poolhouse_api::ErrorCode;

use crate::base::error::ApiError;
use crate::records::{PoolRecord, Stored};
use crate::request::Ctx;

/// Tags that a pool can have, as AWS documents it. They lie in the pool's row, which every sign-in reads.
const MOST: usize = 50;

/// The pool with this ARN.
///
/// # Errors
/// `ResourceNotFoundException` that names the ARN.
pub async fn pool_at(ctx: &Ctx, arn: &str) -> Result<Stored<Arc<PoolRecord>>, ApiError> {
    let not_found = || {
        ApiError::new(
            ErrorCode::ResourceNotFoundException,
            format!("There is no user pool {arn}."),
        )
    };
    let id = PoolRecord::id_in_arn(arn).ok_or_else(not_found)?;
    let pool = match ctx.pool(id).await {
        Err(error) if error.code == ErrorCode::ResourceNotFoundException => return Err(not_found()),
        found => found?,
    };
    // Region and account are part of the name.
    if pool.value.settings.arn.as_deref() == Some(arn) {
        Ok(pool)
    } else {
        Err(not_found())
    }
}

/// Refuses more tags than a pool can have.
///
/// # Errors
/// `InvalidParameterException`
pub fn check(tags: &BTreeMap<String, String>) -> Result<(), ApiError> {
    if tags.len() > MOST {
        return Err(ApiError::invalid_parameter(format!(
            "A user pool can have at most {MOST} tags."
        )));
    }
    Ok(())
}
