//! Access and ID tokens of this server's pools, read again: signed by their pool, of their kind, in their time, and of a sign-in
//! that nothing has ended.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use poolhouse_crypto::jwt::{self, BadToken};
use serde_json::Value;

use super::issuer::{issuer, pool_keys};
use crate::base::error::ApiError;
use crate::records::{PoolRecord, RefreshRecord, Stored, UserRecord, load};
use crate::request::Ctx;
use crate::users::sign_out;

/// Which of a sign-in's two tokens it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The one that clients show to APIs.
    Access,
    /// The one that says who signed in.
    Id,
}

impl Kind {
    /// What the service calls it in its sentences.
    fn name(self) -> &'static str {
        match self {
            Kind::Access => "Access Token",
            Kind::Id => "ID Token",
        }
    }

    fn token_use(self) -> &'static str {
        match self {
            Kind::Access => "access",
            Kind::Id => "id",
        }
    }

    /// Of a text that is no such token.
    pub fn invalid(self) -> ApiError {
        ApiError::not_authorized(format!("Invalid {}", self.name()))
    }

    /// Of a token whose sign-in has ended.
    pub fn revoked(self) -> ApiError {
        ApiError::not_authorized(format!("{} has been revoked", self.name()))
    }
}

/// A token whose signature is right.
pub struct Verified {
    /// The pool that has signed it.
    pub pool: Stored<Arc<PoolRecord>>,
    /// What it says.
    pub claims: Value,
    kind: Kind,
}

impl Verified {
    /// A claim that is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.claims.get(name)?.as_str()
    }

    /// A claim that is a number.
    ///
    /// # Errors
    /// `NotAuthorizedException` where it is none.
    pub fn number(&self, name: &str) -> Result<i64, ApiError> {
        let number = self.claims.get(name).and_then(Value::as_i64);
        number.ok_or_else(|| self.kind.invalid())
    }

    /// The row of the token's family, which is there as long as nothing was revoked. Tokens of clients without revocation do not
    /// name theirs; it is the one of the same sign-in.
    ///
    /// # Errors
    /// `NotAuthorizedException` once the sign-in has ended; when the store fails.
    pub async fn family(&self, ctx: &Ctx, user: &UserRecord) -> Result<Stored<RefreshRecord>, ApiError> {
        let auth_time = self.number("auth_time")?;
        if user.signed_out_since(auth_time) || ctx.platform().restores.is_after(auth_time) {
            return Err(self.kind.revoked());
        }
        let pool_id = self.pool.value.id();
        let family = match self.text("origin_jti") {
            Some(origin_jti) => {
                let family = RefreshRecord::key(pool_id, &user.sub, origin_jti);
                load(ctx.platform(), &family).await?
            }
            None => {
                let event_id = self.text("event_id").ok_or_else(|| self.kind.invalid())?;
                sign_out::family_of(ctx, pool_id, &user.sub, event_id).await?
            }
        };
        family
            .filter(|family| !family.value.is_signed_out(user))
            .ok_or_else(|| self.kind.revoked())
    }
}

/// Reads a token of this kind.
///
/// # Errors
/// `NotAuthorizedException` in the service's words, those of ID tokens after the pattern of the others; when the pool's keys cannot be
/// had.
pub async fn verify(ctx: &Ctx, token: &str, kind: Kind) -> Result<Verified, ApiError> {
    // Which pool's keys to check with is read from the claims before they are trusted; the check then covers them.
    let unverified = unverified_claims(token).ok_or_else(|| kind.invalid())?;
    let claimed_issuer = unverified.get("iss").and_then(Value::as_str);
    let claimed_issuer = claimed_issuer.ok_or_else(|| kind.invalid())?;
    let pool_id = claimed_issuer.rsplit('/').next().unwrap_or_default();
    if claimed_issuer != issuer(ctx, pool_id) {
        return Err(kind.invalid());
    }
    let pool = ctx.pool(pool_id).await.map_err(|_| kind.invalid())?;
    let signing_keys = pool_keys(ctx, pool_id).await?;
    let claims = jwt::verify(signing_keys.verifying(ctx.now), token).map_err(|bad| match bad {
        BadToken::Malformed => kind.invalid(),
        BadToken::UnknownKey | BadToken::WrongSignature => {
            ApiError::not_authorized(format!("Could not verify signature for {}", kind.name()))
        }
    })?;
    let verified = Verified { pool, claims, kind };
    if verified.text("token_use") != Some(kind.token_use()) {
        return Err(kind.invalid());
    }
    if ctx.now.seconds() >= verified.number("exp")? {
        return Err(ApiError::not_authorized(format!("{} has expired", kind.name())));
    }
    Ok(verified)
}

/// The claims of a token whose signature nobody has looked at yet.
fn unverified_claims(token: &str) -> Option<Value> {
    let payload = token.split('.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}
