//! `ListDevices`

use poolhouse_api::shapes::{ListDevicesRequest, ListDevicesResponse};

use super::reach;
use super::view::{self, For};
use crate::base::error::ApiError;
use crate::request::Ctx;

/// Answers the devices of the user whom the token speaks for, the newest first.
///
/// # Errors
/// `NotAuthorizedException` for a token that is not good (any more); `InvalidUserPoolConfigurationException`;
/// `InvalidParameterException` for a pagination token that is none of this list's.
pub async fn run(ctx: &Ctx, input: ListDevicesRequest) -> Result<ListDevicesResponse, ApiError> {
    let signed_in = reach::by_token(ctx, Some(&input.access_token)).await?;
    let whose = (&*signed_in.pool.value, &signed_in.user.value);
    let token = input.pagination_token.as_deref();
    let (devices, next) = view::page(ctx, "ListDevices", whose, input.limit, token, For::User).await?;
    Ok(ListDevicesResponse {
        devices: Some(devices),
        pagination_token: next,
    })
}
