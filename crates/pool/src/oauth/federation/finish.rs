//! The commit that ends a sign-in by a provider: it goes in only if everything that it stands on is still so.

use std::collections::BTreeMap;
use std::sync::Arc;

use poolhouse_store::{Batch, CommitError};

use super::identity::Identity;
use super::providers;
use super::round::Round;
use crate::auth::ending::{Ended, Ending};
use crate::auth::{handle, outside};
use crate::base::error::ApiError;
use crate::oauth::granting::{Granted, PageEnding};
use crate::oauth::steps::{Taken, consent};
use crate::oauth::{flow, transaction};
use crate::records::linked_identity::SUBJECT;
use crate::records::{ClientRecord, IdentityProviderRecord, LinkedIdentity, PoolRecord, Stored, UserRecord};
use crate::request::Ctx;

/// How often the commit is made again when something has changed in a way that does not matter.
const RACES: usize = 16;

/// What a sign-in by a provider stands on, as it is now.
pub struct Ground {
    /// The pool.
    pub pool: Stored<Arc<PoolRecord>>,
    /// The app client.
    pub client: Stored<Arc<ClientRecord>>,
    /// The provider.
    pub provider: Stored<IdentityProviderRecord>,
    /// The user.
    pub user: Stored<UserRecord>,
    link: String,
}

impl Ground {
    /// Looks at everything anew.
    ///
    /// # Errors
    /// Where the provider is another one by now, the client does not list it, the user is gone, kept out, or nobody at the provider any more.
    pub async fn of(ctx: &Ctx, round: &Round, sub: &str, identity: &Identity) -> Result<Ground, ApiError> {
        let pool_id = round.site.pool.value.id();
        let before = &round.provider.value;
        let pool = ctx.pool(pool_id).await?;
        let client = ctx.client(pool_id, &round.authorization.client_id).await?;
        let provider = providers::find(ctx, pool_id, &before.name).await?;
        let is_listed = client.value.outside_providers().any(|name| *name == before.name);
        let provider = provider.filter(|now| is_listed && now.value.id == before.id);
        let provider =
            provider.ok_or_else(|| ApiError::not_authorized("identity provider is not available"))?;
        let user = ctx.user_by_sub(&pool.value, sub).await?;
        let user = user.ok_or_else(ApiError::user_not_found)?;
        outside::check_user(&user.value)?;
        let mut identities = user.value.identities.iter();
        if !identities.any(|held| held.is(&before.id, SUBJECT, &identity.subject)) {
            return Err(handle::invalid());
        }
        let link = LinkedIdentity::key(pool_id, &before.id, SUBJECT, &identity.subject);
        Ok(Ground {
            pool,
            client,
            provider,
            user,
            link: link.into(),
        })
    }

    /// Whether a code by mail is asked before the sign-in ends.
    pub fn asks_code(&self) -> bool {
        flow::asks_code_after(
            &self.pool.value,
            self.client.value.id(),
            &self.provider.value.name,
        )
    }

    /// That nothing of it has changed.
    pub fn unchanged(&self) -> Batch {
        Batch::new()
            .check(self.pool.key.clone(), self.pool.unchanged())
            .check(self.client.key.clone(), self.client.unchanged())
            .check(self.provider.key.clone(), self.provider.unchanged())
            .check(self.user.key.clone(), self.user.unchanged())
            .check(self.link.clone(), poolhouse_store::Expect::Present)
    }
}

/// Ends the sign-in of a user whose epoch was this when the provider's word was taken. `also` goes with it.
///
/// # Errors
/// As [`Ground::of`]; where what was proven is worth nothing any more; where `also` does not go in.
pub async fn finish(
    ctx: &Ctx,
    round: &Round,
    (user, identity): (&UserRecord, &Identity),
    also: &Batch,
) -> Result<Granted, ApiError> {
    let ending = ending(ctx, round, identity).await?;
    for _ in 0..RACES {
        let ground = Ground::of(ctx, round, &user.sub, identity).await?;
        let now = &ground.user.value;
        if now.epoch != user.epoch || ground.asks_code() {
            return Err(handle::invalid());
        }
        let ended = Ended {
            sub: now.sub.clone(),
            username: now.username.clone(),
            epoch: now.epoch,
            auth_time: now.auth_time(ctx.now),
            event_id: ctx.request_id.clone(),
            had_code: false,
            first: None,
            proven: Vec::new(),
            lacks_passkey: false,
        };
        ending.check_client(&ground.client.value)?;
        let unchanged = ground.unchanged();
        let batch = ending
            .rows(ctx, &ended)
            .merge(also.clone())
            .merge(unchanged.clone());
        ctx.audit.ends_with_tokens();
        match ctx.platform().commit(batch).await {
            Ok(_) => {
                let granted = ending.granted().ok_or_else(handle::invalid)?;
                return completed(ctx, round, &ending, granted).await;
            }
            Err(CommitError::Conflict { key }) if unchanged.names(&key) => {}
            // The answer was heard before, or another transaction was written over this one.
            Err(CommitError::Conflict { key }) if !ending.lost_race(ctx, &key).await? => {
                return Err(handle::invalid());
            }
            Err(CommitError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::too_many_requests())
}

/// What the sign-in ends in: for some clients, in a question to its person.
pub async fn ending(ctx: &Ctx, round: &Round, identity: &Identity) -> Result<PageEnding, ApiError> {
    let shown = match round.transaction.asked.asks_consent {
        true => consent::shown(ctx, round.site.pool.value.id(), &round.authorization).await?,
        false => BTreeMap::new(),
    };
    let ending = round.ending(ctx, identity.session.clone()).await?;
    Ok(ending.showing(shown, String::new()))
}

/// Where the browser goes once everything is committed: to be asked, unless the client was let in before, or back with what it gets.
async fn completed(
    ctx: &Ctx,
    round: &Round,
    ending: &PageEnding,
    granted: Granted,
) -> Result<Granted, ApiError> {
    if granted.location.is_some() {
        return ending.completed(ctx, granted).await;
    }
    let pool_id = round.site.pool.value.id();
    let browser = &round.transaction.asked.browser;
    let Some(at_consent) = transaction::find(ctx, pool_id, &round.state, browser).await? else {
        return Ok(granted);
    };
    let signed_in = granted.clone();
    match consent::after_sign_in(ctx, &round.site, &at_consent, &round.authorization, granted).await? {
        Taken::Ended(granted) => Ok(granted),
        _ => Ok(signed_in),
    }
}
