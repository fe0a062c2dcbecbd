//! `DescribeCIMDPolicy`

use poolhouse_api::shapes::{DescribeCIMDPolicyRequest, DescribeCIMDPolicyResponse};

use super::checks;
use crate::base::error::ApiError;
use crate::request::Ctx;

/// Answers a policy.
///
/// # Errors
/// `ResourceNotFoundException` for the pool or the policy.
pub async fn run(
    ctx: &Ctx,
    input: DescribeCIMDPolicyRequest,
) -> Result<DescribeCIMDPolicyResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let found = checks::find(ctx, pool.id(), &input.cimd_policy_id).await?;
    Ok(DescribeCIMDPolicyResponse {
        cimd_policy: checks::described(ctx, pool.id(), &found.value).await?,
    })
}
