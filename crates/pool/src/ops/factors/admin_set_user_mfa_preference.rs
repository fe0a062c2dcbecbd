//! `AdminSetUserMFAPreference`

use poolhouse_api::shapes::{AdminSetUserMFAPreferenceRequest, AdminSetUserMFAPreferenceResponse};

use super::preference::Preference;
use crate::base::error::ApiError;
use crate::request::Ctx;
use crate::users::change;

/// Switches a user's second factors on or off, and prefers one.
///
/// # Errors
/// As [`set_user_mfa_preference`](super::set_user_mfa_preference); `UserNotFoundException` `User does not exist.`;
/// `ResourceNotFoundException`.
pub async fn run(
    ctx: &Ctx,
    input: AdminSetUserMFAPreferenceRequest,
) -> Result<AdminSetUserMFAPreferenceResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let user = ctx.user(&pool, &input.username).await?;
    let asked = Preference::read(
        input.sms_mfa_settings,
        input.software_token_mfa_settings,
        input.email_mfa_settings,
        input.web_authn_mfa_settings,
    )?;
    change::change(ctx, &pool, user, |user| asked.apply(&pool, user, ctx.now)).await?;
    Ok(AdminSetUserMFAPreferenceResponse::default())
}
