//! `UpdateDeviceStatus`

use poolhouse_api::shapes::{
    DeviceRememberedStatusType, UpdateDeviceStatusRequest, UpdateDeviceStatusResponse,
};

use super::reach;
use crate::auth::recent;
use crate::base::error::ApiError;
use crate::request::Ctx;
use crate::users::devices;

/// Says whether a device of the user whom the token speaks for is remembered. Without a status nothing changes.
///
/// # Errors
/// `ResourceNotFoundException` `Device does not exist.`; `NotAuthorizedException` for a token that is not good (any more), or too
/// old to have a device remembered in this pool; `InvalidUserPoolConfigurationException`.
pub async fn run(
    ctx: &Ctx,
    input: UpdateDeviceStatusRequest,
) -> Result<UpdateDeviceStatusResponse, ApiError> {
    let signed_in = reach::by_token(ctx, Some(&input.access_token)).await?;
    let (pool_id, sub) = (signed_in.pool.value.id(), &signed_in.user.value.sub);
    devices::find(ctx, pool_id, sub, &input.device_key).await?;
    if let Some(status) = input.device_remembered_status {
        let is_remembered = status == DeviceRememberedStatusType::Remembered;
        if is_remembered {
            recent::check_factors(ctx, &signed_in)?;
        }
        devices::set_remembered(ctx, pool_id, sub, &input.device_key, is_remembered).await?;
    }
    Ok(UpdateDeviceStatusResponse::default())
}
