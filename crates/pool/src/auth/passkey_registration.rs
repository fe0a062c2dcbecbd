//! Registering a passkey, for a user who has signed in: by an access token, or in a browser's session.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use poolhouse_api::ErrorCode;
use poolhouse_store::{Batch, CommitError, Expect};
use serde_json::Value;

use super::access_token;
use crate::base::error::ApiError;
use crate::base::purpose::Purpose;
use crate::records::{
    Key, Passkey, PasskeyRegistration, Passkeys, PoolRecord, RecordBatch, Stored, UserRecord, load,
};
use crate::request::Ctx;
use crate::users::change::{self, Proof};
use crate::users::passkeys::{self, Sent};

/// How long a registration waits, in seconds. The service does not say; browsers wait one minute.
const LIFE_SECONDS: i64 = 5 * 60;

/// Says what an authenticator is to make. Another registration of the user that waits is forgotten.
///
/// # Errors
/// `WebAuthnNotEnabledException`, `WebAuthnConfigurationMissingException`; `LimitExceededException` for a user with 20 passkeys.
pub async fn begin(
    ctx: &Ctx,
    pool: &PoolRecord,
    user: &UserRecord,
    client_id: &str,
) -> Result<Value, ApiError> {
    let rp_id = passkeys::relying_party(pool)?;
    let held = ctx.load(&Passkeys::key(pool.id(), &user.sub)).await?;
    let held = held.map(|held| held.value).unwrap_or_default();
    passkeys::check_room(&held)?;
    let mut random = [0; passkeys::CHALLENGE_BYTES];
    ctx.platform().entropy.fill(&mut random);
    let challenge = URL_SAFE_NO_PAD.encode(random);
    let key = PasskeyRegistration::key(pool.id(), &user.sub);
    let registration = PasskeyRegistration {
        client_id: client_id.to_owned(),
        sealed: ctx
            .platform()
            .seal(Purpose::Challenges, key.as_str(), challenge.as_bytes()),
        expires: ctx.now.plus_seconds(LIFE_SECONDS),
    };
    let batch = Batch::new()
        .record(key, Expect::Any, &registration)
        .check(UserRecord::key(pool.id(), &user.sub), Expect::Present);
    match ctx.platform().commit(batch).await {
        Ok(_) => Ok(passkeys::creation_options(pool, rp_id, user, &held, &challenge)),
        Err(CommitError::Conflict { .. }) => Err(ApiError::user_not_found()),
        Err(error) => Err(error.into()),
    }
}

/// Registers the passkey that an authenticator has made. The registration is over with that, whatever came of it.
///
/// # Errors
/// `WebAuthnChallengeNotFoundException` where none waits; `WebAuthnClientMismatchException` for another client than began it;
/// `InvalidParameterException` `Credential data is not valid`; as [`Sent::made`]; `LimitExceededException`.
pub async fn complete(
    ctx: &Ctx,
    pool: &PoolRecord,
    (user, client_id): (&Stored<UserRecord>, &str),
    credential: &Value,
) -> Result<(), ApiError> {
    passkeys::relying_party(pool)?;
    let sub = &user.value.sub;
    let waiting = ctx.load(&PasskeyRegistration::key(pool.id(), sub)).await?;
    let waiting = waiting.filter(|waiting| ctx.now < waiting.value.expires);
    let waiting = waiting.ok_or_else(passkeys::no_challenge)?;
    if waiting.value.client_id != client_id {
        return Err(ApiError::new(
            ErrorCode::WebAuthnClientMismatchException,
            "The registration was begun by another app client.",
        ));
    }
    let made = made(ctx, pool, &waiting, credential);
    let list = Passkeys::key(pool.id(), sub);
    let held = ctx.load(&list).await?;
    let registering = made.and_then(|made| Registering::of(waiting.clone(), list, held, made));
    let mut registering = match registering {
        Ok(registering) => registering,
        Err(refused) => {
            ctx.audit.denies(&refused);
            end(ctx, &waiting).await?;
            return Err(refused);
        }
    };
    let epoch = user.value.epoch;
    change::change_for(ctx, pool, user.clone(), &mut registering, |user| {
        access_token::check_unmoved(epoch, user)?;
        user.factors.has_passkey = true;
        user.modified = ctx.now;
        Ok(())
    })
    .await?;
    Ok(())
}

fn made(
    ctx: &Ctx,
    pool: &PoolRecord,
    waiting: &Stored<PasskeyRegistration>,
    credential: &Value,
) -> Result<Passkey, ApiError> {
    let challenge = ctx
        .platform()
        .open(Purpose::Challenges, &waiting.key, &waiting.value.sealed);
    let challenge = String::from_utf8(challenge.map_err(ApiError::internal)?).map_err(ApiError::internal)?;
    let rp_id = passkeys::relying_party(pool)?;
    Sent::read(credential)?.made(pool, rp_id, &challenge, ctx.now)
}

/// Ends a registration that came to nothing.
async fn end(ctx: &Ctx, waiting: &Stored<PasskeyRegistration>) -> Result<(), ApiError> {
    match ctx.platform().commit(Batch::new().remove(waiting)).await {
        Ok(_) => Ok(()),
        Err(CommitError::Conflict { .. }) => Err(passkeys::no_challenge()),
        Err(error) => Err(error.into()),
    }
}

/// A passkey, with the registration that it ends and the list that it joins.
struct Registering {
    waiting: Stored<PasskeyRegistration>,
    list: Key<Passkeys>,
    held: Option<Stored<Passkeys>>,
    made: Passkey,
    after: Passkeys,
}

impl Registering {
    fn of(
        waiting: Stored<PasskeyRegistration>,
        list: Key<Passkeys>,
        held: Option<Stored<Passkeys>>,
        made: Passkey,
    ) -> Result<Registering, ApiError> {
        let mut after = held.as_ref().map(|held| held.value.clone()).unwrap_or_default();
        passkeys::check_room(&after)?;
        if after.find(&made.id).is_some() {
            return Err(passkeys::not_supported("The passkey is registered already."));
        }
        after.0.push(made.clone());
        Ok(Registering {
            waiting,
            list,
            held,
            made,
            after,
        })
    }
}

impl Proof for Registering {
    fn batch(&self, _ctx: &Ctx) -> Batch {
        let expect = self.held.as_ref().map_or(Expect::Absent, Stored::unchanged);
        Batch::new()
            .remove(&self.waiting)
            .record(self.list.clone(), expect, &self.after)
    }

    async fn lost_race(&mut self, ctx: &Ctx, key: &str) -> Result<bool, ApiError> {
        if key == self.waiting.key {
            return Err(passkeys::no_challenge());
        }
        if key != self.list.as_str() {
            return Ok(false);
        }
        let held = load(ctx.platform(), &self.list).await?;
        *self = Registering::of(self.waiting.clone(), self.list.clone(), held, self.made.clone())?;
        Ok(true)
    }
}
