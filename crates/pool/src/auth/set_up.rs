//! An authenticator app set up in the middle of a sign-in, by `MFA_SETUP`'s session in place of an access token.
//!
//! The seed rides sealed in the session until a code of the app has verified it. Then the app is the user's, even if the
//! sign-in never ends, as on the service.

use std::sync::Arc;

use poolhouse_api::shapes::ChallengeNameType;
use poolhouse_store::{Batch, CommitError};
use serde_json::{Value, json};

use super::challenge::mfa_setup::{SEED, VERIFIED};
use super::handle;
use super::private;
use super::resume::resume;
use super::step::SignIn;
use crate::base::error::ApiError;
use crate::records::{ClientRecord, Factor, PoolRecord, RecordBatch, SessionRecord, Stored};
use crate::request::Ctx;
use crate::triggers::events::Metadata;
use crate::users::change::{self, Proof};
use crate::users::software_tokens::{self, Judged, Seed};

/// Shares a new seed. Returns it, and the session to go on with: the one before is used.
///
/// # Errors
/// `NotAuthorizedException` for a session that is not good for it; `SoftwareTokenMFANotFoundException` where the pool has no
/// apps.
pub async fn associate(ctx: &Ctx, text: &str) -> Result<(Seed, String), ApiError> {
    let begun = Begun::find(ctx, text).await?;
    let sign_in = begun.sign_in(ctx).await?;
    software_tokens::check_pool(sign_in.pool)?;
    if private::open(ctx, &begun.session)?.get(VERIFIED).is_some() {
        return Err(handle::invalid());
    }
    let seed = Seed::draw(&*ctx.platform().entropy);
    let (batch, session) = begun.next(&sign_in, &json!({ SEED: seed.text() }));
    match ctx.platform().commit(batch).await {
        Ok(_) => Ok((seed, session)),
        Err(CommitError::Conflict { .. }) => Err(handle::used()),
        Err(error) => Err(error.into()),
    }
}

/// Verifies the app by a code of it, and makes it the user's. Returns the session to answer `MFA_SETUP` with.
///
/// # Errors
/// As [`associate`]; `EnableSoftwareTokenMFAException` for a wrong code, after which the session can be used again.
pub async fn verify(ctx: &Ctx, text: &str, typed: &str, name: Option<String>) -> Result<String, ApiError> {
    let begun = Begun::find(ctx, text).await?;
    let sign_in = begun.sign_in(ctx).await?;
    let pool = sign_in.pool;
    software_tokens::check_pool(pool)?;
    let private = private::open(ctx, &begun.session)?;
    let seed = private.get(SEED).and_then(Value::as_str).and_then(Seed::of_text);
    let seed = seed.ok_or_else(software_tokens::not_found)?;
    let Judged::Right(step) = seed.judge(None, typed, ctx.now) else {
        return Err(software_tokens::not_verified());
    };
    let user = sign_in.subject.stored().ok_or_else(handle::invalid)?.clone();
    let (next, session) = begun.next(&sign_in, &json!({ VERIFIED: true }));
    let also = next.merge(software_tokens::verified(
        ctx,
        pool,
        &user.value.sub,
        &seed,
        name,
        step,
    ));
    let mut proof = Answered {
        session: begun.session.key.clone(),
        also,
    };
    change::change_for(ctx, pool, user, &mut proof, |user| {
        if user.epoch != sign_in.epoch {
            return Err(handle::invalid());
        }
        software_tokens::note(user, ctx.now);
        user.factors.enable(Factor::SoftwareToken);
        Ok(())
    })
    .await?;
    Ok(session)
}

/// A sign-in that waits for a factor to be set up.
struct Begun {
    client: Stored<Arc<ClientRecord>>,
    pool: Stored<Arc<PoolRecord>>,
    session: Stored<SessionRecord>,
}

impl Begun {
    async fn find(ctx: &Ctx, text: &str) -> Result<Begun, ApiError> {
        let client_id = handle::client_of(text).ok_or_else(handle::invalid)?.to_owned();
        let opened = handle::open_required(ctx, &client_id, Some(text))?;
        let beside = |pool_id: &str| vec![opened.key(pool_id).into()];
        let (client, pool) = ctx.client_and_pool_beside(&client_id, beside).await?;
        let session = handle::find(ctx, &client.value, &opened).await?;
        Ok(Begun {
            client,
            pool,
            session,
        })
    }

    async fn sign_in<'a>(&'a self, ctx: &'a Ctx) -> Result<SignIn<'a>, ApiError> {
        let challenge = ChallengeNameType::MfaSetup;
        let session = &self.session.value;
        resume(
            ctx,
            &self.pool.value,
            &self.client,
            session,
            challenge,
            None,
            Metadata::new(),
        )
        .await
    }

    /// The session that takes the place of this one, which is consumed.
    fn next(&self, sign_in: &SignIn<'_>, secret: &Value) -> (Batch, String) {
        let ctx = sign_in.ctx;
        let expires = ctx.now.plus_seconds(sign_in.client.auth_session_seconds());
        let next = handle::new_naming_client(ctx, sign_in.client, &self.session.value.sub, expires);
        let record = SessionRecord {
            sealed_private: Some(private::seal(ctx, &next.key, secret)),
            expires,
            ..self.session.value.clone()
        };
        let batch = handle::consumption(&self.session).create(next.key, &record);
        (batch, next.text)
    }
}

/// The consumption of a session, with what goes with it.
struct Answered {
    session: String,
    also: Batch,
}

impl Proof for Answered {
    fn batch(&self, _ctx: &Ctx) -> Batch {
        self.also.clone()
    }

    async fn lost_race(&mut self, _ctx: &Ctx, key: &str) -> Result<bool, ApiError> {
        match key == self.session {
            true => Err(handle::used()),
            false => Ok(false),
        }
    }
}
