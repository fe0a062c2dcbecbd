//! The end of a sign-in: PostAuthentication, PreTokenGeneration, and three tokens.

use poolhouse_api::shapes::AuthenticationResultType;
use poolhouse_crypto::uuid_v4;
use poolhouse_store::Batch;

use super::device::Device;
use super::ending::Ended;
use super::issued::{Issued, Kept, check_still, choice, chosen};
use super::issuer::{issuer, pool_keys};
use super::lifetimes::{access_seconds, id_seconds, refresh_seconds};
use super::refresh_token::RefreshToken;
use super::step::SignIn;
use super::tracking::Tracking;
use crate::auth::claims::{self, Issue};
use crate::base::error::ApiError;
use crate::records::{ClientRecord, PoolRecord, RecordBatch, RefreshRecord, Stored, UserRecord};
use crate::request::Ctx;
use crate::triggers::events::{
    Groups, Metadata, PostAuthentication, PreTokenGeneration, TokenChange, TokenGenerationSource,
};
use crate::triggers::{self, About};
use crate::users::{devices, groups};

/// Ends a sign-in: runs the last triggers and makes a new family of tokens.
///
/// `source` says to PreTokenGeneration why.
///
/// # Errors
/// Whatever a trigger denies with, a user who was disabled or deleted in the meantime, store failures.
pub async fn sign_in(sign_in: &SignIn<'_>, source: TokenGenerationSource) -> Result<Issued, ApiError> {
    let SignIn {
        ctx, pool, client, ..
    } = sign_in;
    post_authentication(sign_in).await?;
    let user = holder(sign_in).await?;
    check_still(sign_in, &user.value)?;
    let chosen = chosen(sign_in, &user).await?;
    let holder = chosen.as_ref().map_or(&user.value, |chosen| &chosen.user);
    if let Some(ending) = &sign_in.ending {
        // PreTokenGeneration is asked once there are tokens.
        let instead = (ending.clone(), ended(sign_in, holder));
        return Ok(Issued::new(sign_in, user, chosen, Kept::default(), Some(instead)));
    }

    let device = Device::of(sign_in).await?;
    let origin_jti = uuid_v4(&*ctx.platform().entropy);
    let family = RefreshRecord {
        client_id: client.id().to_owned(),
        username: user.value.username.clone(),
        generation: 0,
        graces: Vec::new(),
        auth_time: user.value.auth_time(ctx.now),
        epoch: holder.epoch,
        event_id: sign_in.event_id.clone(),
        expires: ctx.now.plus_seconds(refresh_seconds(&client.settings)),
        device: device.as_ref().map(Device::of_family),
    };
    let grant = Grant {
        pool,
        client,
        user: holder,
        origin_jti: &origin_jti,
        family: &family,
        source,
        metadata: &sign_in.metadata,
    };
    let mut result = access_and_id(ctx, grant).await?;
    let row = RefreshRecord::key(pool.id(), &user.value.sub, &origin_jti);
    let tracking = Tracking::of(ctx, pool, &user.value.sub, &origin_jti, &family).await?;
    let token = RefreshToken {
        sub: user.value.sub.clone(),
        origin_jti,
        generation: 0,
    };
    result.refresh_token = Some(token.text(ctx.platform(), pool.id()));
    result.new_device_metadata = device.as_ref().and_then(Device::metadata);
    let kept = Kept {
        result,
        family: Batch::new().create(row, &family),
        tracking,
        device,
    };
    Ok(Issued::new(sign_in, user, chosen, kept, None))
}

/// What an [`Ending`](super::ending::Ending) is told.
fn ended(sign_in: &SignIn<'_>, holder: &UserRecord) -> Ended {
    let proven = sign_in.answered.iter().filter(|answered| answered.result);
    Ended {
        sub: holder.sub.clone(),
        username: holder.username.clone(),
        epoch: holder.epoch,
        auth_time: holder.auth_time(sign_in.ctx.now),
        event_id: sign_in.event_id.clone(),
        had_code: false,
        proven: proven.map(|answered| answered.name.clone()).collect(),
    }
}

/// The user whom the tokens are for.
async fn holder(sign_in: &SignIn<'_>) -> Result<Stored<UserRecord>, ApiError> {
    let SignIn { ctx, pool, .. } = sign_in;
    match sign_in.subject.stored() {
        Some(user) if triggers::all_in_process(&ctx.app.functions, pool) => Ok(user.clone()),
        // Functions that run elsewhere may have changed the user and its groups: what they set is part of the tokens.
        Some(user) => {
            let rows = [user.key.clone()].into_iter().chain(groups::row(ctx, pool.id()));
            ctx.read_anew(rows).await?;
            let user = ctx.user_by_sub(pool, &user.value.sub).await?;
            user.ok_or_else(ApiError::incorrect_username_or_password)
        }
        None => Err(ApiError::incorrect_username_or_password()),
    }
}

/// What access and ID token are made from.
pub struct Grant<'a> {
    /// The pool.
    pub pool: &'a PoolRecord,
    /// The app client.
    pub client: &'a ClientRecord,
    /// The user.
    pub user: &'a UserRecord,
    /// The family's id.
    pub origin_jti: &'a str,
    /// The family.
    pub family: &'a RefreshRecord,
    /// PreTokenGeneration's trigger source.
    pub source: TokenGenerationSource,
    /// PreTokenGeneration's `clientMetadata`.
    pub metadata: &'a Metadata,
}

/// Makes an access and an ID token. The result has no refresh token.
///
/// # Errors
/// When PreTokenGeneration denies or the pool's keys cannot be had.
pub async fn access_and_id(ctx: &Ctx, grant: Grant<'_>) -> Result<AuthenticationResultType, ApiError> {
    let Grant {
        pool,
        client,
        user,
        origin_jti,
        family,
        ..
    } = &grant;
    let own = groups::claimed(ctx, pool, user).await?;
    let change = pre_token_generation(ctx, &grant, &own).await?;
    let groups = change.groups.as_ref().unwrap_or(&own);
    let lifetime = access_seconds(&client.settings);
    let issue = Issue {
        pool,
        client,
        user,
        issuer: issuer(ctx, pool.id()),
        origin_jti: client.revocation_enabled().then_some(*origin_jti),
        device_key: family.device.as_ref().map(|device| device.key.as_str()),
        event_id: &family.event_id,
        auth_time: family.auth_time,
        now: ctx.now,
    };
    let entropy = &*ctx.platform().entropy;
    let access_expires = ctx.now.plus_seconds(lifetime);
    let id_expires = ctx.now.plus_seconds(id_seconds(&client.settings));
    let access = claims::access(
        &issue,
        groups,
        &change.access_token,
        access_expires,
        uuid_v4(entropy),
    );
    let id = claims::id(&issue, groups, &change.id_token, id_expires, uuid_v4(entropy));

    let signing_keys = pool_keys(ctx, pool.id()).await?;
    let pair = signing_keys.signing(ctx.now);
    let pair = pair.ok_or_else(|| ApiError::internal("a user pool has no signing keys"))?;
    let sign = || (pair.access.sign(&access), pair.id.sign(&id));
    let (access, id) = ctx.platform().cpu.go_on(sign).await?;
    let (access, id) = (
        access.map_err(ApiError::internal)?,
        id.map_err(ApiError::internal)?,
    );
    Ok(AuthenticationResultType {
        access_token: Some(access),
        id_token: Some(id),
        expires_in: Some(lifetime),
        token_type: Some("Bearer".to_owned()),
        ..Default::default()
    })
}

async fn post_authentication(sign_in: &SignIn<'_>) -> Result<(), ApiError> {
    // PostAuthentication hears of sign-ins, which one that is about to be refused is not.
    let mut about = sign_in.about();
    let mut becomes = None;
    if let Some(user) = sign_in.subject.user() {
        check_still(sign_in, user)?;
        if let Some(choice) = choice(sign_in)? {
            becomes = Some(choice.applied(sign_in.ctx, sign_in.pool, user)?);
        }
    }
    if becomes.is_some() {
        about.user = becomes.as_ref();
    }
    let event = PostAuthentication {
        metadata: &sign_in.metadata,
        is_on_new_device: devices::are_tracked(sign_in.pool) && sign_in.device.is_none(),
    };
    triggers::call(sign_in.ctx, &about, &event).await?;
    Ok(())
}

async fn pre_token_generation(ctx: &Ctx, grant: &Grant<'_>, own: &Groups) -> Result<TokenChange, ApiError> {
    let about = About {
        pool: grant.pool,
        username: &grant.user.username,
        user: Some(grant.user),
        client: Some(grant.client),
    };
    let event = PreTokenGeneration {
        source: grant.source,
        groups: own,
        scopes: &[claims::ADMIN_SCOPE],
        metadata: grant.metadata,
    };
    let change = triggers::call(ctx, &about, &event).await?;
    Ok(change.unwrap_or_default())
}
