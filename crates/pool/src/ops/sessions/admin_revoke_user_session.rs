//! `AdminRevokeUserSession`

use poolhouse_api::shapes;

use super::view;
use crate::base::error::ApiError;
use crate::request::Ctx;

/// Ends one session of a user: the refresh and access tokens of a family, or a browser's session, and with `LINKED` the tokens that came of
/// that.
///
/// # Errors
/// `ResourceNotFoundException` for the pool, or a session that is not there or somebody else's; `UserNotFoundException`
/// `User does not exist.`
pub async fn run(
    ctx: &Ctx,
    input: shapes::AdminRevokeUserSessionRequest,
) -> Result<shapes::AdminRevokeUserSessionResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let user = ctx.user(&pool, &input.username).await?.value;
    let session = view::find(ctx, &pool, &user, &input.session_id).await?;
    session
        .end(ctx, &pool, &user, input.revoke_associated_sessions)
        .await?;
    Ok(shapes::AdminRevokeUserSessionResponse::default())
}
