//! `DescribeManagedLoginBrandingByClient`

use poolhouse_api::shapes::{
    DescribeManagedLoginBrandingByClientRequest, DescribeManagedLoginBrandingByClientResponse,
};

use super::style;
use crate::base::error::ApiError;
use crate::records::BrandingRecord;
use crate::request::Ctx;

/// Answers the style of an app client.
///
/// # Errors
/// `ResourceNotFoundException` for the pool, the client, or a client without a style: so Terraform tells which client has one.
pub async fn run(
    ctx: &Ctx,
    input: DescribeManagedLoginBrandingByClientRequest,
) -> Result<DescribeManagedLoginBrandingByClientResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let client = ctx.client(pool.id(), &input.client_id).await?.value;
    let id = ctx
        .referenced(&BrandingRecord::of_client(pool.id(), client.id()))
        .await?
        .ok_or_else(style::none)?;
    let found = style::find(ctx, pool.id(), &id.0).await?;
    let merged = input.return_merged_resources.unwrap_or(false);
    Ok(DescribeManagedLoginBrandingByClientResponse {
        managed_login_branding: Some(style::described(ctx, pool.id(), &found.value, merged).await?),
    })
}
