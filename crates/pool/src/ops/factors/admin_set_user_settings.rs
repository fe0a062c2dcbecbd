//! `AdminSetUserSettings`

use poolhouse_api::shapes::{AdminSetUserSettingsRequest, AdminSetUserSettingsResponse};

use super::preference;
use crate::base::error::ApiError;
use crate::request::Ctx;
use crate::users::change;

/// Switches codes by SMS on or off for a user, the way that was there before `AdminSetUserMFAPreference`.
///
/// # Errors
/// As [`admin_set_user_mfa_preference`](super::admin_set_user_mfa_preference).
pub async fn run(
    ctx: &Ctx,
    input: AdminSetUserSettingsRequest,
) -> Result<AdminSetUserSettingsResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let user = ctx.user(&pool, &input.username).await?;
    let options = input.mfa_options;
    change::change(ctx, &pool, user, |user| {
        preference::apply_options(&pool, user, &options, ctx.now)
    })
    .await?;
    Ok(AdminSetUserSettingsResponse::default())
}
