//! `ConfirmSignUp`

use poolhouse_api::shapes::{self, UserStatusType};
use poolhouse_store::Batch;

use crate::auth::named::Named;
use crate::auth::subject::{Subject, check_enabled};
use crate::base::error::ApiError;
use crate::records::UserRecord;
use crate::request::Ctx;
use crate::triggers::events::PostConfirmationSource;
use crate::users::aliases::Taken;
use crate::users::code_mail::ATTRIBUTE;
use crate::users::codes::{self, Purpose};
use crate::users::{change, confirmation, quota};

/// Confirms a sign-up by the code that was mailed, which verifies the address that it was mailed to. Up to fifteen calls an
/// hour, and sixty wrong codes a day. It signs nobody in: there is no `Session` in the answer.
///
/// # Errors
/// `CodeMismatchException`, `ExpiredCodeException`, `LimitExceededException`; `NotAuthorizedException` for a user who is not
/// `UNCONFIRMED` or is disabled, and for a wrong secret hash; `AliasExistsException` for an address that signs in another
/// user; `UserNotFoundException` where the client may know that; what PostConfirmation answers, with the user confirmed.
pub async fn run(
    ctx: &Ctx,
    input: shapes::ConfirmSignUpRequest,
) -> Result<shapes::ConfirmSignUpResponse, ApiError> {
    let hash = input.secret_hash.as_deref();
    let named = Named::find(ctx, &input.client_id, hash, &input.username).await?;
    named.hidden()?;
    named.count(ctx, quota::CONFIRM_SIGN_UP).await?;
    let pool = &*named.pool.value;
    if let Some(user) = named.subject.user() {
        confirmation::check_unconfirmed(user)?;
    }
    let id = named.subject.id();
    let right = codes::answer(ctx, pool.id(), id, Purpose::SignUp, &input.confirmation_code).await?;
    // A code that was made for a name that nobody has is in no mail.
    let Subject::Known(user) = named.subject else {
        return Err(codes::ended());
    };
    let taken = match input.force_alias_creation {
        Some(true) => Taken::MoveAddress,
        _ => Taken::Refuse,
    };
    let target = right.target().to_owned();
    let confirm = |user: &mut UserRecord| {
        confirmation::check_unconfirmed(user)?;
        check_enabled(user)?;
        if user.attribute(ATTRIBUTE) != Some(target.as_str()) {
            return Err(codes::ended());
        }
        user.status = UserStatusType::Confirmed;
        user.set_attribute("email_verified", "true");
        user.modified = ctx.now;
        Ok(())
    };
    let user = change::change_for_code(ctx, pool, *user, right, taken, &Batch::new(), confirm).await?;
    let (client, metadata) = (Some(&*named.client.value), input.client_metadata.as_ref());
    let source = PostConfirmationSource::ConfirmSignUp;
    confirmation::tell(ctx, pool, &user, client, source, metadata).await?;
    Ok(shapes::ConfirmSignUpResponse::default())
}

#[cfg(test)]
mod tests;
