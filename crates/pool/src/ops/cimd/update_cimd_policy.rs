//! `UpdateCIMDPolicy`

use poolhouse_api::shapes::{UpdateCIMDPolicyRequest, UpdateCIMDPolicyResponse};
use poolhouse_store::{Batch, CommitError, Expect};

use super::checks;
use crate::base::error::ApiError;
use crate::records::RecordBatch;
use crate::request::Ctx;

/// Changes a policy: its app client and its patterns, which every request has, and what else it has.
///
/// # Errors
/// `ResourceNotFoundException` for the pool, the policy or the client; `InvalidParameterException`;
/// `FeatureUnavailableInTierException`; `ConcurrentModificationException`.
pub async fn run(ctx: &Ctx, input: UpdateCIMDPolicyRequest) -> Result<UpdateCIMDPolicyResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let pool_id = pool.id();
    let stored = checks::find(ctx, pool_id, &input.cimd_policy_id).await?;
    let client = ctx.client(pool_id, &input.client_id).await?;
    checks::tier(&pool)?;
    checks::patterns(&input.url_patterns)?;
    let mut record = stored.value.clone();
    record.client_id = input.client_id;
    record.patterns = input.url_patterns;
    record.name = input.policy_name.unwrap_or(record.name);
    record.cache_seconds = input.cache_duration.unwrap_or(record.cache_seconds);
    record.modified = ctx.now;
    let batch = Batch::new()
        .check(client.key.clone(), Expect::Present)
        .replace(&stored, &record);
    match ctx.platform().commit(batch).await {
        Ok(_) => Ok(UpdateCIMDPolicyResponse {
            cimd_policy: checks::described(ctx, pool_id, &record).await?,
        }),
        Err(CommitError::Conflict { key }) if key == client.key => {
            Err(ApiError::client_not_found(&record.client_id))
        }
        Err(error) => Err(ApiError::lost_update(error)),
    }
}
