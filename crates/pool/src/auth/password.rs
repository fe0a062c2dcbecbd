//! A password that the server is given in the clear, as `USER_PASSWORD_AUTH` and `ChangePassword` do.

use poolhouse_api::ErrorCode;
use poolhouse_crypto::srp;

use super::lockout::{Attempt, Proved, WRONG_PASSWORD};
use super::subject::Subject;
use crate::base::error::ApiError;
use crate::records::PoolRecord;
use crate::request::Ctx;

/// Checks a user's password, or does the same work for a name that nobody has. A wrong one is counted before anybody
/// hears that it was wrong; a right one counts once the proof is committed.
///
/// # Errors
/// `NotAuthorizedException` `Incorrect username or password.`, or `Password attempts exceeded` during a lock.
pub async fn check(
    ctx: &Ctx,
    pool: &PoolRecord,
    subject: &Subject,
    password: &str,
) -> Result<Proved, ApiError> {
    check_at(ctx, pool, subject, password, None).await
}

/// The same from a browser in which a right code was typed before, by the digest of its place token: it has counts of its own.
///
/// # Errors
/// As [`check`].
pub async fn check_at(
    ctx: &Ctx,
    pool: &PoolRecord,
    subject: &Subject,
    password: &str,
    place: Option<String>,
) -> Result<Proved, ApiError> {
    let attempt = Attempt::begin_at(ctx, pool.id(), subject.id().to_owned(), place).await?;
    judge(ctx, pool, subject, password, attempt).await
}

/// As [`check`], in an attempt that has begun.
///
/// # Errors
/// `NotAuthorizedException` `Incorrect username or password.`, or `Password attempts exceeded` if others were counted
/// meanwhile.
pub async fn judge(
    ctx: &Ctx,
    pool: &PoolRecord,
    subject: &Subject,
    password: &str,
    attempt: Attempt,
) -> Result<Proved, ApiError> {
    let verifier = subject.verifier(ctx, pool)?;
    let (name, user_id) = (pool.srp_name(), subject.public_name(pool));
    let check = || srp::check_password(name, &user_id, password, &verifier);
    let right = ctx.platform().cpu.run(check).await?;
    let has_password = subject.user().is_some_and(|user| user.sealed_verifier.is_some());
    if right && has_password {
        ctx.audit.came_to(Some("right"));
        Ok(attempt.proved())
    } else {
        ctx.audit
            .was_wrong(ErrorCode::NotAuthorizedException, WRONG_PASSWORD);
        attempt.failed(ctx).await?;
        Err(ApiError::incorrect_username_or_password())
    }
}
