//! `AdminListUserSessions`

use poolhouse_api::shapes;

use super::view;
use crate::base::error::ApiError;
use crate::request::Ctx;

/// Answers where a user is signed in. In a pool that does not keep track, nowhere.
///
/// # Errors
/// `ResourceNotFoundException`, `UserNotFoundException` `User does not exist.`; `InvalidParameterException` for a
/// `NextToken`.
pub async fn run(
    ctx: &Ctx,
    input: shapes::AdminListUserSessionsRequest,
) -> Result<shapes::AdminListUserSessionsResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let user = ctx.user(&pool, &input.username).await?.value;
    let token = input.next_token.as_deref();
    let sessions = view::all(ctx, "AdminListUserSessions", token, &pool, &user, None).await?;
    Ok(shapes::AdminListUserSessionsResponse {
        sessions: Some(sessions),
        next_token: None,
    })
}
