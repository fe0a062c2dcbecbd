//! That a browser is signed in, and when another client may go by it.

use poolhouse_api::shapes::UserStatusType;
use poolhouse_confirm::mask_address;
use poolhouse_store::{Batch, Expect, Scan};

use super::{flow, handle};
use crate::auth::ending::Ended;
use crate::auth::subject::check_enabled;
use crate::auth::tracking;
use crate::base::error::ApiError;
use crate::records::client::LOCAL;
use crate::records::document::decode;
use crate::records::{
    BrowserSession, ClientRecord, Factor, Key, PageFlow, PoolRecord, RecordBatch, Stored, UserRecord,
};
use crate::request::Ctx;
use crate::users::factor_message::mask_number;
use crate::users::factors::{self, Due};

/// How long a browser is signed in, for a client that does not say, in minutes: from the sign-in on, however often that is used.
/// The service's own.
const MINUTES: i64 = 60;

/// Rows of a user's sessions that are looked at: more than anybody's browsers.
const MOST: usize = 500;

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

/// The session that a sign-in at this client ends in, which lasts so many seconds for it. Other clients may go by it for an hour.
pub fn session_of(ctx: &Ctx, ended: &Ended, (client_id, lasts): (&str, i64)) -> BrowserSession {
    BrowserSession {
        epoch: ended.epoch,
        auth_time: ended.auth_time,
        had_code: ended.had_code,
        proven: ended.proven.clone(),
        first: ended.first.map(|first| first.challenge().as_str().to_owned()),
        event_id: ended.event_id.clone(),
        provider: None,
        at_provider: None,
        ends: ctx.now.plus_seconds(lasts.max(MINUTES * 60)),
        client_id: Some(client_id.to_owned()),
        device: ctx.asker.as_facts().device(),
        address: ctx.asker.address,
        replaces: None,
        is_replaced: false,
    }
}

/// Where the session of a handle lies; `None` for what no handle can be.
pub fn key_of(ctx: &Ctx, pool_id: &str, handle: &str) -> Option<(String, Key<BrowserSession>)> {
    let (sub, secret) = handle.split_once(SUB_ENDS)?;
    let is_id = sub.len() == 36 && sub.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let digest = handle::digest(ctx, KIND, secret).filter(|_| is_id)?;
    Some((sub.to_owned(), BrowserSession::key(pool_id, sub, &digest)))
}

/// The end of the session of a handle, whether it is there or not, and of what is left of the one that the browser had before it.
pub fn ends(ctx: &Ctx, pool_id: &str, (handle, found): (&str, Option<&SignedIn>)) -> Batch {
    let Some((sub, key)) = key_of(ctx, pool_id, handle) else {
        return Batch::new();
    };
    let batch = Batch::new().delete(key, Expect::Any);
    match found.and_then(|found| found.session.value.replaces.as_deref()) {
        Some(digest) => batch.delete(BrowserSession::key(pool_id, &sub, digest), Expect::Any),
        None => batch,
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
    Ok(is_good(ctx, &user.value, &session.value).then_some(SignedIn { user, session }))
}

/// Whether a session is worth anything still, to a user who may sign in.
fn is_good(ctx: &Ctx, user: &UserRecord, session: &BrowserSession) -> bool {
    check_enabled(user).is_ok()
        && user.status != UserStatusType::ResetRequired
        && user.status != UserStatusType::Unconfirmed
        && session.epoch == user.epoch
        && !user.signed_out_since(session.auth_time.seconds())
        && !session.is_replaced
        && ctx.now < session.ends
}

/// The browsers in which a user is signed in, the newest first.
///
/// # Errors
/// When the store fails.
pub async fn live(
    ctx: &Ctx,
    pool: &PoolRecord,
    user: &UserRecord,
) -> Result<Vec<Stored<BrowserSession>>, ApiError> {
    let scan = Scan::prefix(BrowserSession::prefix(pool.id(), &user.sub), MOST);
    let mut live = Vec::new();
    for row in ctx.platform().scan(scan).await? {
        let session: Stored<BrowserSession> = decode(row)?;
        if is_good(ctx, user, &session.value) {
            live.push(session);
        }
    }
    live.sort_by_key(|session| std::cmp::Reverse(session.value.auth_time));
    Ok(live)
}

/// The name of a session, which tells nothing of its handle: `sso` and 25 characters.
pub fn id(ctx: &Ctx, key: &str) -> String {
    let digest = BrowserSession::digest_in(key);
    tracking::named(ctx.platform(), "sso", digest)
}

impl SignedIn {
    /// As much of the user's address or name as tells that user who is meant.
    pub fn known_as(&self) -> String {
        let user = &self.user.value;
        match user.attribute("email") {
            Some(address) => mask_address(address),
            None => match user.attribute("phone_number") {
                Some(number) => mask_number(number),
                None => user.username.clone(),
            },
        }
    }

    /// Whether the session is of a sign-in that this client, too, could have asked for: with a code where the pool's functions ask
    /// for one, with the second factor that the user is asked for by now, and without a password only where people choose.
    pub fn satisfies(&self, pool: &PoolRecord, client: &ClientRecord, flow: PageFlow) -> bool {
        let session = &self.session.value;
        if let Some(provider) = &session.provider {
            // Second factors are the provider's business.
            return session.had_code || !flow::asks_code_after(pool, client.id(), &provider.name);
        }
        let is_custom = flow == PageFlow::Custom;
        let mut proven = session.proven.iter();
        // A code that the sign-in began with is no second factor of it.
        let had_factor = session.first.is_none()
            && proven.any(|name| Factor::ALL.iter().any(|factor| factor.name() == name));
        let has_factors = match factors::due(pool, &self.user.value) {
            Due::Nothing => true,
            // In custom authentication nobody sets up a factor before the code, and Define has the last word.
            Due::SetUp(_) | Due::Impossible => had_factor || is_custom,
            Due::One(_) | Due::Choice(_) => had_factor,
        };
        let needs_code = is_custom || pool.door.is_shut_for(client.id());
        let may_lack_password = flow == PageFlow::Choice;
        has_factors && (session.had_code || !needs_code) && (session.first.is_none() || may_lack_password)
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
