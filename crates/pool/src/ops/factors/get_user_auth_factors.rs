//! `GetUserAuthFactors`

use poolhouse_api::shapes::{GetUserAuthFactorsRequest, GetUserAuthFactorsResponse};

use super::view::{self, Shown};
use crate::auth::access_token;
use crate::base::error::ApiError;
use crate::request::Ctx;

/// Answers what the user can sign in with, and what it is asked for after the password.
///
/// # Errors
/// `NotAuthorizedException` for a token that is not good (any more), `UserNotFoundException` for a deleted user.
pub async fn run(
    ctx: &Ctx,
    input: GetUserAuthFactorsRequest,
) -> Result<GetUserAuthFactorsResponse, ApiError> {
    let signed_in = access_token::authorize(ctx, &input.access_token).await?;
    let (pool, user) = (&signed_in.pool.value, signed_in.user.value);
    let shown = Shown::of(&user);
    Ok(GetUserAuthFactorsResponse {
        configured_user_auth_factors: Some(view::configured(pool, &user)),
        preferred_mfa_setting: shown.preferred,
        user_mfa_setting_list: shown.enabled,
        username: user.username,
    })
}
