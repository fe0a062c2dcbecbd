//! `AdminGetDevice`

use poolhouse_api::shapes::{AdminGetDeviceRequest, AdminGetDeviceResponse};

use super::reach;
use super::view::{self, For};
use crate::base::error::ApiError;
use crate::request::Ctx;
use crate::users::devices;

/// Answers a device of a user.
///
/// # Errors
/// `ResourceNotFoundException` for the pool, and `Device does not exist.`; `UserNotFoundException` `User does not exist.`;
/// `InvalidUserPoolConfigurationException`.
pub async fn run(ctx: &Ctx, input: AdminGetDeviceRequest) -> Result<AdminGetDeviceResponse, ApiError> {
    let (pool, user) = reach::by_name(ctx, &input.user_pool_id, &input.username).await?;
    let device = devices::find(ctx, pool.id(), &user.sub, &input.device_key).await?;
    Ok(AdminGetDeviceResponse {
        device: view::described(&pool, &user, &device.value, For::Administrator),
    })
}
