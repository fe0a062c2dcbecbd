//! `UpdateClientMetadataURLState`

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{UpdateClientMetadataURLStateRequest, UpdateClientMetadataURLStateResponse};

use super::checks;
use crate::base::error::ApiError;
use crate::request::Ctx;

/// Has a document in the cache fetched again, or forgotten. None is fetched yet, so none is there.
///
/// # Errors
/// `ResourceNotFoundException` for the pool or the policy; `CachedCIMDURLDoesNotExistException`;
/// `FeatureUnavailableInTierException`.
pub async fn run(
    ctx: &Ctx,
    input: UpdateClientMetadataURLStateRequest,
) -> Result<UpdateClientMetadataURLStateResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    checks::find(ctx, pool.id(), &input.cimd_policy_id).await?;
    checks::tier(&pool)?;
    Err(ApiError::new(
        ErrorCode::CachedCIMDURLDoesNotExistException,
        format!("The document of {} is not in the cache.", input.url),
    ))
}
