//! `RevokeUserSession`

use poolhouse_api::shapes;

use super::view;
use crate::auth::{access_token, tracking};
use crate::base::error::ApiError;
use crate::request::Ctx;

/// Ends another session of the user whom the token speaks for: its refresh and access tokens. `RevokeAssociatedSessions`
/// adds nothing, for there are no browser sessions that others could come of.
///
/// # Errors
/// `NotAuthorizedException` for a token that is not good (any more); `InvalidParameterException` for the session of the
/// token; `ResourceNotFoundException` for one that is not there or somebody else's.
pub async fn run(
    ctx: &Ctx,
    input: shapes::RevokeUserSessionRequest,
) -> Result<shapes::RevokeUserSessionResponse, ApiError> {
    let signed_in = access_token::authorize(ctx, &input.access_token).await?;
    let (pool, user) = (&signed_in.pool.value, &signed_in.user.value);
    let session = view::find(ctx, pool, user, &input.session_id).await?;
    if signed_in.family() == Some(session.origin_jti.as_str()) {
        return Err(ApiError::invalid_parameter(
            "You can't revoke the current session.",
        ));
    }
    tracking::end(ctx, pool.id(), &user.sub, &session.origin_jti).await?;
    Ok(shapes::RevokeUserSessionResponse::default())
}
