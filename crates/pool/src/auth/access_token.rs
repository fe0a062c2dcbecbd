//! The operations that a user calls for itself: who does an access token speak for, and does it still?

use std::sync::Arc;

use poolhouse_api::ErrorCode;
use serde_json::Value;

use super::subject;
use super::verified::{self, Kind, Verified};
use crate::auth::claims::ADMIN_SCOPE;
use crate::base::error::ApiError;
use crate::records::{Actor, ClientRecord, PoolRecord, Stored, UserRecord};
use crate::request::Ctx;

/// Whom a good access token speaks for.
pub struct SignedIn {
    /// The pool.
    pub pool: Stored<Arc<PoolRecord>>,
    /// The app client that the token was issued to.
    pub client: Stored<Arc<ClientRecord>>,
    /// The user.
    pub user: Stored<UserRecord>,
    /// The token's claims.
    pub claims: Value,
    /// The row of the family that the token belongs to.
    pub family: String,
}

impl SignedIn {
    /// The family that the token belongs to, if its client's tokens tell.
    pub fn family(&self) -> Option<&str> {
        self.claims.get("origin_jti").and_then(Value::as_str)
    }
}

/// Checks an access token: signature, life, kind, the API's scope, and that nothing was revoked since.
///
/// # Errors
/// `NotAuthorizedException` in the service's words, `UserNotFoundException` for a user deleted since.
pub async fn authorize(ctx: &Ctx, token: &str) -> Result<SignedIn, ApiError> {
    authorize_for(ctx, token, ADMIN_SCOPE).await
}

/// As [`authorize`], for tokens with another scope than the API's.
///
/// # Errors
/// As [`authorize`].
pub async fn authorize_for(ctx: &Ctx, token: &str, scope: &str) -> Result<SignedIn, ApiError> {
    let verified = verify(ctx, token, scope).await?;
    let pool_id = verified.pool.value.id();
    let sub = verified.text("sub").ok_or_else(invalid)?;
    let username = verified.text("username").ok_or_else(invalid)?;
    let user = ctx
        .user_by_sub(&verified.pool.value, sub)
        .await?
        .filter(|user| user.value.username == username);
    let user = user.ok_or_else(ApiError::user_not_found)?;
    subject::check_enabled(&user.value)?;
    let family = verified.family(ctx, &user.value).await?.key;
    let client_id = verified.text("client_id").ok_or_else(invalid)?;
    let client = client(ctx, pool_id, client_id).await?;
    ctx.audit.asked_by(Actor::User);
    Ok(SignedIn {
        client,
        user,
        family,
        pool: verified.pool,
        claims: verified.claims,
    })
}

/// A token that was signed by its pool, is an access token, in its time, and has the scope.
async fn verify(ctx: &Ctx, token: &str, needed: &str) -> Result<Verified, ApiError> {
    let verified = verified::verify(ctx, token, Kind::Access).await?;
    let scopes = verified.text("scope").unwrap_or_default();
    if !scopes.split(' ').any(|scope| scope == needed) {
        return Err(ApiError::not_authorized(
            "Access Token does not have required scopes",
        ));
    }
    Ok(verified)
}

/// The app client that a token was issued to, if it is there still.
///
/// # Errors
/// `NotAuthorizedException`; when the store fails.
async fn client(ctx: &Ctx, pool_id: &str, client_id: &str) -> Result<Stored<Arc<ClientRecord>>, ApiError> {
    let client = ctx.client(pool_id, client_id).await;
    client.map_err(|error| match error.code {
        ErrorCode::ResourceNotFoundException => invalid(),
        _ => error,
    })
}

/// The app client that has a token for itself: it is there still. `None`: it is a user's.
///
/// # Errors
/// `NotAuthorizedException`; store failures.
pub async fn own_client(
    ctx: &Ctx,
    verified: &Verified,
) -> Result<Option<Stored<Arc<ClientRecord>>>, ApiError> {
    let client_id = verified.text("client_id").ok_or_else(invalid)?;
    // A user's token says who the user is.
    if verified.text("sub") != Some(client_id) || verified.claims.get("username").is_some() {
        return Ok(None);
    }
    if ctx.platform().restores.is_after(verified.number("auth_time")?) {
        return Err(invalid());
    }
    client(ctx, verified.pool.value.id(), client_id).await.map(Some)
}

/// The app client that has a token for itself, with this scope: it is there still, and may have the scope still.
///
/// # Errors
/// `NotAuthorizedException`; store failures.
pub async fn authorize_client(
    ctx: &Ctx,
    token: &str,
    needed: &str,
) -> Result<(Stored<Arc<PoolRecord>>, Stored<Arc<ClientRecord>>), ApiError> {
    let verified = verify(ctx, token, needed).await?;
    let client = own_client(ctx, &verified).await?.ok_or_else(invalid)?;
    let scopes = client.value.settings.allowed_oauth_scopes.as_deref();
    let has_scope = scopes.unwrap_or_default().iter().any(|scope| scope == needed);
    match has_scope {
        true => Ok((verified.pool, client)),
        false => Err(invalid()),
    }
}

fn invalid() -> ApiError {
    Kind::Access.invalid()
}

/// Checks at the commit of what a token asked for that its user is still the one who was authorized: neither disabled nor signed
/// out everywhere meanwhile.
///
/// # Errors
/// `NotAuthorizedException`
pub fn check_unmoved(epoch: u64, user: &UserRecord) -> Result<(), ApiError> {
    subject::check_enabled(user)?;
    match user.epoch == epoch {
        true => Ok(()),
        false => Err(Kind::Access.revoked()),
    }
}
