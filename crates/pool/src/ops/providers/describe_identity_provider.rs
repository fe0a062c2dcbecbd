//! `DescribeIdentityProvider`

use poolhouse_api::shapes::{DescribeIdentityProviderRequest, DescribeIdentityProviderResponse};

use super::found;
use crate::base::error::ApiError;
use crate::request::Ctx;

/// Answers an identity provider, the secret of its app client included, as the service does.
///
/// # Errors
/// `ResourceNotFoundException` for the pool or the provider.
pub async fn run(
    ctx: &Ctx,
    input: DescribeIdentityProviderRequest,
) -> Result<DescribeIdentityProviderResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let provider = found::find(ctx, pool.id(), &input.provider_name).await?;
    Ok(DescribeIdentityProviderResponse {
        identity_provider: found::described(ctx, pool.id(), &provider.value)?,
    })
}
