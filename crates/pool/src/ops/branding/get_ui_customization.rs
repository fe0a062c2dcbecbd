//! `GetUICustomization`

use poolhouse_api::shapes::{GetUICustomizationRequest, GetUICustomizationResponse};

use super::look;
use crate::base::error::ApiError;
use crate::records::ui_customization::ALL;
use crate::request::{Ctx, hosted};

/// Answers the look of the classic pages for an app client: its own, or that of all, or, if there is none, an empty structure, by
/// which Terraform tells that there is none.
///
/// # Errors
/// `ResourceNotFoundException`; `InvalidParameterException` for a pool without a domain.
pub async fn run(
    ctx: &Ctx,
    input: GetUICustomizationRequest,
) -> Result<GetUICustomizationResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let pool_id = pool.id();
    let client_id = input.client_id.as_deref().unwrap_or(ALL);
    if client_id != ALL {
        ctx.client(pool_id, client_id).await?;
    }
    look::check_domain(ctx, pool_id).await?;
    let found = hosted::look(ctx, pool_id, client_id).await?;
    let described = found.map(|found| look::described(pool_id, &found.value));
    Ok(GetUICustomizationResponse {
        ui_customization: described.unwrap_or_default(),
    })
}
