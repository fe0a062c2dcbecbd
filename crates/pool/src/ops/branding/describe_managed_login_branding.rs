//! `DescribeManagedLoginBranding`

use poolhouse_api::shapes::{DescribeManagedLoginBrandingRequest, DescribeManagedLoginBrandingResponse};

use super::style;
use crate::base::error::ApiError;
use crate::request::Ctx;

/// Answers a style.
///
/// # Errors
/// `ResourceNotFoundException` for the pool or the style.
pub async fn run(
    ctx: &Ctx,
    input: DescribeManagedLoginBrandingRequest,
) -> Result<DescribeManagedLoginBrandingResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let found = style::find(ctx, pool.id(), &input.managed_login_branding_id).await?;
    let merged = input.return_merged_resources.unwrap_or(false);
    Ok(DescribeManagedLoginBrandingResponse {
        managed_login_branding: Some(style::described(ctx, pool.id(), &found.value, merged).await?),
    })
}
