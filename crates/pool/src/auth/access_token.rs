//! The operations that a user calls for itself: who does an access token speak for, and does it still?

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use poolhouse_api::ErrorCode;
use poolhouse_crypto::jwt::{self, BadToken};
use serde_json::Value;

use super::issuer::{issuer, pool_keys};
use super::subject;
use crate::auth::claims::ADMIN_SCOPE;
use crate::base::error::ApiError;
use crate::records::{Actor, ClientRecord, PoolRecord, RefreshRecord, Stored, UserRecord, load};
use crate::request::Ctx;
use crate::users::sign_out;

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
    let (pool, claims) = verify(ctx, token, scope).await?;
    let pool_id = pool.value.id();
    let sub = text(&claims, "sub").ok_or_else(invalid)?;
    let username = text(&claims, "username").ok_or_else(invalid)?;
    let user = ctx
        .user_by_sub(&pool.value, &sub)
        .await?
        .filter(|user| user.value.username == username);
    let user = user.ok_or_else(ApiError::user_not_found)?;
    subject::check_enabled(&user.value)?;
    let auth_time = number(&claims, "auth_time")?;
    let family = live_family(ctx, &pool.value, &user.value, &claims, auth_time).await?;
    let client_id = text(&claims, "client_id").ok_or_else(invalid)?;
    let client = ctx
        .client(pool_id, &client_id)
        .await
        .map_err(|error| match error.code {
            ErrorCode::ResourceNotFoundException => invalid(),
            _ => error,
        })?;
    ctx.audit.asked_by(Actor::User);
    Ok(SignedIn {
        pool,
        client,
        user,
        claims,
        family,
    })
}

/// The pool of a token and the token's claims: signed by the pool, an access token, in its time, with the scope.
async fn verify(ctx: &Ctx, token: &str, needed: &str) -> Result<(Stored<Arc<PoolRecord>>, Value), ApiError> {
    // Which pool's keys to check with is read from the claims before they are trusted; the check then covers them.
    let unverified = unverified_claims(token).ok_or_else(invalid)?;
    let claimed_issuer = text(&unverified, "iss").ok_or_else(invalid)?;
    let pool_id = claimed_issuer.rsplit('/').next().unwrap_or_default();
    if claimed_issuer != issuer(ctx, pool_id) {
        return Err(invalid());
    }
    let pool = ctx.pool(pool_id).await.map_err(|_| invalid())?;
    let signing_keys = pool_keys(ctx, pool_id).await?;
    let claims = jwt::verify(signing_keys.verifying(ctx.now), token).map_err(|bad| match bad {
        BadToken::Malformed => invalid(),
        BadToken::UnknownKey | BadToken::WrongSignature => {
            ApiError::not_authorized("Could not verify signature for Access Token")
        }
    })?;
    if text(&claims, "token_use").as_deref() != Some("access") {
        return Err(invalid());
    }
    if ctx.now.seconds() >= number(&claims, "exp")? {
        return Err(ApiError::not_authorized("Access Token has expired"));
    }
    let scopes = text(&claims, "scope").unwrap_or_default();
    if !scopes.split(' ').any(|scope| scope == needed) {
        return Err(ApiError::not_authorized(
            "Access Token does not have required scopes",
        ));
    }
    Ok((pool, claims))
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
    let (pool, claims) = verify(ctx, token, needed).await?;
    let client_id = text(&claims, "client_id").ok_or_else(invalid)?;
    // A user's token says who the user is.
    let is_of_client = text(&claims, "sub").as_ref() == Some(&client_id) && claims.get("username").is_none();
    if !is_of_client || ctx.platform().restores.is_after(number(&claims, "auth_time")?) {
        return Err(invalid());
    }
    let client = ctx.client(pool.value.id(), &client_id).await;
    let client = client.map_err(|error| match error.code {
        ErrorCode::ResourceNotFoundException => invalid(),
        _ => error,
    })?;
    let scopes = client.value.settings.allowed_oauth_scopes.as_deref();
    let has_scope = scopes.unwrap_or_default().iter().any(|scope| scope == needed);
    match has_scope {
        true => Ok((pool, client)),
        false => Err(invalid()),
    }
}

fn invalid() -> ApiError {
    ApiError::not_authorized("Invalid Access Token")
}

fn revoked() -> ApiError {
    ApiError::not_authorized("Access Token has been revoked")
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
        false => Err(revoked()),
    }
}

fn text(claims: &Value, name: &str) -> Option<String> {
    claims.get(name)?.as_str().map(str::to_owned)
}

fn number(claims: &Value, name: &str) -> Result<i64, ApiError> {
    claims.get(name).and_then(Value::as_i64).ok_or_else(invalid)
}

/// The claims of a token whose signature nobody has looked at yet.
fn unverified_claims(token: &str) -> Option<Value> {
    let payload = token.split('.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}

/// The row of the token's family, which is there as long as nothing was revoked. Tokens of clients without revocation do not name
/// theirs; it is the one of the same sign-in.
async fn live_family(
    ctx: &Ctx,
    pool: &PoolRecord,
    user: &UserRecord,
    claims: &Value,
    auth_time: i64,
) -> Result<String, ApiError> {
    if user.signed_out_since(auth_time) || ctx.platform().restores.is_after(auth_time) {
        return Err(revoked());
    }
    let claim = |name: &str| claims.get(name).and_then(Value::as_str);
    let family = match claim("origin_jti") {
        Some(origin_jti) => {
            let family = RefreshRecord::key(pool.id(), &user.sub, origin_jti);
            load(ctx.platform(), &family).await?
        }
        None => {
            let event_id = claim("event_id").ok_or_else(invalid)?;
            sign_out::family_of(ctx, pool.id(), &user.sub, event_id).await?
        }
    };
    match family {
        Some(family) if !family.value.is_signed_out(user) => Ok(family.key),
        _ => Err(revoked()),
    }
}
