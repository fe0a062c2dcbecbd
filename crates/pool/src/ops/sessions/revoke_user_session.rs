//! `RevokeUserSession`

use poolhouse_api::shapes;

use super::view::{self, Found};
use crate::auth::access_token;
use crate::base::error::ApiError;
use crate::request::Ctx;

/// Ends another session of the user whom the token speaks for: the refresh and access tokens of a family, or a browser's session, and with
/// `LINKED` the tokens that came of that.
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
    if let Found::Tokens(live) = &session
        && signed_in.family() == Some(live.session.origin_jti.as_str())
    {
        return Err(ApiError::invalid_parameter(
            "You can't revoke the current session.",
        ));
    }
    session
        .end(ctx, pool, user, input.revoke_associated_sessions)
        .await?;
    Ok(shapes::RevokeUserSessionResponse::default())
}
