//! `ConfirmForgotPassword`

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{self, UserStatusType};
use poolhouse_store::{Batch, Expect};
use zeroize::Zeroizing;

use crate::auth::named::Named;
use crate::auth::subject::{Subject, check_enabled};
use crate::base::error::ApiError;
use crate::records::{Failures, PoolRecord, UserRecord};
use crate::request::Ctx;
use crate::triggers::events::PostConfirmationSource;
use crate::users::aliases::Taken;
use crate::users::codes::{self, Purpose};
use crate::users::password_policy::{self, Wording};
use crate::users::{change, code_factor, confirmation, credentials, epoch, quota, recovery, sign_out};

/// Sets a password in place of a forgotten one, for a right code. Up to twenty calls an hour, five wrong answers to a code, and
/// sixty wrong codes a day. It signs nobody in. Wrong passwords and wrong codes given before are forgotten; sign-ins go on,
/// unless the pool ends them.
///
/// The code is judged before the password, and a password that is not taken leaves the code good.
///
/// # Errors
/// `CodeMismatchException`, `ExpiredCodeException`, `LimitExceededException`; `InvalidPasswordException` with the policy's
/// first unmet rule; `NotAuthorizedException` where only administrators reset passwords, for a disabled user, and for a wrong
/// secret hash; `UserNotConfirmedException` and `UserNotFoundException` where the client may know that; what PostConfirmation
/// answers, with the password set.
pub async fn run(
    ctx: &Ctx,
    input: shapes::ConfirmForgotPasswordRequest,
) -> Result<shapes::ConfirmForgotPasswordResponse, ApiError> {
    let hash = input.secret_hash.as_deref();
    let named = Named::find(ctx, &input.client_id, hash, &input.username).await?;
    let (pool, client) = (&*named.pool.value, &*named.client.value);
    let password = Zeroizing::new(input.password);
    recovery::check_pool(ctx, pool)?;
    named.hidden()?;
    if let Some(user) = named.subject.user().filter(|_| !named.hides_unknown) {
        check_confirmed(user)?;
    }
    named.count(ctx, quota::CONFIRM_FORGOT_PASSWORD).await?;
    let (id, typed) = (named.subject.id(), &input.confirmation_code);
    let right = codes::answer(ctx, pool.id(), id, Purpose::ForgotPassword, typed).await?;
    // A code that was made for a name that nobody has is in no mail.
    let Subject::Known(user) = named.subject else {
        return Err(codes::ended());
    };
    check_enabled(&user.value)?;
    password_policy::check(pool, &user.value, &password, Wording::Others)?;
    let sealed = credentials::seal_verifier(ctx, pool, &user.value, &password).await?;
    // How passwords are reset is still what it was when the code was taken.
    let unchanged = Batch::new().check(PoolRecord::key(pool.id()), named.pool.unchanged());
    let also = forgiven(ctx, pool, &user.value).await?.merge(unchanged);
    let target = right.target().to_owned();
    let reset = |user: &mut UserRecord| {
        check_enabled(user)?;
        if recovery::address(user)? != target {
            return Err(codes::ended());
        }
        if pool.safeguards.reset_ends_sessions {
            user.signed_out = Some(ctx.now);
            epoch::sign_out(user);
        }
        user.sealed_verifier = Some(sealed.clone());
        user.temporary_until = None;
        user.status = UserStatusType::Confirmed;
        user.modified = ctx.now;
        Ok(())
    };
    let user = change::change_for_code(ctx, pool, *user, right, Taken::Refuse, &also, reset).await?;
    let (client, metadata) = (Some(client), input.client_metadata.as_ref());
    let source = PostConfirmationSource::ConfirmForgotPassword;
    confirmation::tell(ctx, pool, &user, client, source, metadata).await?;
    Ok(shapes::ConfirmForgotPasswordResponse::default())
}

fn check_confirmed(user: &UserRecord) -> Result<(), ApiError> {
    match user.status {
        UserStatusType::Unconfirmed => Err(ApiError::new(
            ErrorCode::UserNotConfirmedException,
            "User is not confirmed.",
        )),
        _ => Ok(()),
    }
}

/// What a new password takes away: locks, and the sessions of before where the pool wants that.
async fn forgiven(ctx: &Ctx, pool: &PoolRecord, user: &UserRecord) -> Result<Batch, ApiError> {
    let failures = Batch::new().delete(Failures::key(pool.id(), &user.sub), Expect::Any);
    let forgiven = failures.merge(code_factor::unlocked(ctx, pool, user).await?);
    Ok(match pool.safeguards.reset_ends_sessions {
        true => forgiven.merge(sign_out::revoke_all(ctx, pool.id(), &user.sub).await?),
        false => forgiven,
    })
}

#[cfg(test)]
mod tests;
