//! The end of a sign-in: PostAuthentication, PreTokenGeneration, and three tokens.

use poolhouse_api::shapes::{AuthFlowType, AuthenticationResultType, UserStatusType};
use poolhouse_crypto::uuid_v4;
use poolhouse_store::{Batch, Expect, Version};

use super::choice::{Choice, Chosen};
use super::device::Device;
use super::issuer::{issuer, pool_keys};
use super::lifetimes::{access_seconds, id_seconds, refresh_seconds};
use super::refresh_token::RefreshToken;
use super::step::SignIn;
use super::subject::{check_enabled, check_may_sign_in};
use super::tracking::Tracking;
use super::{door, flows, handle, place, proven_factor};
use crate::auth::claims::{self, Issue};
use crate::base::error::ApiError;
use crate::records::{ClientRecord, Key, PoolRecord, RecordBatch, RefreshRecord, Stored, UserRecord};
use crate::request::Ctx;
use crate::triggers::events::{
    Groups, Metadata, PostAuthentication, PreTokenGeneration, TokenChange, TokenGenerationSource,
};
use crate::triggers::{self, About};
use crate::users::first_factors::{self, FirstFactor};
use crate::users::{devices, groups};

/// Tokens that are good once they are committed: for the user and through the client as they were when the tokens were made.
pub struct Issued {
    /// What the client gets.
    pub result: AuthenticationResultType,
    /// The rows that come with the tokens.
    family: Batch,
    /// The user's security epoch under which they are made.
    epoch: u64,
    user: Stored<UserRecord>,
    /// What the user becomes with these tokens, where a first password was chosen.
    chosen: Option<Chosen>,
    /// The attribute that mirrors the ledger, and what it is to say.
    mirror: Option<(String, String)>,
    client: Key<ClientRecord>,
    client_version: Version,
    /// The note of the session that begins with them, in a pool that keeps track.
    tracking: Option<Tracking>,
    /// The device they are for, in a pool that tracks devices.
    device: Option<Device>,
    /// The place token that becomes good with these tokens, if any.
    place: Option<place::Noting>,
    /// What is expected of the pool's door, where the sign-in had no code.
    door: Batch,
}

impl Issued {
    /// To be committed before the client gets the tokens. It expects that nothing has changed of user and client since they
    /// were looked at, in whichever row that shows.
    pub fn batch(&self, ctx: &Ctx) -> Batch {
        let place = self.place.as_ref().map(|place| place.batch(ctx));
        let tracking = self.tracking.as_ref().map(|tracking| tracking.batch(ctx));
        let batch = self.family.clone().merge(place.unwrap_or_default());
        let device = self.device.as_ref().map(|device| device.batch(ctx));
        let batch = batch.merge(tracking.unwrap_or_default());
        let batch = batch.merge(device.unwrap_or_default());
        let batch = batch.check(self.user.key.clone(), self.user.unchanged());
        let batch = match &self.chosen {
            None => batch,
            Some(chosen) => {
                let mut user = chosen.user.clone();
                if let Some((attribute, text)) = &self.mirror {
                    user.set_attribute(attribute, text);
                }
                batch.merge(chosen.rows.clone()).replace(&self.user, &user)
            }
        };
        batch
            .check(self.client.clone(), Expect::Version(self.client_version))
            .merge(self.door.clone())
    }

    /// After a conflict at `key`: whether it was at the user's or the client's row and nothing that was proven has lost its
    /// worth by that change, so that the tokens can be committed again. Attributes may be written while a sign-in ends.
    ///
    /// # Errors
    /// `Invalid session for the user.` if the security epoch has moved; a user or a client that is gone or keeps this
    /// sign-in out now.
    pub async fn lost_race(&mut self, sign_in: &SignIn<'_>, key: &str) -> Result<bool, ApiError> {
        let SignIn { ctx, pool, .. } = sign_in;
        if key == self.user.key {
            let user = ctx.user_by_sub(pool, &self.user.value.sub).await?;
            self.user = user.ok_or_else(ApiError::incorrect_username_or_password)?;
            check_still(sign_in, &self.user.value)?;
            self.chosen = chosen(sign_in, &self.user).await?;
            return Ok(true);
        }
        if key == self.client.as_str() {
            let client = ctx.client(pool.id(), sign_in.client.id()).await?;
            let flow = AuthFlowType::parse(&sign_in.flow).ok_or_else(handle::invalid)?;
            flows::check(&client.value, &flow)?;
            self.client_version = client.version;
            return Ok(true);
        }
        if self.door.names(key) {
            let now = ctx.pool(pool.id()).await?;
            let flow = AuthFlowType::parse(&sign_in.flow).ok_or_else(handle::invalid)?;
            door::check_flow(&now.value, sign_in.client, &flow)?;
            door::check_define(&now.value, sign_in.client)?;
            self.door = door::unchanged(&now.value, sign_in.client.id());
            return Ok(true);
        }
        if let Some(tracking) = &mut self.tracking
            && tracking.lost_race(ctx, key).await?
        {
            return Ok(true);
        }
        if let Some(device) = &mut self.device
            && device.lost_race(sign_in, key).await?
        {
            return Ok(true);
        }
        if let Some(place) = &mut self.place
            && place.lost_race(ctx, key).await?
        {
            return Ok(true);
        }
        if self.chosen.as_ref().is_some_and(|chosen| chosen.rows.names(key)) {
            // Somebody else may have taken an address that was given.
            self.chosen = chosen(sign_in, &self.user).await?;
            return Ok(true);
        }
        Ok(false)
    }

    /// Has the commit note the place token of this sign-in, which ends with a right code.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn with_code(&mut self, sign_in: &SignIn<'_>) -> Result<(), ApiError> {
        self.place = place::Noting::of(sign_in, self.epoch).await?;
        Ok(())
    }

    /// Has the commit expect that the pool's door is as this sign-in found it: for tokens without a code.
    pub fn without_code(&mut self, sign_in: &SignIn<'_>) {
        self.door = door::unchanged(sign_in.pool, sign_in.client.id());
    }

    /// Has the attribute that mirrors the ledger written with the tokens, if they write the user's row.
    pub fn mirroring(&mut self, mirror: Option<(String, String)>) {
        self.mirror = mirror;
    }
}

/// What a first password that was chosen in this sign-in makes of the user.
async fn chosen(sign_in: &SignIn<'_>, user: &Stored<UserRecord>) -> Result<Option<Chosen>, ApiError> {
    match choice(sign_in)? {
        Some(choice) => Ok(Some(Chosen::of(sign_in.ctx, sign_in.pool, &choice, user).await?)),
        None => Ok(None),
    }
}

fn choice(sign_in: &SignIn<'_>) -> Result<Option<Choice>, ApiError> {
    let sealed = sign_in.sealed_choice.as_deref();
    sealed
        .map(|sealed| Choice::open(sign_in.ctx, &sign_in.event_id, sealed))
        .transpose()
}

/// Checks that the user may sign in and that what was proven is worth something still.
fn check_still(sign_in: &SignIn<'_>, user: &UserRecord) -> Result<(), ApiError> {
    match sign_in.passwordless {
        None => check_may_sign_in(user, sign_in.ctx.now)?,
        Some(first) => check_may_begin(sign_in.pool, user, first)?,
    }
    // In custom authentication a code may stand for it, which is known where Define has decided.
    let lacks_factor = !sign_in.is_custom() && proven_factor::is_missing(sign_in, user);
    if user.epoch == sign_in.epoch && !lacks_factor {
        Ok(())
    } else {
        Err(handle::invalid())
    }
}

/// Checks that the user may sign in without a password, by this. One who must reset the password may: it is not what was proven.
///
/// # Errors
/// `User is disabled.`; `Invalid session for the user.` where the user cannot begin with it any more.
pub fn check_may_begin(pool: &PoolRecord, user: &UserRecord, first: FirstFactor) -> Result<(), ApiError> {
    check_enabled(user)?;
    let is_confirmed = user.status != UserStatusType::Unconfirmed;
    match is_confirmed && first_factors::of_user(pool, user).contains(&first) {
        true => Ok(()),
        false => Err(handle::invalid()),
    }
}

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
    Ok(Issued {
        result,
        family: Batch::new().create(row, &family),
        epoch: family.epoch,
        user,
        chosen,
        mirror: None,
        tracking,
        device,
        place: None,
        client: ClientRecord::key(pool.id(), client.id()),
        client_version: sign_in.client_version,
        door: Batch::new(),
    })
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
