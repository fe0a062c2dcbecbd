//! `DeleteUserAttributes`

use poolhouse_api::shapes;

use crate::auth::access_token;
use crate::auth::attributes::Change;
use crate::ctx::Ctx;
use crate::error::ApiError;
use crate::ops::users::change;

/// Deletes the user's own attributes, those that the app client may write.
///
/// # Errors
/// `NotAuthorizedException` for a token that is not good, or an attribute that the client may not write;
/// `InvalidParameterException` for what the schema does not have or does not let go.
pub async fn run(
    ctx: &Ctx,
    input: shapes::DeleteUserAttributesRequest,
) -> Result<shapes::DeleteUserAttributesResponse, ApiError> {
    let signed_in = access_token::authorize(ctx, &input.access_token.unwrap_or_default()).await?;
    let pool = &signed_in.pool.value;
    let asked = Change::removing(input.user_attribute_names);
    asked.check_client(&signed_in.client.value)?;
    change::change(ctx, pool, signed_in.user, |user| {
        asked.check_change(pool, user)?;
        asked.apply(pool, user);
        user.modified = ctx.now;
        Ok(())
    })
    .await?;
    Ok(shapes::DeleteUserAttributesResponse::default())
}
