//! `ChangePassword`

use poolhouse_api::shapes;
use poolhouse_store::Batch;
use zeroize::Zeroizing;

use crate::auth::policy::{self, Wording};
use crate::auth::{access_token, credentials, password};
use crate::ctx::Ctx;
use crate::error::ApiError;
use crate::ops::users::change;

/// Replaces the user's own password. A user without one sets its first. Wrong previous passwords count towards the
/// lockout of the account, as they do at sign-in. Sign-ins go on.
///
/// # Errors
/// `NotAuthorizedException` for a token that is not good, `Incorrect username or password.` or
/// `Password attempts exceeded`; `InvalidParameterException` `Missing required parameter PreviousPassword`;
/// `InvalidPasswordException` with the policy's first unmet rule.
pub async fn run(
    ctx: &Ctx,
    input: shapes::ChangePasswordRequest,
) -> Result<shapes::ChangePasswordResponse, ApiError> {
    let signed_in = access_token::authorize(ctx, &input.access_token.unwrap_or_default()).await?;
    let (pool, user) = (&signed_in.pool.value, signed_in.user);
    let previous = input.previous_password.map(Zeroizing::new);
    let proposed = Zeroizing::new(input.proposed_password.unwrap_or_default());
    // Before the previous one is judged: a right one given with a weak new one must not count as a failure.
    policy::check(pool, &proposed, Wording::Others)?;
    let forget_failures = match (&user.value.sealed_verifier, previous) {
        (Some(_), Some(previous)) => {
            password::check(ctx, pool, Some(&user), &user.value.username, &previous).await?
        }
        (Some(_), None) => return Err(ApiError::missing_parameter("PreviousPassword")),
        (None, _) => Batch::new(),
    };
    let replaced = user.value.sealed_verifier.clone();
    let sealed = credentials::seal_verifier(ctx, pool, &user.value.username, &proposed).await?;
    change::change_with(ctx, pool, user, &forget_failures, |user| {
        // The password that was proved must still be the one that is replaced.
        if user.sealed_verifier != replaced {
            return Err(ApiError::concurrent_modification());
        }
        user.sealed_verifier = Some(sealed.clone());
        user.temporary_until = None;
        user.modified = ctx.now;
        Ok(())
    })
    .await?;
    Ok(shapes::ChangePasswordResponse::default())
}
