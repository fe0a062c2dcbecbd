//! `AdminUpdateDeviceStatus`

use poolhouse_api::shapes::{
    AdminUpdateDeviceStatusRequest, AdminUpdateDeviceStatusResponse, DeviceRememberedStatusType,
};

use super::reach;
use crate::base::error::ApiError;
use crate::request::Ctx;
use crate::users::devices;

/// Says whether a device of a user is remembered. Without a status nothing changes.
///
/// # Errors
/// `ResourceNotFoundException` for the pool, and `Device does not exist.`; `UserNotFoundException` `User does not exist.`;
/// `InvalidUserPoolConfigurationException`.
pub async fn run(
    ctx: &Ctx,
    input: AdminUpdateDeviceStatusRequest,
) -> Result<AdminUpdateDeviceStatusResponse, ApiError> {
    let (pool, user) = reach::by_name(ctx, &input.user_pool_id, &input.username).await?;
    devices::find(ctx, pool.id(), &user.sub, &input.device_key).await?;
    if let Some(status) = input.device_remembered_status {
        let is_remembered = status == DeviceRememberedStatusType::Remembered;
        devices::set_remembered(ctx, pool.id(), &user.sub, &input.device_key, is_remembered).await?;
    }
    Ok(AdminUpdateDeviceStatusResponse::default())
}
