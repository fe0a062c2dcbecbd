//! `DeleteUser`

use poolhouse_api::{Nothing, shapes};

use crate::auth::access_token;
use crate::ctx::Ctx;
use crate::error::ApiError;
use crate::ops::users::change;

/// Deletes the user whom the token speaks for.
///
/// # Errors
/// `NotAuthorizedException` for a token that is not good, `UserNotFoundException` for a user deleted already.
pub async fn run(ctx: &Ctx, input: shapes::DeleteUserRequest) -> Result<Nothing, ApiError> {
    let signed_in = access_token::authorize(ctx, &input.access_token.unwrap_or_default()).await?;
    change::delete(ctx, &signed_in.pool.value, signed_in.user).await?;
    Ok(Nothing)
}
