//! `GetTokensFromRefreshToken`: new tokens for a refresh token, with the client's secret in the clear.

use poolhouse_api::shapes::{GetTokensFromRefreshTokenRequest, GetTokensFromRefreshTokenResponse};

use crate::auth::{refresh, revoke};
use crate::base::error::ApiError;
use crate::request::Ctx;
use crate::users::groups;

/// Exchanges the token; a client with rotation gets a successor, too.
pub async fn run(
    ctx: &Ctx,
    input: GetTokensFromRefreshTokenRequest,
) -> Result<GetTokensFromRefreshTokenResponse, ApiError> {
    let groups = |pool_id: &str| groups::row(ctx, pool_id).into_iter().collect();
    let (client, pool) = ctx.client_and_pool_beside(&input.client_id, groups).await?;
    revoke::check_client_secret(ctx, &client.value, input.client_secret.as_deref())
        .map_err(|error| ApiError::not_authorized(error.message))?;
    let metadata = input.client_metadata.unwrap_or_default();
    let result = refresh::exchange(
        ctx,
        &pool.value,
        &client.value,
        &input.refresh_token,
        input.device_key.as_deref(),
        &metadata,
    )
    .await?;
    Ok(GetTokensFromRefreshTokenResponse {
        authentication_result: Some(result),
    })
}
