//! `CompleteWebAuthnRegistration`

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{CompleteWebAuthnRegistrationRequest, CompleteWebAuthnRegistrationResponse};
use poolhouse_store::{Batch, CommitError, Expect};

use crate::auth::access_token::{self, SignedIn};
use crate::auth::recent;
use crate::base::error::ApiError;
use crate::base::purpose::Purpose;
use crate::records::{Key, Passkey, PasskeyRegistration, Passkeys, RecordBatch, Stored, load};
use crate::request::Ctx;
use crate::users::change::{self, Proof};
use crate::users::passkeys::{self, Sent};

/// Registers the passkey that an authenticator has made. The registration is over with that, whatever came of it.
///
/// # Errors
/// `WebAuthnChallengeNotFoundException` where none waits; `WebAuthnClientMismatchException` for another client's token;
/// `InvalidParameterException` `Credential data is not valid`; as [`Sent::made`]; `LimitExceededException`.
pub async fn run(
    ctx: &Ctx,
    input: CompleteWebAuthnRegistrationRequest,
) -> Result<CompleteWebAuthnRegistrationResponse, ApiError> {
    let signed_in = access_token::authorize(ctx, &input.access_token).await?;
    let pool = &*signed_in.pool.value;
    passkeys::relying_party(pool)?;
    recent::check_factors(ctx, &signed_in)?;
    let sub = &signed_in.user.value.sub;
    let waiting = ctx.load(&PasskeyRegistration::key(pool.id(), sub)).await?;
    let waiting = waiting.filter(|waiting| ctx.now < waiting.value.expires);
    let waiting = waiting.ok_or_else(passkeys::no_challenge)?;
    if waiting.value.client_id != signed_in.client.value.id() {
        return Err(ApiError::new(
            ErrorCode::WebAuthnClientMismatchException,
            "The registration was begun by another app client.",
        ));
    }
    let made = made(ctx, &signed_in, &waiting, &input.credential);
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
    let epoch = signed_in.user.value.epoch;
    change::change_for(ctx, pool, signed_in.user.clone(), &mut registering, |user| {
        access_token::check_unmoved(epoch, user)?;
        user.factors.has_passkey = true;
        user.modified = ctx.now;
        Ok(())
    })
    .await?;
    Ok(CompleteWebAuthnRegistrationResponse {})
}

fn made(
    ctx: &Ctx,
    signed_in: &SignedIn,
    waiting: &Stored<PasskeyRegistration>,
    credential: &serde_json::Value,
) -> Result<Passkey, ApiError> {
    let pool = &*signed_in.pool.value;
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
