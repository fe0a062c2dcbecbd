//! `UpdateUserAttributes`

use poolhouse_api::shapes;

use crate::auth::access_token;
use crate::auth::attributes::Change;
use crate::ctx::Ctx;
use crate::error::ApiError;
use crate::ops::users::change;

/// Sets the user's own attributes, those that the app client may write, and deletes those given an empty value. A new
/// address is unverified. No code is sent and `CodeDeliveryDetailsList` is empty: `VerifyUserAttribute` is not
/// available on this server yet, so an administrator verifies addresses.
///
/// # Errors
/// `NotAuthorizedException` for a token that is not good, or an attribute that the client may not write;
/// `InvalidParameterException` for what the schema does not take; `AliasExistsException`.
pub async fn run(
    ctx: &Ctx,
    input: shapes::UpdateUserAttributesRequest,
) -> Result<shapes::UpdateUserAttributesResponse, ApiError> {
    let signed_in = access_token::authorize(ctx, &input.access_token.unwrap_or_default()).await?;
    let pool = &signed_in.pool.value;
    let asked = Change::listed(input.user_attributes);
    asked.check_client(&signed_in.client.value)?;
    change::change(ctx, pool, signed_in.user, |user| {
        asked.check_change(pool, user)?;
        asked.apply(pool, user);
        user.modified = ctx.now;
        Ok(())
    })
    .await?;
    Ok(shapes::UpdateUserAttributesResponse {
        code_delivery_details_list: Some(Vec::new()),
    })
}
