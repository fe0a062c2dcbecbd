//! `AdminForgetDevice`

use poolhouse_api::Nothing;
use poolhouse_api::shapes::AdminForgetDeviceRequest;

use super::reach;
use crate::base::error::ApiError;
use crate::request::Ctx;
use crate::users::devices;

/// Forgets a device of a user, and ends the sign-ins on it.
///
/// # Errors
/// `ResourceNotFoundException` for the pool, and `Device does not exist.`; `UserNotFoundException` `User does not exist.`;
/// `InvalidUserPoolConfigurationException`.
pub async fn run(ctx: &Ctx, input: AdminForgetDeviceRequest) -> Result<Nothing, ApiError> {
    let (pool, user) = reach::by_name(ctx, &input.user_pool_id, &input.username).await?;
    devices::forget(ctx, pool.id(), &user.sub, &input.device_key, None).await?;
    Ok(Nothing)
}
