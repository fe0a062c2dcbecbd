//! `SetUserMFAPreference`

use poolhouse_api::shapes::{SetUserMFAPreferenceRequest, SetUserMFAPreferenceResponse};

use super::preference::Preference;
use crate::auth::{access_token, recent};
use crate::base::error::ApiError;
use crate::request::Ctx;
use crate::users::change;

/// Switches the user's own second factors on or off, and prefers one. Tokens stay good, and no mail is sent.
///
/// # Errors
/// `NotAuthorizedException` for a token that is not good, or from a sign-in too long ago for the pool;
/// `InvalidParameterException` `User does not have delivery config set to turn on <factor>`, and as [`Preference::read`].
pub async fn run(
    ctx: &Ctx,
    input: SetUserMFAPreferenceRequest,
) -> Result<SetUserMFAPreferenceResponse, ApiError> {
    let signed_in = access_token::authorize(ctx, &input.access_token).await?;
    let asked = Preference::read(
        input.sms_mfa_settings,
        input.software_token_mfa_settings,
        input.email_mfa_settings,
        input.web_authn_mfa_settings,
    )?;
    recent::check_factors(ctx, &signed_in)?;
    let pool = &*signed_in.pool.value;
    change::change(ctx, pool, signed_in.user, |user| asked.apply(pool, user, ctx.now)).await?;
    Ok(SetUserMFAPreferenceResponse::default())
}
