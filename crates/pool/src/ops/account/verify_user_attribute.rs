//! `VerifyUserAttribute`

use poolhouse_api::shapes;
use poolhouse_store::Batch;

use crate::auth::access_token;
use crate::base::error::ApiError;
use crate::records::UserRecord;
use crate::request::Ctx;
use crate::users::aliases::Taken;
use crate::users::codes;
use crate::users::contacts::{self, Contact};
use crate::users::{change, quota};

/// Verifies the user's address by the code that was mailed there. An address that waited for it takes the place of the one
/// before. Up to fifteen calls an hour, and sixty wrong codes a day.
///
/// # Errors
/// `NotAuthorizedException` for a token that is not good; `InvalidParameterException` for another attribute;
/// `CodeMismatchException`, `ExpiredCodeException`, `LimitExceededException`; `AliasExistsException` for an address that signs
/// in another user.
pub async fn run(
    ctx: &Ctx,
    input: shapes::VerifyUserAttributeRequest,
) -> Result<shapes::VerifyUserAttributeResponse, ApiError> {
    let signed_in = access_token::authorize(ctx, &input.access_token).await?;
    let (pool, user) = (&*signed_in.pool.value, signed_in.user);
    let contact = Contact::named(&input.attribute_name)?;
    let sub = user.value.sub.clone();
    quota::VERIFY_USER_ATTRIBUTE.count(ctx, pool.id(), &sub).await?;
    let right = codes::answer(ctx, pool.id(), &sub, contact.purpose(), &input.code).await?;
    let (target, replaces) = (right.target().to_owned(), right.replaces().map(str::to_owned));
    let prove = |user: &mut UserRecord| {
        contacts::prove(user, &target, replaces.as_deref())?;
        user.modified = ctx.now;
        Ok(())
    };
    change::change_for_code(ctx, pool, user, right, Taken::Refuse, &Batch::new(), prove).await?;
    Ok(shapes::VerifyUserAttributeResponse::default())
}

#[cfg(test)]
mod tests;
