//! `DeleteCIMDPolicy`

use poolhouse_api::shapes::{DeleteCIMDPolicyRequest, DeleteCIMDPolicyResponse};
use poolhouse_store::Batch;

use super::checks;
use crate::base::error::ApiError;
use crate::records::RecordBatch;
use crate::request::Ctx;

/// Deletes a policy.
///
/// # Errors
/// `ResourceNotFoundException` for the pool or the policy; `ConcurrentModificationException`.
pub async fn run(ctx: &Ctx, input: DeleteCIMDPolicyRequest) -> Result<DeleteCIMDPolicyResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let stored = checks::find(ctx, pool.id(), &input.cimd_policy_id).await?;
    ctx.platform()
        .commit(Batch::new().remove(&stored))
        .await
        .map_err(ApiError::lost_update)?;
    Ok(DeleteCIMDPolicyResponse {})
}
