//! What an authorization code gives: a family of tokens, for the user as it is now.

use std::sync::Arc;

use poolhouse_api::shapes::AuthenticationResultType;
use poolhouse_crypto::uuid_v4;
use poolhouse_store::{Batch, CommitError, Expect};

use super::denied::Denied;
use super::federation::standing;
use super::first_use;
use super::site::Site;
use crate::auth::issue::{self, Grant};
use crate::auth::lifetimes::{access_seconds, id_seconds, refresh_seconds};
use crate::auth::refresh_token::RefreshToken;
use crate::auth::tracking::Tracking;
use crate::auth::{door, scopes, subject};
use crate::base::error::ApiError;
use crate::records::authorization_code::Unused;
use crate::records::{
    AuthorizationCode, BrowserSession, ClientRecord, Granted, IdentityProviderRecord, Key, PoolRecord,
    RecordBatch, RefreshRecord, Stored, UserRecord,
};
use crate::request::Ctx;
use crate::triggers;
use crate::triggers::events::{Metadata, TokenGenerationSource};
use crate::users::groups;

/// How often the commit is made again when user or client have changed in a way that does not matter.
const RACES: usize = 16;

/// What the token endpoint answers.
pub struct Tokens {
    /// The tokens.
    pub result: AuthenticationResultType,
    /// The scopes, where they are fewer than was asked for.
    pub narrowed: Option<Vec<String>>,
}

/// What the commit of a family depends on.
struct Holding {
    user: Stored<UserRecord>,
    client: Stored<Arc<ClientRecord>>,
    pool: Stored<Arc<PoolRecord>>,
}

/// Gives tokens for a code that was presented rightly. `None`: the code was used meanwhile.
///
/// # Errors
/// `invalid_grant` if the user may not have tokens, or a function says so.
pub async fn of_code(
    ctx: &Ctx,
    site: &Site,
    client: &Stored<Arc<ClientRecord>>,
    stored: &Stored<AuthorizationCode>,
    unused: &Unused,
) -> Result<Option<Tokens>, Denied> {
    let pool = &site.pool.value;
    let user = String::from(UserRecord::key(pool.id(), &unused.granting.sub));
    let session = unused.granting.browser_session.clone();
    let rows = [user].into_iter().chain(session);
    ctx.read_anew(rows.chain(groups::row(ctx, pool.id()))).await?;
    let holding = Holding::of(ctx, site.pool.clone(), client.clone(), unused).await?;
    let origin_jti = uuid_v4(&*ctx.platform().entropy);
    let used = unused.used(ctx.now, Some(&origin_jti));
    // Functions that run elsewhere are asked once the code is used up, however many come with it.
    let asks_first = !triggers::all_in_process(&ctx.app.functions, pool);
    let spending = if asks_first {
        match ctx.platform().commit(Batch::new().replace(stored, &used)).await {
            Ok(version) => Batch::new().check(stored.key.clone(), Expect::Version(version)),
            Err(CommitError::Conflict { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
    } else {
        Batch::new().replace(stored, &used)
    };
    let family = family(ctx, &holding, unused);
    let mut result = tokens(ctx, &holding, unused, &family, &origin_jti).await?;
    let made = (&family, origin_jti.as_str());
    if !commit(ctx, holding, unused, made, (stored.key.as_str(), spending)).await? {
        return Ok(None);
    }
    let asked = &unused.authorization;
    if asked.gives_tokens || asked.without_refresh {
        return Ok(Some(Tokens {
            result,
            narrowed: asked.is_narrowed.then(|| asked.scopes.clone()),
        }));
    }
    let token = RefreshToken {
        sub: unused.granting.sub.clone(),
        origin_jti,
        generation: 0,
    };
    result.refresh_token = Some(token.text(ctx.platform(), pool.id()));
    Ok(Some(Tokens {
        result,
        narrowed: asked.is_narrowed.then(|| asked.scopes.clone()),
    }))
}

fn family(ctx: &Ctx, holding: &Holding, unused: &Unused) -> RefreshRecord {
    let granting = &unused.granting;
    let settings = &holding.client.value.settings;
    // Without a refresh token the family is there for its access token alone.
    let lifetime = match unused.authorization.gives_tokens || unused.authorization.without_refresh {
        true => access_seconds(settings).max(id_seconds(settings)),
        false => refresh_seconds(settings),
    };
    RefreshRecord {
        client_id: holding.client.value.id().to_owned(),
        username: holding.user.value.username.clone(),
        generation: 0,
        graces: Vec::new(),
        auth_time: granting.auth_time,
        epoch: granting.epoch,
        event_id: ctx.request_id.clone(),
        expires: ctx.now.plus_seconds(lifetime),
        device: None,
        granted: Some(Granted {
            scopes: unused.authorization.scopes.clone(),
            resource: unused.authorization.resource.clone(),
            amr: granting.amr.clone(),
            browser_session: granting.browser_session.clone(),
            client_url: unused.authorization.client_url.clone(),
        }),
    }
}

async fn tokens(
    ctx: &Ctx,
    holding: &Holding,
    unused: &Unused,
    family: &RefreshRecord,
    origin_jti: &str,
) -> Result<AuthenticationResultType, Denied> {
    let grant = Grant {
        pool: &holding.pool.value,
        client: &holding.client.value,
        user: &holding.user.value,
        origin_jti,
        family,
        source: TokenGenerationSource::HostedAuth,
        metadata: &Metadata::new(),
        scopes: None,
        nonce: unused.authorization.nonce.as_deref(),
    };
    Ok(issue::access_and_id(ctx, grant).await?)
}

/// Commits a family together with the use of its code. Says `false` if the code was used, or its use came again, meanwhile.
async fn commit(
    ctx: &Ctx,
    mut holding: Holding,
    unused: &Unused,
    (family, origin_jti): (&RefreshRecord, &str),
    (code, spending): (&str, Batch),
) -> Result<bool, Denied> {
    let pool_id = holding.pool.value.id().to_owned();
    let sub = &unused.granting.sub;
    let mut tracking = Tracking::of(ctx, &holding.pool.value, sub, origin_jti, family).await?;
    for _ in 0..RACES {
        let row = RefreshRecord::key(&pool_id, sub, origin_jti);
        let noted = tracking.as_ref().map(|tracking| tracking.batch(ctx));
        let batch = spending
            .clone()
            .create(row, family)
            .merge(noted.unwrap_or_default())
            .merge(holding.unchanged(unused));
        match ctx.platform().commit(batch).await {
            Ok(_) => return Ok(true),
            Err(CommitError::Conflict { key }) if key == code => return Ok(false),
            Err(CommitError::Conflict { key }) => {
                let is_noted = match &mut tracking {
                    Some(tracking) => tracking.lost_race(ctx, &key).await?,
                    None => false,
                };
                if !is_noted {
                    let pool = ctx.pool(&pool_id).await?;
                    let client = ctx.client(&pool_id, holding.client.value.id()).await?;
                    holding = Holding::of(ctx, pool, client, unused).await?;
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::too_many_requests().into())
}

impl Holding {
    /// User and client as they are, if the code is worth tokens still.
    async fn of(
        ctx: &Ctx,
        pool: Stored<Arc<PoolRecord>>,
        client: Stored<Arc<ClientRecord>>,
        unused: &Unused,
    ) -> Result<Holding, Denied> {
        let granting = &unused.granting;
        let user = ctx.user_by_sub(&pool.value, &granting.sub).await?;
        let user = user.ok_or_else(ApiError::user_not_found)?;
        match &granting.provider {
            None => subject::check_may_sign_in(&user.value, ctx.now)?,
            Some(provider) => standing::check_still(ctx, pool.value.id(), &user.value, provider).await?,
        }
        let seconds = granting.auth_time.seconds();
        let is_over = user.value.epoch != granting.epoch
            || user.value.signed_out_since(seconds)
            || ctx.platform().restores.is_after(seconds);
        let is_kept_out = !granting.passes_door && pool.value.door.is_shut_for(client.value.id());
        // Whoever signed out before the client came with the code has ended that, too.
        let has_left = match granting
            .browser_session
            .clone()
            .map(Key::<BrowserSession>::from_text)
        {
            Some(session) => ctx.load(&session).await?.is_none(),
            None => false,
        };
        let scopes = &unused.authorization.scopes;
        if has_left || is_over || is_kept_out || !scopes::are_readable(&pool.value, &client.value, scopes) {
            return Err(Denied::invalid_grant());
        }
        Ok(Holding { user, client, pool })
    }

    /// That nothing of it has changed.
    fn unchanged(&self, unused: &Unused) -> Batch {
        let batch = Batch::new().check(self.user.key.clone(), self.user.unchanged());
        let batch = match self.client.value.unused_until {
            None => batch.check(self.client.key.clone(), self.client.unchanged()),
            // One that has registered itself is kept from its first use on.
            Some(_) => batch.merge(first_use::of(&self.client)),
        };
        let batch = match &unused.granting.browser_session {
            Some(session) => batch.check(session.clone(), Expect::Present),
            None => batch,
        };
        let batch = match &unused.granting.provider {
            Some(provider) => {
                let row = IdentityProviderRecord::key(self.pool.value.id(), &provider.name);
                batch.check(row, Expect::Present)
            }
            None => batch,
        };
        match unused.granting.passes_door {
            true => batch,
            false => batch.merge(door::unchanged(&self.pool.value, self.client.value.id())),
        }
    }
}
