//! `DeleteTerms`

use poolhouse_api::{Nothing, shapes};
use poolhouse_store::{Batch, Expect};

use super::terms;
use crate::base::error::ApiError;
use crate::records::{RecordBatch, TermsRecord};
use crate::request::Ctx;

/// Deletes terms.
///
/// # Errors
/// `ResourceNotFoundException` for the pool or the terms; `ConcurrentModificationException`.
pub async fn run(ctx: &Ctx, input: shapes::DeleteTermsRequest) -> Result<Nothing, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let stored = terms::find(ctx, pool.id(), &input.terms_id).await?;
    let note = TermsRecord::of_client(pool.id(), &stored.value.client_id, &stored.value.name);
    let batch = Batch::new().remove(&stored).delete(note, Expect::Any);
    ctx.platform()
        .commit(batch)
        .await
        .map_err(ApiError::lost_update)?;
    Ok(Nothing)
}
