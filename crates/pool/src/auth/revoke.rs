//! `RevokeToken`: ends one refresh token and everything descended from its sign-in.

use poolhouse_api::ErrorCode;
use poolhouse_crypto::constant_time_eq;

use super::{refresh, secret_hash, tracking};
use crate::base::error::ApiError;
use crate::records::{ClientRecord, PoolRecord};
use crate::request::Ctx;

/// Checks the client secret that a request carries in the clear.
///
/// # Errors
/// `UnauthorizedException` if the client has secrets and this is none of them, or has none and one was sent.
pub fn check_client_secret(
    ctx: &Ctx,
    client: &ClientRecord,
    presented: Option<&str>,
) -> Result<(), ApiError> {
    let secrets = secret_hash::client_secrets(ctx, client)?;
    let right = match presented {
        None => secrets.is_empty(),
        Some(presented) => secrets.iter().fold(false, |found, secret| {
            found | constant_time_eq(secret.as_bytes(), presented.as_bytes())
        }),
    };
    if right {
        Ok(())
    } else {
        Err(ApiError::new(
            ErrorCode::UnauthorizedException,
            "Invalid client secret.",
        ))
    }
}

/// Revokes the family of a refresh token. An unknown or already revoked token is no error.
///
/// # Errors
/// `UnsupportedOperationException` for a client without revocation, `UnsupportedTokenTypeException` for an access or
/// ID token.
pub async fn revoke(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &ClientRecord,
    token: &str,
) -> Result<(), ApiError> {
    revoke_of(ctx, pool, (client, None), token).await
}

/// The same for a client whose id may be a URL, behind which the app client stands.
///
/// # Errors
/// As [`revoke`].
pub async fn revoke_of(
    ctx: &Ctx,
    pool: &PoolRecord,
    (client, url): (&ClientRecord, Option<&str>),
    token: &str,
) -> Result<(), ApiError> {
    if !client.revocation_enabled() {
        return Err(ApiError::new(
            ErrorCode::UnsupportedOperationException,
            "Revoke tokens operation is not enabled for this client.",
        ));
    }
    // Access and ID tokens have three parts, refresh tokens five.
    if token.split('.').count() == 3 {
        return Err(ApiError::new(
            ErrorCode::UnsupportedTokenTypeException,
            "Unsupported token type",
        ));
    }
    let Ok(token) = refresh::read(ctx, pool, token) else {
        return Ok(());
    };
    match refresh::find_of(ctx, pool, (client, url), token).await {
        Ok(presented) => {
            let token = presented.token;
            ctx.asker.noted.found_user(&token.sub);
            tracking::end(ctx, pool.id(), &token.sub, &token.origin_jti).await
        }
        Err(error) if error.code == ErrorCode::NotAuthorizedException => Ok(()),
        Err(error) => Err(error),
    }
}
