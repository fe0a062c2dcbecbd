//! `DescribeManagedLoginBrandingByClient`

use poolhouse_api::shapes::{
    DescribeManagedLoginBrandingByClientRequest, DescribeManagedLoginBrandingByClientResponse,
};

use super::style;
use crate::base::error::ApiError;
use crate::request::{Ctx, hosted};

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
    let found = hosted::style(ctx, pool.id(), client.id())
        .await?
        .ok_or_else(style::none)?;
    let merged = input.return_merged_resources.unwrap_or(false);
    Ok(DescribeManagedLoginBrandingByClientResponse {
        managed_login_branding: Some(style::described(ctx, pool.id(), &found.value, merged).await?),
    })
}
