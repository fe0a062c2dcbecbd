//! `GlobalSignOut`

use poolhouse_api::shapes;

use crate::auth::access_token;
use crate::ctx::Ctx;
use crate::error::ApiError;
use crate::ops::users::change;

/// Ends all sign-ins of the user whom the token speaks for, this one included.
///
/// # Errors
/// `NotAuthorizedException` for a token that is not good (any more).
pub async fn run(
    ctx: &Ctx,
    input: shapes::GlobalSignOutRequest,
) -> Result<shapes::GlobalSignOutResponse, ApiError> {
    let signed_in = access_token::authorize(ctx, &input.access_token.unwrap_or_default()).await?;
    change::sign_out(ctx, &signed_in.pool.value, signed_in.user, |_| ()).await?;
    Ok(shapes::GlobalSignOutResponse::default())
}
