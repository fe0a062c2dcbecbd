//! Who issues a pool's tokens, and with which keys.

use std::sync::Arc;

use crate::base::error::ApiError;
use crate::keyring::PoolKeys;
use crate::request::Ctx;

/// `iss` of a pool's tokens.
pub fn issuer(ctx: &Ctx, pool_id: &str) -> String {
    format!("{}/{pool_id}", ctx.app.settings.issuer)
}

/// The pool's signing keys.
///
/// # Errors
/// When the pool has none, which only a damaged store can be the cause of.
pub async fn pool_keys(ctx: &Ctx, pool_id: &str) -> Result<Arc<PoolKeys>, ApiError> {
    ctx.app
        .signing_keys
        .of(pool_id)
        .await?
        .ok_or_else(|| ApiError::internal(format!("user pool {pool_id} has no signing keys")))
}
