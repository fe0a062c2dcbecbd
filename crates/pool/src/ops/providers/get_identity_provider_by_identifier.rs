//! `GetIdentityProviderByIdentifier`

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{
    GetIdentityProviderByIdentifierRequest, GetIdentityProviderByIdentifierResponse,
};

use super::found;
use crate::base::error::ApiError;
use crate::records::IdentityProviderRecord;
use crate::request::Ctx;

/// Answers the identity provider that has an identifier.
///
/// # Errors
/// `ResourceNotFoundException` for the pool or the provider.
pub async fn run(
    ctx: &Ctx,
    input: GetIdentityProviderByIdentifierRequest,
) -> Result<GetIdentityProviderByIdentifierResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let key = IdentityProviderRecord::identifier(pool.id(), &input.idp_identifier);
    let name = ctx.referenced(&key).await?.ok_or_else(|| {
        ApiError::new(
            ErrorCode::ResourceNotFoundException,
            format!("Identity provider {} does not exist.", input.idp_identifier),
        )
    })?;
    let provider = found::find(ctx, pool.id(), &name.0).await?;
    Ok(GetIdentityProviderByIdentifierResponse {
        identity_provider: found::described(ctx, pool.id(), &provider.value)?,
    })
}
