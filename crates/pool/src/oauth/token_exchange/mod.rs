//! Token exchange (RFC 8693): a client shows a token of a user's sign-in and gets another one, for itself, that says no more.
//!
//! [`exchange`] decides, for both doors: the token endpoint (`endpoint`) and the API's `GetDerivedToken`. Nothing begins here. The new
//! token belongs to the sign-in of the one that was shown, ends no later, and is revoked with it. With a second token, of somebody
//! who acts for the user, it says so (`act`); what a token said of that before, it goes on saying.

mod act;
mod asked;
pub mod endpoint;
mod presented;
mod refusal;
mod target;

use std::sync::Arc;

use poolhouse_api::shapes::ExplicitAuthFlowsType as Flow;
use poolhouse_store::{Batch, CommitError, Expect};

pub use asked::Asked;
pub use presented::Shown;
pub use refusal::Refusal;

use self::presented::Presented;
use super::{flow, scopes};
use crate::auth::claims::OPENID;
use crate::auth::derive::{self, Derived};
use crate::auth::verified::Kind;
use crate::auth::{door, scopes as of_attributes};
use crate::base::error::ApiError;
use crate::records::{ClientRecord, PoolRecord, Stored};
use crate::request::Ctx;

/// How often an exchange is decided again when something that it depends on has changed.
const RACES: usize = 16;

/// What is given.
pub struct Issued {
    /// The token.
    pub token: String,
    /// Which it is.
    pub kind: Kind,
    /// For how many seconds it is good.
    pub seconds: i64,
    /// Its scopes.
    pub scopes: Vec<String>,
}

/// Exchanges a token for a client that has proven who it is.
///
/// # Errors
/// What is wrong with it.
pub async fn exchange(
    ctx: &Ctx,
    pool: &Stored<Arc<PoolRecord>>,
    client: &Stored<Arc<ClientRecord>>,
    asked: Asked<'_>,
) -> Result<Issued, Refusal> {
    let (mut pool, mut client) = (pool.clone(), client.clone());
    for _ in 0..RACES {
        check_flow(&client.value, asked.actor.is_some())?;
        let subject = Presented::subject(ctx, &pool.value, asked.subject).await?;
        check_code(&pool.value, &client.value, &subject)?;
        let (issued, batch) = decide(ctx, &pool.value, &client, asked, &subject).await?;
        match ctx.platform().commit(batch).await {
            Ok(_) => return Ok(issued),
            Err(CommitError::Conflict { .. }) => {
                let pool_id = pool.value.id().to_owned();
                let keys = [pool.key.clone(), client.key.clone(), subject.user.key.clone()];
                let audience = asked.audience.map(|id| ClientRecord::key(&pool_id, id).into());
                ctx.read_anew(keys.into_iter().chain(audience)).await?;
                client = ctx.client(&pool_id, client.value.id()).await?;
                pool = ctx.pool(&pool_id).await?;
            }
            Err(error) => return Err(ApiError::from(error).into()),
        }
    }
    Err(ApiError::too_many_requests().into())
}

/// The client was set up for it, with somebody who acts and without each by itself.
fn check_flow(client: &ClientRecord, acts: bool) -> Result<(), Refusal> {
    let needed = match acts {
        true => Flow::AllowTokenExchangeDelegation,
        false => Flow::AllowTokenExchangeImpersonation,
    };
    let allowed = client.settings.explicit_auth_flows.as_deref().unwrap_or_default();
    match allowed.contains(&needed) && !client.is_registered() {
        true => Ok(()),
        false => Err(Refusal::Flow(needed)),
    }
}

/// A client whose people type a code takes no token of a sign-in that may have had none: those of a client that asks for less.
fn check_code(pool: &PoolRecord, client: &ClientRecord, subject: &Presented) -> Result<(), Refusal> {
    let family = &subject.family.value;
    let had_code = pool.door.is_shut_for(&family.client_id);
    let is_own = family.client_id == client.id();
    match !flow::needs_code(pool, client) || had_code || is_own {
        true => Ok(()),
        false => Err(Refusal::Code),
    }
}

/// The new token, and what has to hold still when it is given.
async fn decide(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &Stored<Arc<ClientRecord>>,
    asked: Asked<'_>,
    subject: &Presented,
) -> Result<(Issued, Batch), Refusal> {
    let actor = match asked.actor {
        Some(shown) => Some(presented::actor(ctx, pool, shown).await?),
        None => None,
    };
    let act = act::claim(subject.claims(), actor.as_deref(), subject.issuer())?;
    let target = target::find(ctx, pool, asked).await?;
    // Whom the token is for goes by it as by one of its own.
    let audience = target.as_ref().and_then(|target| target.client.as_ref());
    if let Some(audience) = audience {
        check_code(pool, &audience.value, subject)?;
    }
    let held = subject.scopes();
    let scopes = scopes::of_exchange(ctx, pool, &client.value, asked.scope, &held).await?;
    let lacks_openid = !scopes.iter().any(|scope| scope == OPENID);
    if asked.wanted == Kind::Id && lacks_openid {
        return Err(Refusal::Scope);
    }
    if !of_attributes::are_readable(pool, &client.value, &scopes) {
        return Err(Refusal::Attributes);
    }
    let derived = Derived {
        pool,
        client: &client.value,
        user: &subject.user.value,
        family: &subject.family.value,
        origin_jti: &subject.origin_jti,
        kind: asked.wanted,
        scopes: &scopes,
        audience: target.as_ref().map(|target| target.name.as_str()),
        act: act.as_ref(),
        until: subject.until,
    };
    let made = derive::derive(ctx, &derived).await?;
    let holds = Batch::new()
        .check(subject.user.key.clone(), subject.user.unchanged())
        .check(subject.family.key.clone(), Expect::Present);
    let batch = audience
        .into_iter()
        .chain([client])
        .map(|client| still(pool, client))
        .fold(holds, Batch::merge);
    let issued = Issued {
        token: made.token,
        kind: asked.wanted,
        seconds: made.seconds,
        scopes,
    };
    Ok((issued, batch))
}

/// That a client is as it was, and its door.
fn still(pool: &PoolRecord, client: &Stored<Arc<ClientRecord>>) -> Batch {
    let still = Batch::new().check(client.key.clone(), client.unchanged());
    // Where the client's own sign-ins have a code, the token shown is of one that had.
    match pool.door.is_shut_for(client.value.id()) {
        true => still,
        false => still.merge(door::unchanged(pool, client.value.id())),
    }
}
