//! `GetDevice`

use poolhouse_api::shapes::{GetDeviceRequest, GetDeviceResponse};

use super::reach;
use super::view::{self, For};
use crate::base::error::ApiError;
use crate::request::Ctx;
use crate::users::devices;

/// Answers a device of the user whom the token speaks for.
///
/// # Errors
/// `ResourceNotFoundException` `Device does not exist.`; `NotAuthorizedException` for a token that is not good (any more);
/// `InvalidUserPoolConfigurationException`.
pub async fn run(ctx: &Ctx, input: GetDeviceRequest) -> Result<GetDeviceResponse, ApiError> {
    let signed_in = reach::by_token(ctx, input.access_token.as_deref()).await?;
    let (pool, user) = (&*signed_in.pool.value, &signed_in.user.value);
    let device = devices::find(ctx, pool.id(), &user.sub, &input.device_key).await?;
    Ok(GetDeviceResponse {
        device: view::described(pool, user, &device.value, For::User),
    })
}
