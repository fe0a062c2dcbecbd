//! Whose devices an operation is about: the user of an access token, or one whom an administrator names.

use std::sync::Arc;

use crate::auth::access_token::{self, SignedIn};
use crate::base::error::ApiError;
use crate::records::{PoolRecord, UserRecord};
use crate::request::Ctx;
use crate::users::devices;

/// The user whom an access token speaks for, in a pool that tracks devices. The model does not require the token everywhere.
///
/// # Errors
/// `InvalidParameterException` without a token; `NotAuthorizedException` for one that is not good (any more);
/// `InvalidUserPoolConfigurationException`.
pub async fn by_token(ctx: &Ctx, token: Option<&str>) -> Result<SignedIn, ApiError> {
    let token = token.ok_or_else(|| ApiError::missing_parameter("AccessToken"))?;
    let signed_in = access_token::authorize(ctx, token).await?;
    devices::check_tracked(&signed_in.pool.value)?;
    Ok(signed_in)
}

/// The user of a pool that tracks devices.
///
/// # Errors
/// `ResourceNotFoundException` for the pool; `InvalidUserPoolConfigurationException`; `UserNotFoundException`
/// `User does not exist.`
pub async fn by_name(
    ctx: &Ctx,
    pool_id: &str,
    name: &str,
) -> Result<(Arc<PoolRecord>, UserRecord), ApiError> {
    let pool = ctx.pool(pool_id).await?.value;
    devices::check_tracked(&pool)?;
    let user = ctx.user(&pool, name).await?.value;
    Ok((pool, user))
}
