//! Exchanging a refresh token, with and without rotation.

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::AuthenticationResultType;
use poolhouse_crypto::constant_time_eq;
use poolhouse_store::{Batch, CommitError, Expect};

use super::tokens::{self, Grant};
use crate::base::error::ApiError;
use crate::records::{ClientRecord, PoolRecord, RecordBatch, RefreshRecord, Stored, UserRecord, load};
use crate::request::Ctx;
use crate::triggers::events::{Metadata, TokenGenerationSource};

/// How often an exchange is decided again when another one of the same family came first.
const RACES: usize = 64;
/// Exchanged tokens remembered per family. An older one is answered as unknown rather than as reused.
const REMEMBERED: usize = 64;
/// Successors that may live beside each other, drawn by parallel requests in the grace period.
const SIBLINGS: usize = 16;

/// The family that a refresh token belongs to, as stored, and the digest of the token's secret.
pub struct Presented {
    /// The family.
    pub family: Stored<RefreshRecord>,
    /// The user's `sub`.
    pub sub: String,
    /// The family's id.
    pub origin_jti: String,
    /// The digest of the secret presented.
    pub digest: String,
}

/// Finds the family of a token: one of this client's, with a secret that it knows, live or spent.
///
/// # Errors
/// `NotAuthorizedException` `Invalid Refresh Token`, `Refresh Token has been revoked`, `Refresh Token has expired` or
/// `User is disabled.`
pub async fn find(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &ClientRecord,
    token: &str,
) -> Result<Presented, ApiError> {
    let invalid = || ApiError::not_authorized("Invalid Refresh Token");
    let (sub, origin_jti, secret) = tokens::read_refresh_token(token).ok_or_else(invalid)?;
    let key = RefreshRecord::key(pool.id(), &sub, &origin_jti);
    let Some(family) = load(ctx.platform(), &key).await? else {
        // Disabling a user deletes the families, and is what the service tells of the two.
        let holder = ctx.user_by_sub(pool, &sub).await?;
        let disabled = holder.is_some_and(|user| !user.value.enabled);
        return Err(if disabled {
            ApiError::user_disabled()
        } else {
            revoked()
        });
    };
    let digest = tokens::secret_digest(&secret);
    let known = family
        .value
        .live
        .iter()
        .chain(family.value.spent.iter().map(|(digest, _)| digest));
    let known = known
        .filter(|held| constant_time_eq(held.as_bytes(), digest.as_bytes()))
        .count()
        > 0;
    if !known || family.value.client_id != client.id() {
        return Err(invalid());
    }
    if ctx.now >= family.value.expires {
        return Err(ApiError::not_authorized("Refresh Token has expired"));
    }
    Ok(Presented {
        family,
        sub,
        origin_jti,
        digest,
    })
}

fn revoked() -> ApiError {
    ApiError::not_authorized("Refresh Token has been revoked")
}

/// The user whom a token says that it was issued to, whether or not it is (still) good.
///
/// # Errors
/// When the store fails.
pub async fn holder(
    ctx: &Ctx,
    pool: &PoolRecord,
    token: &str,
) -> Result<Option<Stored<UserRecord>>, ApiError> {
    match tokens::read_refresh_token(token) {
        Some((sub, ..)) => ctx.user_by_sub(pool, &sub).await,
        None => Ok(None),
    }
}

/// The user of a family, if tokens may still be issued to it.
///
/// # Errors
/// `UserNotFoundException`, `User is disabled.` or `Refresh Token has been revoked`
pub async fn user_of(
    ctx: &Ctx,
    pool: &PoolRecord,
    presented: &Presented,
) -> Result<Stored<UserRecord>, ApiError> {
    let user = ctx.user_by_sub(pool, &presented.sub).await?;
    let user = user.ok_or_else(ApiError::user_not_found)?;
    if !user.value.enabled {
        Err(ApiError::user_disabled())
    } else if presented.family.value.is_signed_out(&user.value) {
        Err(revoked())
    } else {
        Ok(user)
    }
}

/// Exchanges a refresh token for new access and ID tokens, and, where the client rotates, for a successor.
///
/// # Errors
/// As [`find`] and [`user_of`]; `RefreshTokenReuseException` for a token exchanged before, past its grace period,
/// which revokes the whole family.
pub async fn exchange(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &ClientRecord,
    token: &str,
    metadata: &Metadata,
) -> Result<AuthenticationResultType, ApiError> {
    let mut presented = find(ctx, pool, client, token).await?;
    let user = user_of(ctx, pool, &presented).await?;
    let grant = Grant {
        pool,
        client,
        user: &user.value,
        origin_jti: &presented.origin_jti,
        family: &presented.family.value,
        source: TokenGenerationSource::RefreshTokens,
        metadata,
    };
    if !client.rotates_refresh_tokens() {
        check_not_spent(ctx, &presented).await?;
        return tokens::access_and_id(ctx, grant).await;
    }
    let mut result = tokens::access_and_id(ctx, grant).await?;
    for _ in 0..RACES {
        check_not_spent(ctx, &presented).await?;
        let secret = tokens::new_secret(&*ctx.platform().entropy);
        let family = rotated(ctx, client, &presented, tokens::secret_digest(&secret));
        let batch = Batch::new().replace(&presented.family, &family);
        match ctx.platform().commit(batch).await {
            Ok(_) => {
                let successor = tokens::refresh_token(
                    &presented.sub,
                    &presented.origin_jti,
                    &secret,
                    &*ctx.platform().entropy,
                );
                result.refresh_token = Some(successor);
                return Ok(result);
            }
            Err(CommitError::Conflict { .. }) => presented = find(ctx, pool, client, token).await?,
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::too_many_requests())
}

/// The family after one exchange: the token presented is spent (it stays taken for the grace period), a successor
/// lives.
fn rotated(ctx: &Ctx, client: &ClientRecord, presented: &Presented, successor: String) -> RefreshRecord {
    let rotation = client.settings.refresh_token_rotation.as_ref();
    let grace = rotation
        .and_then(|rotation| rotation.retry_grace_period_seconds)
        .unwrap_or(0);
    let mut family = presented.family.value.clone();
    if family.live.contains(&presented.digest) {
        family.live.retain(|digest| *digest != presented.digest);
        family
            .spent
            .push((presented.digest.clone(), ctx.now.plus_seconds(grace)));
    }
    family.live.push(successor);
    let surplus = family.live.len().saturating_sub(SIBLINGS);
    family.live.drain(..surplus);
    let surplus = family.spent.len().saturating_sub(REMEMBERED);
    family.spent.drain(..surplus);
    family
}

async fn check_not_spent(ctx: &Ctx, presented: &Presented) -> Result<(), ApiError> {
    let spent = presented
        .family
        .value
        .spent
        .iter()
        .find(|(digest, _)| *digest == presented.digest);
    match spent {
        Some((_, until)) if ctx.now >= *until => {
            // Whoever uses it now is not the one who was given its successor, or is: nobody can tell, so both end.
            let revoke = Batch::new().delete(presented.family.key.clone(), Expect::Any);
            ctx.platform().commit(revoke).await?;
            Err(ApiError::new(
                ErrorCode::RefreshTokenReuseException,
                "Refresh Token has been reused. All tokens of this sign-in are revoked.",
            ))
        }
        _ => Ok(()),
    }
}
