//! `ForgetDevice`

use poolhouse_api::Nothing;
use poolhouse_api::shapes::ForgetDeviceRequest;

use super::reach;
use crate::base::error::ApiError;
use crate::request::Ctx;
use crate::users::devices;

/// Forgets a device of the user whom the token speaks for, and ends the sign-ins on it. Where that is the device of the token,
/// this token lives on to its end and is not renewed.
///
/// # Errors
/// `ResourceNotFoundException` `Device does not exist.`; `NotAuthorizedException` for a token that is not good (any more);
/// `InvalidUserPoolConfigurationException`.
pub async fn run(ctx: &Ctx, input: ForgetDeviceRequest) -> Result<Nothing, ApiError> {
    let signed_in = reach::by_token(ctx, input.access_token.as_deref()).await?;
    let (pool_id, sub) = (signed_in.pool.value.id(), &signed_in.user.value.sub);
    devices::forget(ctx, pool_id, sub, &input.device_key, Some(&signed_in.family)).await?;
    Ok(Nothing)
}
