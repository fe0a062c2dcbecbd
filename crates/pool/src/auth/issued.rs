//! What a sign-in ends in, as long as it is not committed.

use std::sync::Arc;

use poolhouse_api::shapes::{AuthFlowType, AuthenticationResultType, ChallengeNameType, UserStatusType};
use poolhouse_store::{Batch, Expect, Version};

use super::choice::{Choice, Chosen};
use super::device::Device;
use super::ending::{Ended, Ending};
use super::step::SignIn;
use super::subject::{check_enabled, check_may_sign_in};
use super::tracking::Tracking;
use super::{door, flows, handle, outside, place, proven_factor};
use crate::base::error::ApiError;
use crate::records::{ClientRecord, Key, PoolRecord, RecordBatch, Stored, UserRecord};
use crate::request::Ctx;
use crate::users::first_factors::{self, FirstFactor};

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
    /// What takes the place of the tokens, in a sign-in on a page.
    instead: Option<(Arc<dyn Ending>, Ended)>,
}

/// What a client's tokens are made and kept with; nothing of it on a page.
#[derive(Default)]
pub struct Kept {
    /// What the client gets.
    pub result: AuthenticationResultType,
    /// The rows that come with it.
    pub family: Batch,
    /// The note of the session that begins with it, in a pool that keeps track.
    pub tracking: Option<Tracking>,
    /// The device that it is for, in a pool that tracks devices.
    pub device: Option<Device>,
}

impl Issued {
    /// For a user, and what the user becomes by it. `instead` takes the place of tokens.
    pub fn new(
        sign_in: &SignIn<'_>,
        user: Stored<UserRecord>,
        chosen: Option<Chosen>,
        kept: Kept,
        instead: Option<(Arc<dyn Ending>, Ended)>,
    ) -> Issued {
        Issued {
            result: kept.result,
            family: kept.family,
            epoch: chosen.as_ref().map_or(&user.value, |chosen| &chosen.user).epoch,
            user,
            chosen,
            mirror: None,
            client: ClientRecord::key(sign_in.pool.id(), sign_in.client.id()),
            client_version: sign_in.client_version,
            tracking: kept.tracking,
            device: kept.device,
            place: None,
            door: Batch::new(),
            instead,
        }
    }

    /// To be committed before the client gets the tokens. It expects that nothing has changed of user and client since they
    /// were looked at, in whichever row that shows.
    pub fn batch(&self, ctx: &Ctx) -> Batch {
        let place = self.place.as_ref().map(|place| place.batch(ctx));
        let tracking = self.tracking.as_ref().map(|tracking| tracking.batch(ctx));
        let instead = self
            .instead
            .as_ref()
            .map(|(ending, ended)| ending.rows(ctx, ended));
        let batch = self.family.clone().merge(instead.unwrap_or_default());
        let batch = batch.merge(place.unwrap_or_default());
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
            // Whether the client lists the provider still was looked at before.
            if sign_in.provider().is_some() {
                return Err(handle::invalid());
            }
            let client = ctx.client(pool.id(), sign_in.client.id()).await?;
            match &self.instead {
                Some((ending, _)) => ending.check_client(&client.value)?,
                None => {
                    let flow = AuthFlowType::parse(&sign_in.flow).ok_or_else(handle::invalid)?;
                    flows::check(&client.value, &flow)?;
                }
            }
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
        if let Some((ending, _)) = &self.instead
            && ending.lost_race(ctx, key).await?
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
        if let Some((_, ended)) = &mut self.instead {
            ended
                .proven
                .push(ChallengeNameType::CustomChallenge.as_str().to_owned());
        }
        Ok(())
    }

    /// Has what takes the place of tokens say that the sign-in had a right code, or what stands for one.
    pub fn passing_door(&mut self) {
        if let Some((_, ended)) = &mut self.instead {
            ended.had_code = true;
        }
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
///
/// # Errors
/// When what the session keeps of it does not open or is not good any more.
pub async fn chosen(sign_in: &SignIn<'_>, user: &Stored<UserRecord>) -> Result<Option<Chosen>, ApiError> {
    match choice(sign_in)? {
        Some(choice) => Ok(Some(Chosen::of(sign_in.ctx, sign_in.pool, &choice, user).await?)),
        None => Ok(None),
    }
}

/// The first password that was chosen in this sign-in, with what was given beside it.
///
/// # Errors
/// When what the session keeps of it does not open.
pub fn choice(sign_in: &SignIn<'_>) -> Result<Option<Choice>, ApiError> {
    let sealed = sign_in.sealed_choice.as_deref();
    sealed
        .map(|sealed| Choice::open(sign_in.ctx, &sign_in.event_id, sealed))
        .transpose()
}

/// Checks that the user may sign in and that what was proven is worth something still.
///
/// # Errors
/// What keeps the user out; `Invalid session for the user.`
pub fn check_still(sign_in: &SignIn<'_>, user: &UserRecord) -> Result<(), ApiError> {
    if let Some(provider) = sign_in.provider() {
        outside::check_linked(user, provider)?;
        return match user.epoch == sign_in.epoch {
            true => Ok(()),
            false => Err(handle::invalid()),
        };
    }
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
