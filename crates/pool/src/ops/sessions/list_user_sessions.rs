//! `ListUserSessions`

use poolhouse_api::shapes;

use super::view;
use crate::auth::access_token;
use crate::base::error::ApiError;
use crate::request::Ctx;

/// Answers where the user is signed in whom the token speaks for. In a pool that does not keep track, nowhere.
///
/// # Errors
/// `NotAuthorizedException` for a token that is not good (any more); `InvalidParameterException` for a `NextToken`.
pub async fn run(
    ctx: &Ctx,
    input: shapes::ListUserSessionsRequest,
) -> Result<shapes::ListUserSessionsResponse, ApiError> {
    let signed_in = access_token::authorize(ctx, &input.access_token).await?;
    let (pool, user) = (&signed_in.pool.value, &signed_in.user.value);
    let sessions = view::all(
        ctx,
        "ListUserSessions",
        input.next_token.as_deref(),
        pool,
        user,
        signed_in.family(),
    );
    Ok(shapes::ListUserSessionsResponse {
        sessions: Some(sessions.await?),
        next_token: None,
    })
}
