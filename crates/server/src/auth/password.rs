//! A password that the server is given in the clear, as `USER_PASSWORD_AUTH` and `ChangePassword` do.

use poolhouse_crypto::srp;
use poolhouse_store::Batch;

use super::lockout;
use super::subject::Subject;
use crate::ctx::Ctx;
use crate::error::ApiError;
use crate::records::{PoolRecord, Stored, UserRecord};

/// Checks a user's password, or does the same work for a name that nobody has. Counts first, compares second; returns
/// the batch that forgets the failures, for the commit of what the password was given for.
///
/// # Errors
/// `NotAuthorizedException` `Incorrect username or password.`, or `Password attempts exceeded` during a lock.
pub async fn check(
    ctx: &Ctx,
    pool: &PoolRecord,
    user: Option<&Stored<UserRecord>>,
    typed_name: &str,
    password: &str,
) -> Result<Batch, ApiError> {
    let subject = match user {
        Some(user) => Subject::Known(Box::new(user.clone())),
        None => Subject::Unknown(typed_name.to_owned()),
    };
    check_subject(ctx, pool, &subject, password).await
}

/// As [`check`], of a subject that was looked up already.
///
/// # Errors
/// As [`check`].
pub async fn check_subject(
    ctx: &Ctx,
    pool: &PoolRecord,
    subject: &Subject,
    password: &str,
) -> Result<Batch, ApiError> {
    let who = subject.lockout_name(ctx, pool)?;
    let clear = lockout::count(
        ctx,
        pool.id(),
        &who,
        &Batch::new(),
        ApiError::concurrent_modification,
    )
    .await?;
    let verifier = subject.verifier(ctx, pool)?;
    let (name, user_id) = (pool.srp_name(), subject.username());
    let check = || srp::check_password(name, user_id, password, &verifier);
    let right = ctx.app.cpu.run(check).await?;
    let has_password = subject.user().is_some_and(|user| user.sealed_verifier.is_some());
    if right && has_password {
        Ok(clear)
    } else {
        Err(ApiError::incorrect_username_or_password())
    }
}
