//! `SetUserSettings`

use poolhouse_api::shapes::{SetUserSettingsRequest, SetUserSettingsResponse};

use super::preference;
use crate::auth::{access_token, recent};
use crate::base::error::ApiError;
use crate::request::Ctx;
use crate::users::change;

/// Switches codes by SMS on or off for the user itself, the way that was there before `SetUserMFAPreference`.
///
/// # Errors
/// As [`set_user_mfa_preference`](super::set_user_mfa_preference).
pub async fn run(ctx: &Ctx, input: SetUserSettingsRequest) -> Result<SetUserSettingsResponse, ApiError> {
    let signed_in = access_token::authorize(ctx, &input.access_token).await?;
    recent::check_factors(ctx, &signed_in)?;
    let (pool, options) = (&*signed_in.pool.value, input.mfa_options);
    change::change(ctx, pool, signed_in.user, |user| {
        preference::apply_options(pool, user, &options, ctx.now)
    })
    .await?;
    Ok(SetUserSettingsResponse::default())
}
