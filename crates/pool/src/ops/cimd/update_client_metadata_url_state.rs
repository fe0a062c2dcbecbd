//! `UpdateClientMetadataURLState`

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{
    CIMDCacheActionType, UpdateClientMetadataURLStateRequest, UpdateClientMetadataURLStateResponse,
};
use poolhouse_store::{Batch, Expect};

use super::checks;
use crate::base::error::ApiError;
use crate::oauth::client_documents;
use crate::records::ClientDocument;
use crate::request::Ctx;

/// Has a document in the cache fetched again, or forgotten. Where it cannot be had, the one before stays as long as it counts.
///
/// # Errors
/// `ResourceNotFoundException` for the pool or the policy; `CachedCIMDURLDoesNotExistException`;
/// `FeatureUnavailableInTierException`; `InvalidParameterException` where it cannot be fetched, without a word on why.
pub async fn run(
    ctx: &Ctx,
    input: UpdateClientMetadataURLStateRequest,
) -> Result<UpdateClientMetadataURLStateResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let policy = checks::find(ctx, pool.id(), &input.cimd_policy_id).await?;
    checks::tier(&pool)?;
    let key = client_documents::key(pool.id(), &policy.value.id, &input.url);
    let cached = ctx.load::<ClientDocument>(&key).await?;
    let cached = cached.filter(|held| held.value.url == input.url && ctx.now < held.value.expires);
    let Some(cached) = cached else {
        return Err(ApiError::new(
            ErrorCode::CachedCIMDURLDoesNotExistException,
            format!("The document of {} is not in the cache.", input.url),
        ));
    };
    match input.action {
        CIMDCacheActionType::Invalidate => {
            let gone = Batch::new().delete(cached.key, Expect::Any);
            ctx.platform().commit(gone).await?;
        }
        CIMDCacheActionType::Refresh => {
            let fetched = client_documents::fetch(ctx, pool.id(), &policy, &input.url).await?;
            if fetched.is_none() {
                return Err(ApiError::invalid_parameter(format!(
                    "The document of {} cannot be fetched. The one of before stays until it expires.",
                    input.url
                )));
            }
        }
    }
    Ok(UpdateClientMetadataURLStateResponse {})
}
