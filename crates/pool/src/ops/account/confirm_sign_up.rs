//! `ConfirmSignUp`

use poolhouse_api::shapes::{self, UserStatusType};
use poolhouse_api::{ErrorCode, Operation};
use poolhouse_store::Batch;

use crate::auth::after_sign_up;
use crate::auth::named::Named;
use crate::auth::subject::{Subject, check_enabled};
use crate::base::error::ApiError;
use crate::records::UserRecord;
use crate::request::Ctx;
use crate::triggers::events::{Metadata, PostConfirmationSource};
use crate::users::aliases::Taken;
use crate::users::code_mail::ATTRIBUTE;
use crate::users::codes::{self, Purpose};
use crate::users::{change, confirmation, message_link, quota};

/// Confirms a sign-up by the code that was mailed, which verifies the address that it was mailed to. Up to fifteen calls an
/// hour, and sixty wrong codes a day. To a client on `USER_AUTH` it answers a `Session`, which signs in a user who could
/// begin with such a code.
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
    let taken = match input.force_alias_creation {
        Some(true) => Taken::MoveAddress,
        _ => Taken::Refuse,
    };
    let metadata = input.client_metadata.as_ref();
    let (pool, client) = (named.pool.clone(), named.client.clone());
    let user = confirm(ctx, named, &input.confirmation_code, taken, metadata).await?;
    let session = input.session.as_deref();
    Ok(shapes::ConfirmSignUpResponse {
        session: after_sign_up::confirmed(ctx, &pool.value, &client, &user.sub, session).await?,
    })
}

/// What the link of a sign-up came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByLink {
    /// The user is confirmed from now on.
    Now,
    /// The user was confirmed before: the button was pressed twice, or the link opened again.
    Before,
}

/// Confirms a sign-up by the link that was mailed, which knows nothing of a client's secret. Counted as any other answer.
///
/// # Errors
/// As [`run`], but for users who are confirmed already; `ExpiredCodeException` in a pool that mails no links.
pub async fn by_link(ctx: &Ctx, client_id: &str, name: &str, code: &str) -> Result<ByLink, ApiError> {
    ctx.audit.serves(Operation::ConfirmSignUp);
    let named = Named::without_proof(ctx, client_id, name).await?;
    if !message_link::is_on(&named.pool.value) {
        return Err(codes::ended());
    }
    let Err(error) = confirm(ctx, named, code, Taken::Refuse, None).await else {
        return Ok(ByLink::Now);
    };
    // Of two presses at once the second finds no code, or a user who was confirmed between its steps.
    let may_be_late = matches!(
        error.code,
        ErrorCode::NotAuthorizedException | ErrorCode::ExpiredCodeException
    );
    if may_be_late {
        let named = Named::without_proof(ctx, client_id, name).await?;
        let user = named.subject.user();
        if user.is_some_and(|user| user.status == UserStatusType::Confirmed) {
            return Ok(ByLink::Before);
        }
    }
    Err(error)
}

async fn confirm(
    ctx: &Ctx,
    named: Named,
    typed: &str,
    taken: Taken,
    metadata: Option<&Metadata>,
) -> Result<UserRecord, ApiError> {
    named.hidden()?;
    named.count(ctx, quota::CONFIRM_SIGN_UP).await?;
    let pool = &*named.pool.value;
    if let Some(user) = named.subject.user() {
        confirmation::check_unconfirmed(user)?;
    }
    let right = codes::answer(ctx, pool.id(), named.subject.id(), Purpose::SignUp, typed).await?;
    // A code that was made for a name that nobody has is in no mail.
    let Subject::Known(user) = named.subject else {
        return Err(codes::ended());
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
    let (client, source) = (Some(&*named.client.value), PostConfirmationSource::ConfirmSignUp);
    confirmation::tell(ctx, pool, &user, client, source, metadata).await?;
    Ok(user)
}

#[cfg(test)]
mod tests;
