//! Keeping track of where a user is signed in, in a pool that asks for it.
//!
//! A session is a family of tokens. It is noted in the commit that makes the family, which also ends the session that is
//! one too many: whoever signs in at the same moment is noted beside it, or ends it.

use poolhouse_store::{Batch, CommitError, Expect};

use crate::base::error::ApiError;
use crate::base::platform::Platform;
use crate::records::{
    Key, PoolRecord, RecordBatch, RefreshRecord, Stored, UserRecord, UserSession, UserSessions, load,
};
use crate::request::Ctx;

/// How old a moment of use may be before a refresh notes another: a refresh is not to write for nothing.
const COARSE_SECONDS: i64 = 60;

/// The note of a session that begins.
pub struct Tracking {
    pool_id: String,
    sub: String,
    most: usize,
    session: UserSession,
    before: Option<Stored<UserSessions>>,
}

impl Tracking {
    /// Of the family that a sign-in ends with, if its pool keeps track.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn of(
        ctx: &Ctx,
        pool: &PoolRecord,
        sub: &str,
        origin_jti: &str,
        family: &RefreshRecord,
    ) -> Result<Option<Tracking>, ApiError> {
        if !pool.sessions.is_tracked {
            return Ok(None);
        }
        Ok(Some(Tracking {
            pool_id: pool.id().to_owned(),
            sub: sub.to_owned(),
            most: pool.sessions.most,
            session: UserSession {
                origin_jti: origin_jti.to_owned(),
                client_id: family.client_id.clone(),
                created: ctx.now,
                active: ctx.now,
                expires: family.expires,
                device: ctx.asker.as_facts().device(),
                address: ctx.asker.address,
            },
            before: ctx.load(&UserSessions::key(pool.id(), sub)).await?,
        }))
    }

    /// The note, and the end of what is one too many.
    pub fn batch(&self, ctx: &Ctx) -> Batch {
        let before = self.before.as_ref().map(|before| before.value.clone());
        let (noted, evicted) = before
            .unwrap_or_default()
            .with(self.session.clone(), self.most, ctx.now);
        let expect = self.before.as_ref().map_or(Expect::Absent, Stored::unchanged);
        let batch = Batch::new().record(self.key(), expect, &noted);
        evicted.iter().fold(batch, |batch, gone| {
            let family = RefreshRecord::key(&self.pool_id, &self.sub, &gone.origin_jti);
            batch.delete(family, Expect::Any)
        })
    }

    /// After a conflict at `key`: whether another session of the user's was noted, or ended.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn lost_race(&mut self, ctx: &Ctx, key: &str) -> Result<bool, ApiError> {
        if key != self.key().as_str() {
            return Ok(false);
        }
        self.before = load(ctx.platform(), &self.key()).await?;
        Ok(true)
    }

    fn key(&self) -> Key<UserSessions> {
        UserSessions::key(&self.pool_id, &self.sub)
    }
}

/// Notes that tokens were given for a session, if that is not known to the minute. The tokens are good whether or not this
/// succeeds, so a fault is told to the log.
pub async fn used(ctx: &Ctx, pool: &PoolRecord, sub: &str, origin_jti: &str) {
    if pool.sessions.is_tracked
        && let Err(error) = note_use(ctx, pool, sub, origin_jti).await
    {
        tracing::warn!(request_id = ctx.request_id, pool = pool.id(), %error, "the use of a session was not noted");
    }
}

async fn note_use(ctx: &Ctx, pool: &PoolRecord, sub: &str, origin_jti: &str) -> Result<(), ApiError> {
    let Some(before) = ctx.load(&UserSessions::key(pool.id(), sub)).await? else {
        return Ok(());
    };
    let mut noted = before.value.clone();
    let session = noted
        .0
        .iter_mut()
        .find(|session| session.origin_jti == origin_jti);
    let Some(session) = session else { return Ok(()) };
    let (device, address) = (ctx.asker.as_facts().device(), ctx.asker.address);
    let is_elsewhere = session.device != device || session.address != address;
    if !is_elsewhere && ctx.now < session.active.plus_seconds(COARSE_SECONDS) {
        return Ok(());
    }
    session.active = ctx.now;
    (session.device, session.address) = (device, address);
    // Whoever came first noted something newer, and what is lost in a power cut is noted again.
    let batch = Batch::new().replace(&before, &noted).deferred();
    match ctx.platform().commit(batch).await {
        Ok(_) | Err(CommitError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// A session that has not ended.
pub struct Live {
    /// What is noted of it.
    pub session: UserSession,
    /// Where the session of the browser lies that it came of, if it came of one.
    pub browser: Option<String>,
}

/// The sessions of a user that have not ended, those used last first.
///
/// # Errors
/// When the store fails.
pub async fn live(ctx: &Ctx, pool: &PoolRecord, user: &UserRecord) -> Result<Vec<Live>, ApiError> {
    if !pool.sessions.is_tracked {
        return Ok(Vec::new());
    }
    let Some(noted) = ctx.load(&UserSessions::key(pool.id(), &user.sub)).await? else {
        return Ok(Vec::new());
    };
    let mut sessions = Vec::new();
    for session in noted.value.0 {
        let family = RefreshRecord::key(pool.id(), &user.sub, &session.origin_jti);
        let family = load(ctx.platform(), &family).await?;
        let is_live = |family: &Stored<RefreshRecord>| {
            ctx.now < family.value.expires && !family.value.is_signed_out(user)
        };
        if let Some(family) = family.filter(is_live) {
            let browser = family.value.granted.and_then(|granted| granted.browser_session);
            sessions.push(Live { session, browser });
        }
    }
    sessions.sort_by_key(|live| std::cmp::Reverse((live.session.active, live.session.created)));
    Ok(sessions)
}

/// Ends the sign-in of a family: its refresh and access tokens. What is noted of it goes with it, or it would take the place
/// of one that goes on.
///
/// # Errors
/// When the store fails.
pub async fn end(ctx: &Ctx, pool_id: &str, sub: &str, origin_jti: &str) -> Result<(), ApiError> {
    const RACES: usize = 64;
    let family = Batch::new().delete(RefreshRecord::key(pool_id, sub, origin_jti), Expect::Any);
    for _ in 0..RACES {
        let noted = load(ctx.platform(), &UserSessions::key(pool_id, sub)).await?;
        let noted = noted.filter(|noted| noted.value.has(origin_jti));
        let batch = match &noted {
            Some(before) => family
                .clone()
                .replace(before, &before.value.without(|other| other == origin_jti)),
            None => family.clone(),
        };
        match ctx.platform().commit(batch).await {
            Ok(_) => return Ok(()),
            Err(CommitError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    // Whatever is noted: what is to end ends.
    ctx.platform().commit(family).await?;
    Ok(())
}

/// The name of a session, which tells nothing of its tokens: `tkn` and 25 characters.
pub fn id(platform: &Platform, session: &UserSession) -> String {
    named(platform, "tkn", &session.origin_jti)
}

/// What a session is called: its kind and 25 characters that follow from what it is known by, and do not tell it.
pub fn named(platform: &Platform, kind: &str, known_by: &str) -> String {
    const DIGITS: [u8; 36] = *b"0123456789abcdefghijklmnopqrstuvwxyz";
    let name = platform.name("session id", known_by.as_bytes());
    let mut number = name[..16]
        .iter()
        .fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    let mut digits = [0; 25];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(number % 36) as usize];
        number /= 36;
    }
    format!("{kind}{}", String::from_utf8_lossy(&digits))
}
