//! Exchanging a refresh token, with and without rotation.
//!
//! A family has one live token. A genuine one that is not live, and past its grace period, revokes the family, however
//! long ago it was spent; what is not genuine revokes nothing. In the grace period every exchange of a token gives the
//! same successor, so parallel requests do not multiply the family.

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::AuthenticationResultType;
use poolhouse_store::{Batch, CommitError};

use super::issue::{self, Grant};
use super::refresh_token::RefreshToken;
use super::subject::check_enabled;
use super::tracking;
use crate::base::error::ApiError;
use crate::records::refresh::Standing;
use crate::records::{ClientRecord, PoolRecord, RecordBatch, RefreshRecord, Stored, UserRecord, load};
use crate::request::Ctx;
use crate::triggers::events::{Metadata, TokenGenerationSource};
use crate::users::devices;

/// How often an exchange is decided again when another one of the same family came first.
const RACES: usize = 64;

/// A genuine refresh token and its family, as stored.
pub struct Presented {
    /// The family.
    pub family: Stored<RefreshRecord>,
    /// The token, live or not.
    pub token: RefreshToken,
}

/// Reads a token of this pool, if it is genuine.
///
/// # Errors
/// `NotAuthorizedException` `Invalid Refresh Token`
pub fn read(ctx: &Ctx, pool: &PoolRecord, text: &str) -> Result<RefreshToken, ApiError> {
    let token = RefreshToken::read(ctx.platform(), pool.id(), text);
    token.ok_or_else(invalid)
}

fn invalid() -> ApiError {
    ApiError::not_authorized("Invalid Refresh Token")
}

/// Finds the family of a token, which must be this client's.
///
/// # Errors
/// `NotAuthorizedException` `Refresh Token has been revoked`, `Refresh Token has different Client`,
/// `Refresh Token has expired` or `User is disabled.`
pub async fn find(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &ClientRecord,
    token: RefreshToken,
) -> Result<Presented, ApiError> {
    find_of(ctx, pool, (client, None), token).await
}

/// The same for a client whose id may be a URL, behind which the app client stands. What was granted to the one, the other has not.
///
/// # Errors
/// As [`find`].
pub async fn find_of(
    ctx: &Ctx,
    pool: &PoolRecord,
    (client, url): (&ClientRecord, Option<&str>),
    token: RefreshToken,
) -> Result<Presented, ApiError> {
    let key = RefreshRecord::key(pool.id(), &token.sub, &token.origin_jti);
    let Some(family) = load(ctx.platform(), &key).await? else {
        // Disabling a user deletes the families, and is what the service tells of the two.
        if let Some(holder) = ctx.user_by_sub(pool, &token.sub).await? {
            check_enabled(&holder.value)?;
        }
        return Err(revoked());
    };
    if family.value.client_id != client.id() || family.value.client_url() != url {
        return Err(ApiError::not_authorized("Refresh Token has different Client"));
    }
    if ctx.now >= family.value.expires {
        return Err(ApiError::not_authorized("Refresh Token has expired"));
    }
    Ok(Presented { family, token })
}

fn revoked() -> ApiError {
    ApiError::not_authorized("Refresh Token has been revoked")
}

/// The user of a family, if tokens may still be issued to it.
///
/// # Errors
/// `UserNotFoundException`, `User is disabled.` or `Refresh Token has been revoked`
async fn user_of(
    ctx: &Ctx,
    pool: &PoolRecord,
    presented: &Presented,
) -> Result<Stored<UserRecord>, ApiError> {
    let user = ctx.user_by_sub(pool, &presented.token.sub).await?;
    let user = user.ok_or_else(ApiError::user_not_found)?;
    check_enabled(&user.value)?;
    if presented.family.value.is_signed_out(&user.value) {
        return Err(revoked());
    }
    Ok(user)
}

/// Checks that the token comes with the key of its device. A client that has never confirmed the device it was handed need not
/// name it: it does not know of devices.
async fn check_device(
    ctx: &Ctx,
    pool: &PoolRecord,
    presented: &Presented,
    device_key: Option<&str>,
) -> Result<(), ApiError> {
    let family = &presented.family.value;
    let device_key = device_key.filter(|key| !key.is_empty());
    let Some(device) = family.device.as_ref().filter(|_| !family.goes_with(device_key)) else {
        return Ok(());
    };
    let is_unnamed = device_key.is_none() && family.was_handed(&device.key);
    let sub = &presented.token.sub;
    if is_unnamed && devices::look(ctx, pool.id(), sub, &device.key).await?.is_none() {
        return Ok(());
    }
    Err(invalid())
}

/// Exchanges a refresh token for new access and ID tokens, and, where the client rotates, for its successor.
///
/// # Errors
/// As [`read`], [`find`] and `user_of`; `Invalid Refresh Token` without the key of the family's device, once that is confirmed;
/// `RefreshTokenReuseException` for a token exchanged before, past its grace
/// period, which revokes the whole family.
pub async fn exchange(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &ClientRecord,
    text: &str,
    device_key: Option<&str>,
    metadata: &Metadata,
) -> Result<AuthenticationResultType, ApiError> {
    let token = read(ctx, pool, text)?;
    let presented = find(ctx, pool, client, token).await?;
    renew(ctx, pool, client, presented, device_key, metadata, None).await
}

/// As [`exchange`], for a token that was [found](find). The access token has these `scopes`, where they are given; the family
/// keeps those it was granted.
///
/// # Errors
/// As [`exchange`].
pub async fn renew(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &ClientRecord,
    mut presented: Presented,
    device_key: Option<&str>,
    metadata: &Metadata,
    scopes: Option<&[String]>,
) -> Result<AuthenticationResultType, ApiError> {
    // Before anything is revoked: whoever does not know the device is not the one who was given the token.
    check_device(ctx, pool, &presented, device_key).await?;
    let user = user_of(ctx, pool, &presented).await?;
    let mut standing = check_not_spent(ctx, pool, &presented).await?;
    let origin_jti = presented.token.origin_jti.clone();
    let grant = Grant {
        pool,
        client,
        user: &user.value,
        origin_jti: &origin_jti,
        family: &presented.family.value,
        source: TokenGenerationSource::RefreshTokens,
        metadata,
        scopes,
        nonce: None,
    };
    let mut result = issue::access_and_id(ctx, grant).await?;
    tracking::used(ctx, pool, &user.value.sub, &origin_jti).await;
    let Some(rotation) = client.refresh_token_rotation() else {
        return Ok(result);
    };
    for _ in 0..RACES {
        let mut generation = presented.family.value.generation;
        if standing == Standing::Live {
            let grace = rotation.retry_grace_period_seconds.unwrap_or(0);
            let family = presented.family.value.rotated(ctx.now, grace);
            generation = family.generation;
            let batch = Batch::new().replace(&presented.family, &family);
            match ctx.platform().commit(batch).await {
                Ok(_) => {}
                Err(CommitError::Conflict { .. }) => {
                    let url = presented.family.value.client_url().map(str::to_owned);
                    presented = find_of(ctx, pool, (client, url.as_deref()), presented.token).await?;
                    standing = check_not_spent(ctx, pool, &presented).await?;
                    continue;
                }
                Err(error) => return Err(error.into()),
            }
        }
        let successor = RefreshToken {
            generation,
            ..presented.token
        };
        result.refresh_token = Some(successor.text(ctx.platform(), pool.id()));
        return Ok(result);
    }
    Err(ApiError::too_many_requests())
}

/// What a token is that may be used; one that may not revokes the family.
async fn check_not_spent(ctx: &Ctx, pool: &PoolRecord, presented: &Presented) -> Result<Standing, ApiError> {
    let standing = presented
        .family
        .value
        .standing(presented.token.generation, ctx.now);
    if standing != Standing::Spent {
        return Ok(standing);
    }
    // Its user may or may not be the one who was given its successor: nobody can tell, so both end.
    let token = &presented.token;
    let reused = ApiError::new(
        ErrorCode::RefreshTokenReuseException,
        "Refresh Token has been reused. All tokens of this sign-in are revoked.",
    );
    // Once a family, and a sign of theft: unlike other refreshes, the user's history has it.
    ctx.asker.noted.found_user(&token.sub);
    ctx.audit.denies(&reused);
    tracking::end(ctx, pool.id(), &token.sub, &token.origin_jti).await?;
    Err(reused)
}
