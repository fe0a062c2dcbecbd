//! `DeleteUserPool`

use poolhouse_api::Nothing;
use poolhouse_api::shapes::{self, DeletionProtectionType};
use poolhouse_store::{Batch, Expect};

use super::purge;
use crate::ctx::Ctx;
use crate::error::ApiError;
use crate::records::keys;

/// Deletes a pool. With its row, and in the same commit, goes everything it can do: nobody signs in any more and no
/// token is taken. Its users and clients go next, as many as one request may delete; the rest is left to the sweeper,
/// which finds the pool by the row `deleting/POOL`.
///
/// # Errors
/// `ResourceNotFoundException`; `InvalidParameterException` while the pool's deletion protection is on.
pub async fn run(ctx: &Ctx, input: shapes::DeleteUserPoolRequest) -> Result<Nothing, ApiError> {
    let pool = ctx.pool(&input.user_pool_id.unwrap_or_default()).await?;
    if pool.value.settings.deletion_protection == Some(DeletionProtectionType::Active) {
        return Err(ApiError::invalid_parameter(
            "The user pool cannot be deleted because deletion protection is activated. Deletion protection must be \
             inactivated first.",
        ));
    }
    let id = pool.value.id();
    let batch = Batch::new()
        .delete(pool.key.clone(), Expect::Version(pool.version))
        .delete(keys::pool_keys(id), Expect::Any)
        .put(keys::deleting(id), Expect::Any, ctx.now.0.to_string());
    ctx.app.store.commit(batch).await?;
    ctx.app.signing_keys.forget(id);
    // The pool is gone whatever happens to the leftovers now, so a fault here is the sweeper's to overcome.
    if let Err(error) = purge::purge(&ctx.app, id).await {
        tracing::warn!(request_id = ctx.request_id, pool = id, %error, "leftovers of a deleted pool stay for the sweeper");
    }
    Ok(Nothing)
}
