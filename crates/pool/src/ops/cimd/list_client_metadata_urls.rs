//! `ListClientMetadataURLs`

use poolhouse_api::shapes::{ListClientMetadataURLsRequest, ListClientMetadataURLsResponse};

use super::checks;
use crate::base::error::ApiError;
use crate::request::Ctx;

/// Answers whose documents are in the cache: nobody's, for none is fetched yet.
///
/// # Errors
/// `ResourceNotFoundException` for the pool or the policy.
pub async fn run(
    ctx: &Ctx,
    input: ListClientMetadataURLsRequest,
) -> Result<ListClientMetadataURLsResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    checks::find(ctx, pool.id(), &input.cimd_policy_id).await?;
    Ok(ListClientMetadataURLsResponse {
        next_token: None,
        client_metadata_urls: Vec::new(),
    })
}
