//! That a browser is signed in, and when another client may go by it.

use poolhouse_api::shapes::UserStatusType;
use poolhouse_store::{Batch, Expect};

use super::{flow, handle};
use crate::auth::ending::Ended;
use crate::auth::subject::check_enabled;
use crate::base::error::ApiError;
use crate::records::client::LOCAL;
use crate::records::{
    BrowserSession, ClientRecord, Factor, Key, PoolRecord, RecordBatch, Stored, UserRecord,
};
use crate::request::Ctx;
use crate::users::factors::{self, Due};

/// How long a browser is signed in, for a client that does not say, in minutes: from the sign-in on, however often that is used.
/// The service's own.
const MINUTES: i64 = 60;

/// Ends the user's id in the handle.
const SUB_ENDS: char = '.';
const KIND: &str = "browser-session";

/// The handle that a browser gets of a user's session whose secret this is.
pub fn handle_of(sub: &str, secret: &str) -> String {
    format!("{sub}{SUB_ENDS}{secret}")
}

/// For how long after a sign-in this client goes by it, in seconds.
pub fn seconds(client: &ClientRecord) -> i64 {
    client.sso_minutes.unwrap_or(MINUTES) * 60
}

/// The session that a sign-in ends in, which lasts so many seconds for its client. Other clients may go by it for an hour.
pub fn session_of(ctx: &Ctx, ended: &Ended, lasts: i64) -> BrowserSession {
    BrowserSession {
        epoch: ended.epoch,
        auth_time: ended.auth_time,
        had_code: ended.had_code,
        proven: ended.proven.clone(),
        event_id: ended.event_id.clone(),
        provider: None,
        ends: ctx.now.plus_seconds(lasts.max(MINUTES * 60)),
    }
}

/// Where the session of a handle lies; `None` for what no handle can be.
pub fn key_of(ctx: &Ctx, pool_id: &str, handle: &str) -> Option<(String, Key<BrowserSession>)> {
    let (sub, secret) = handle.split_once(SUB_ENDS)?;
    let is_id = sub.len() == 36 && sub.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let digest = handle::digest(ctx, KIND, secret).filter(|_| is_id)?;
    Some((sub.to_owned(), BrowserSession::key(pool_id, sub, &digest)))
}

/// The end of a session, whether it is there or not.
pub fn ends(ctx: &Ctx, pool_id: &str, handle: &str) -> Batch {
    match key_of(ctx, pool_id, handle) {
        Some((_, key)) => Batch::new().delete(key, Expect::Any),
        None => Batch::new(),
    }
}

/// The session to be written for a user, with the handle's secret.
pub fn begins(ctx: &Ctx, pool_id: &str, sub: &str, secret: &str, session: &BrowserSession) -> Batch {
    match handle::digest(ctx, KIND, secret) {
        Some(digest) => Batch::new().create(BrowserSession::key(pool_id, sub, &digest), session),
        None => Batch::new(),
    }
}

/// Somebody who is signed in, in this browser.
pub struct SignedIn {
    /// The user.
    pub user: Stored<UserRecord>,
    /// The session.
    pub session: Stored<BrowserSession>,
}

/// Who is signed in by this handle: a user who is there and enabled, with everything that was proven worth something still.
///
/// # Errors
/// When the store fails.
pub async fn find(ctx: &Ctx, pool: &PoolRecord, handle: &str) -> Result<Option<SignedIn>, ApiError> {
    let Some((sub, key)) = key_of(ctx, pool.id(), handle) else {
        return Ok(None);
    };
    let user = UserRecord::key(pool.id(), &sub).into();
    ctx.read_ahead([user, key.as_str().to_owned()]).await?;
    let session = ctx.load(&key).await?;
    let user = ctx.user_by_sub(pool, &sub).await?;
    let (Some(session), Some(user)) = (session, user) else {
        return Ok(None);
    };
    let status = user.value.status;
    let may = check_enabled(&user.value).is_ok()
        && status != UserStatusType::ResetRequired
        && status != UserStatusType::Unconfirmed
        && session.value.epoch == user.value.epoch
        && !user.value.signed_out_since(session.value.auth_time.seconds())
        && ctx.now < session.value.ends;
    Ok(may.then_some(SignedIn { user, session }))
}

impl SignedIn {
    /// Whether the session is of a sign-in that this client, too, could have asked for: with a code where the pool's functions ask
    /// for one, and with the second factor that the user is asked for by now.
    pub fn satisfies(&self, pool: &PoolRecord, client: &ClientRecord, is_custom: bool) -> bool {
        let session = &self.session.value;
        if let Some(provider) = &session.provider {
            // Second factors are the provider's business.
            return session.had_code || !flow::asks_code_after(pool, client.id(), &provider.name);
        }
        let mut proven = session.proven.iter();
        let had_factor = proven.any(|name| Factor::ALL.iter().any(|factor| factor.name() == name));
        let has_factors = match factors::due(pool, &self.user.value) {
            Due::Nothing => true,
            // In custom authentication nobody sets up a factor before the code, and Define has the last word.
            Due::SetUp(_) | Due::Impossible => had_factor || is_custom,
            Due::One(_) | Due::Choice(_) => had_factor,
        };
        let needs_code = is_custom || pool.door.is_shut_for(client.id());
        has_factors && (session.had_code || !needs_code)
    }

    /// Whether the sign-in was at a provider that the client lets people sign in by, and that its request asks for, if it does.
    /// A user who was linked to somebody at a provider, and is not any more, has not signed in by it.
    pub fn came_by(&self, client: &ClientRecord, asked: Option<&str>) -> bool {
        match &self.session.value.provider {
            None => client.is_local() && asked.is_none_or(|asked| asked == LOCAL),
            Some(provider) => {
                let mut identities = self.user.value.identities.iter();
                client.outside_providers().any(|name| *name == provider.name)
                    && asked.is_none_or(|asked| asked == provider.name)
                    && identities.any(|identity| identity.provider_id == provider.id)
            }
        }
    }

    /// Whether the sign-in is no longer ago than the client takes, and than its request says.
    pub fn is_fresh(&self, ctx: &Ctx, client: &ClientRecord, max_age: Option<i64>) -> bool {
        let age = ctx.now.seconds() - self.session.value.auth_time.seconds();
        age < seconds(client) && max_age.is_none_or(|most| most > 0 && age <= most)
    }
}
