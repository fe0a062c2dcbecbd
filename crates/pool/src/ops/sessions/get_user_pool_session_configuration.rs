//! `GetUserPoolSessionConfiguration`

use poolhouse_api::shapes::{self, UserPoolTokenSessionConfigType, UserSessionTrackingType};

use crate::base::error::ApiError;
use crate::request::Ctx;

/// Answers whether a pool keeps track of sessions, and how many a user can have.
///
/// # Errors
/// `ResourceNotFoundException`
pub async fn run(
    ctx: &Ctx,
    input: shapes::GetUserPoolSessionConfigurationRequest,
) -> Result<shapes::GetUserPoolSessionConfigurationResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let tracking = if pool.sessions.is_tracked {
        UserSessionTrackingType::Enabled
    } else {
        UserSessionTrackingType::Disabled
    };
    Ok(shapes::GetUserPoolSessionConfigurationResponse {
        user_pool_id: Some(pool.id().to_owned()),
        user_session_tracking: Some(tracking),
        token_session: Some(UserPoolTokenSessionConfigType {
            max_per_user: i64::try_from(pool.sessions.most).unwrap_or(i64::MAX),
        }),
    })
}
