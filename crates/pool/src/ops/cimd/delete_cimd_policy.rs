//! `DeleteCIMDPolicy`

use poolhouse_api::shapes::{DeleteCIMDPolicyRequest, DeleteCIMDPolicyResponse};
use poolhouse_store::{Batch, Expect, Scan};

use super::checks;
use crate::base::error::ApiError;
use crate::records::client_document::PLACES;
use crate::records::{ClientDocument, RecordBatch};
use crate::request::Ctx;

/// Deletes a policy, and what clients say of themselves by it.
///
/// # Errors
/// `ResourceNotFoundException` for the pool or the policy; `ConcurrentModificationException`.
pub async fn run(ctx: &Ctx, input: DeleteCIMDPolicyRequest) -> Result<DeleteCIMDPolicyResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let stored = checks::find(ctx, pool.id(), &input.cimd_policy_id).await?;
    // Their places are bounded, and so is what goes with the policy.
    let documents = Scan::prefix(ClientDocument::all(pool.id(), &stored.value.id), PLACES);
    let documents = ctx.platform().scan(documents).await?;
    let gone = documents
        .into_iter()
        .fold(Batch::new().remove(&stored), |batch, row| {
            batch.delete(row.key, Expect::Any)
        });
    ctx.platform().commit(gone).await.map_err(ApiError::lost_update)?;
    Ok(DeleteCIMDPolicyResponse {})
}
