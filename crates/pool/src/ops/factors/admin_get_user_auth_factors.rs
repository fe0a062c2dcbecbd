//! `AdminGetUserAuthFactors`

use poolhouse_api::shapes::{AdminGetUserAuthFactorsRequest, AdminGetUserAuthFactorsResponse};

use super::view::{self, Shown};
use crate::base::error::ApiError;
use crate::request::Ctx;

/// Answers what a user can sign in with, and what it is asked for after the password.
///
/// # Errors
/// `ResourceNotFoundException`, `UserNotFoundException` `User does not exist.`
pub async fn run(
    ctx: &Ctx,
    input: AdminGetUserAuthFactorsRequest,
) -> Result<AdminGetUserAuthFactorsResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?;
    let user = ctx.user(&pool.value, &input.username).await?.value;
    let shown = Shown::of(&user);
    Ok(AdminGetUserAuthFactorsResponse {
        configured_user_auth_factors: Some(view::configured(&pool.value, &user)),
        preferred_mfa_setting: shown.preferred,
        user_mfa_setting_list: shown.enabled,
        username: user.username,
    })
}
