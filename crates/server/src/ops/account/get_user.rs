//! `GetUser`

use poolhouse_api::shapes;

use crate::auth::{access_token, attributes};
use crate::ctx::Ctx;
use crate::error::ApiError;
use crate::ops::users::view;

/// Answers the user's own attributes, those that the app client may read.
///
/// # Errors
/// `NotAuthorizedException` for a token that is not good (any more), `UserNotFoundException` for a deleted user.
pub async fn run(ctx: &Ctx, input: shapes::GetUserRequest) -> Result<shapes::GetUserResponse, ApiError> {
    let signed_in = access_token::authorize(ctx, &input.access_token.unwrap_or_default()).await?;
    let (pool, client) = (&signed_in.pool.value, &signed_in.client.value);
    let user = &signed_in.user.value;
    Ok(shapes::GetUserResponse {
        username: Some(user.username.clone()),
        user_attributes: Some(view::attributes(user, |name| {
            attributes::readable(pool, client, name)
        })),
        ..shapes::GetUserResponse::default()
    })
}
