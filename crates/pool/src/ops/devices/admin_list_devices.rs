//! `AdminListDevices`

use poolhouse_api::shapes::{AdminListDevicesRequest, AdminListDevicesResponse};

use super::reach;
use super::view::{self, For};
use crate::base::error::ApiError;
use crate::request::Ctx;

/// Answers the devices of a user, the newest first.
///
/// # Errors
/// `ResourceNotFoundException` for the pool; `UserNotFoundException` `User does not exist.`;
/// `InvalidUserPoolConfigurationException`; `InvalidParameterException` for a pagination token that is none of this list's.
pub async fn run(ctx: &Ctx, input: AdminListDevicesRequest) -> Result<AdminListDevicesResponse, ApiError> {
    let (pool, user) = reach::by_name(ctx, &input.user_pool_id, &input.username).await?;
    let token = input.pagination_token.as_deref();
    let page = view::page(
        ctx,
        "AdminListDevices",
        (&pool, &user),
        input.limit,
        token,
        For::Administrator,
    );
    let (devices, next) = page.await?;
    Ok(AdminListDevicesResponse {
        devices: Some(devices),
        pagination_token: next,
    })
}
