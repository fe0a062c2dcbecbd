//! `RevokeToken`: ends a refresh token and everything descended from its sign-in.

use poolhouse_api::shapes::{RevokeTokenRequest, RevokeTokenResponse};

use crate::auth::revoke;
use crate::base::error::ApiError;
use crate::request::Ctx;

/// Revokes the token. A token that is unknown or was revoked before is no error.
pub async fn run(ctx: &Ctx, input: RevokeTokenRequest) -> Result<RevokeTokenResponse, ApiError> {
    let (client, pool) = ctx.client_and_pool(&input.client_id).await?;
    revoke::check_client_secret(ctx, &client.value, input.client_secret.as_deref())?;
    revoke::revoke(ctx, &pool.value, &client.value, &input.token).await?;
    Ok(RevokeTokenResponse::default())
}
