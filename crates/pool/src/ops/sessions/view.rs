//! Sessions as answers show them.

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{SessionDescriptionType, SessionLocationType, SessionTypeType};

use crate::auth::tracking;
use crate::base::error::ApiError;
use crate::ops::paging::Listing;
use crate::records::{PoolRecord, UserRecord, UserSession};
use crate::request::Ctx;

/// The sessions of a user, those used last first; `current` is the family of the token that asks. A user has a hundred at
/// most, which is one page.
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
    let sessions = tracking::live(ctx, pool, user).await?;
    Ok(sessions
        .iter()
        .map(|session| described(ctx, session, current))
        .collect())
}

/// This server knows no places of addresses, and says so.
fn described(ctx: &Ctx, session: &UserSession, current: Option<&str>) -> SessionDescriptionType {
    SessionDescriptionType {
        session_id: Some(tracking::id(ctx.platform(), session)),
        session_type: Some(SessionTypeType::Token),
        client_id: Some(session.client_id.clone()),
        create_date: Some(session.created.timestamp()),
        last_active_date: Some(session.active.timestamp()),
        device_type: session.device.clone(),
        last_ip_address: session.address.map(|address| address.to_string()),
        last_location: Some(SessionLocationType {
            city: None,
            country: Some("unknown".to_owned()),
        }),
        origin_session_id: None,
        is_current_session: Some(current == Some(session.origin_jti.as_str())),
    }
}

/// The session of this name, if it is one of the user's that has not ended.
///
/// # Errors
/// `ResourceNotFoundException`
pub async fn find(
    ctx: &Ctx,
    pool: &PoolRecord,
    user: &UserRecord,
    id: &str,
) -> Result<UserSession, ApiError> {
    let sessions = tracking::live(ctx, pool, user).await?;
    let found = sessions
        .into_iter()
        .find(|session| tracking::id(ctx.platform(), session) == id);
    found.ok_or_else(|| ApiError::new(ErrorCode::ResourceNotFoundException, "Session not found."))
}
