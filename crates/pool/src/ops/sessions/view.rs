//! Sessions as answers show them.

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{
    RevokeAssociatedSessionsType, SessionDescriptionType, SessionLocationType, SessionTypeType,
};
use poolhouse_store::{Batch, Expect};

use crate::auth::tracking::{self, Live};
use crate::base::error::ApiError;
use crate::oauth::browser;
use crate::ops::paging::Listing;
use crate::records::{BrowserSession, PoolRecord, Stored, UserRecord};
use crate::request::Ctx;

/// The sessions of a user: families of tokens, those used last first, then browsers, those signed in last first; `current` is the family of
/// the token that asks. A user has a hundred families at most, which is one page.
///
/// # Errors
/// `InvalidParameterException` for a token, for these lists give none.
pub async fn all(
    ctx: &Ctx,
    operation: &str,
    next_token: Option<&str>,
    pool: &PoolRecord,
    user: &UserRecord,
    current: Option<&str>,
) -> Result<Vec<SessionDescriptionType>, ApiError> {
    let listing = Listing {
        operation,
        subject: &user.sub,
    };
    listing.after(&ctx.request_id, next_token)?;
    let families = tracking::live(ctx, pool, user).await?;
    let browsers = browsers(ctx, pool, user).await?;
    let families = families.iter().map(|live| of_tokens(ctx, live, current));
    Ok(families
        .chain(browsers.iter().map(|session| of_browser(ctx, session)))
        .collect())
}

/// The browsers in which the user is signed in, in a pool that keeps track.
async fn browsers(
    ctx: &Ctx,
    pool: &PoolRecord,
    user: &UserRecord,
) -> Result<Vec<Stored<BrowserSession>>, ApiError> {
    match pool.sessions.is_tracked {
        true => browser::live(ctx, pool, user).await,
        false => Ok(Vec::new()),
    }
}

fn of_tokens(ctx: &Ctx, live: &Live, current: Option<&str>) -> SessionDescriptionType {
    let session = &live.session;
    SessionDescriptionType {
        session_id: Some(tracking::id(ctx.platform(), session)),
        session_type: Some(SessionTypeType::Token),
        client_id: Some(session.client_id.clone()),
        create_date: Some(session.created.timestamp()),
        last_active_date: Some(session.active.timestamp()),
        device_type: session.device.clone(),
        last_ip_address: session.address.map(|address| address.to_string()),
        last_location: Some(nowhere()),
        origin_session_id: live.browser.as_deref().map(|key| browser::id(ctx, key)),
        is_current_session: Some(current == Some(session.origin_jti.as_str())),
    }
}

/// Of a browser's session it is known when it began, and not when it was last used: single sign-on writes nothing.
fn of_browser(ctx: &Ctx, session: &Stored<BrowserSession>) -> SessionDescriptionType {
    let began = session.value.auth_time.timestamp();
    SessionDescriptionType {
        session_id: Some(browser::id(ctx, &session.key)),
        session_type: Some(SessionTypeType::Sso),
        client_id: session.value.client_id.clone(),
        create_date: Some(began),
        last_active_date: Some(began),
        device_type: session.value.device.clone(),
        last_ip_address: session.value.address.map(|address| address.to_string()),
        last_location: Some(nowhere()),
        origin_session_id: None,
        is_current_session: Some(false),
    }
}

/// This server knows no places of addresses, and says so.
fn nowhere() -> SessionLocationType {
    SessionLocationType {
        city: None,
        country: Some("unknown".to_owned()),
    }
}

/// A session of a user's that has not ended.
pub enum Found {
    /// A family of tokens.
    Tokens(Live),
    /// A browser that is signed in.
    Browser(Stored<BrowserSession>),
}

/// The session of this name, if it is one of the user's that has not ended.
///
/// # Errors
/// `ResourceNotFoundException`
pub async fn find(ctx: &Ctx, pool: &PoolRecord, user: &UserRecord, id: &str) -> Result<Found, ApiError> {
    let families = tracking::live(ctx, pool, user).await?;
    let family = families
        .into_iter()
        .find(|live| tracking::id(ctx.platform(), &live.session) == id);
    if let Some(family) = family {
        return Ok(Found::Tokens(family));
    }
    let browsers = browsers(ctx, pool, user).await?;
    let found = browsers
        .into_iter()
        .find(|session| browser::id(ctx, &session.key) == id);
    let found = found.map(Found::Browser);
    found.ok_or_else(|| ApiError::new(ErrorCode::ResourceNotFoundException, "Session not found."))
}

impl Found {
    /// Ends it. Of a browser's, the tokens that came of it end with it where that is asked for; no code that it has given is good for
    /// any more.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn end(
        self,
        ctx: &Ctx,
        pool: &PoolRecord,
        user: &UserRecord,
        linked: Option<RevokeAssociatedSessionsType>,
    ) -> Result<(), ApiError> {
        let session = match self {
            Found::Tokens(live) => {
                return tracking::end(ctx, pool.id(), &user.sub, &live.session.origin_jti).await;
            }
            Found::Browser(session) => session,
        };
        // First the browser's, which new tokens depend on.
        let batch = Batch::new().delete(session.key.clone(), Expect::Any);
        ctx.platform().commit(batch).await?;
        if linked != Some(RevokeAssociatedSessionsType::Linked) {
            return Ok(());
        }
        for live in tracking::live(ctx, pool, user).await? {
            if live.browser.as_deref() == Some(session.key.as_str()) {
                tracking::end(ctx, pool.id(), &user.sub, &live.session.origin_jti).await?;
            }
        }
        Ok(())
    }
}
