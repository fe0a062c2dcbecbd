//! What follows a proof, whichever flow and challenge it came by: a status that stands in the way, a new password, what
//! Define decides, or tokens.

use poolhouse_api::shapes::UserStatusType;
use poolhouse_store::{Batch, CommitError};

use super::challenge::new_password_required;
use super::custom::{self, Arrival};
use super::lockout::Proved;
use super::room::Proven;
use super::step::{Answer, SignIn};
use super::{subject, tokens};
use crate::base::error::ApiError;
use crate::triggers::events::TokenGenerationSource;
use crate::users::code_factor;

/// How often the end of a sign-in is committed anew when other requests changed what it depends on.
const RACES: usize = 64;

/// Goes on after a proof, and commits it with what follows.
///
/// # Errors
/// A status that forbids signing in, what Define or another function denies, store failures.
pub async fn follow(sign_in: SignIn<'_>, proven: Proven) -> Result<Answer, ApiError> {
    match proven {
        Proven::Password(proved) => password(sign_in, proved).await,
        Proven::NewPassword(proved) if sign_in.is_custom() => {
            custom::run(sign_in, Arrival::PasswordProved(proved)).await
        }
        Proven::NewPassword(proved) => {
            issue(&sign_in, proved, TokenGenerationSource::NewPasswordChallenge).await
        }
        Proven::Typed(typed) => custom::run(sign_in, Arrival::Typed(typed)).await,
    }
}

/// A password alone signs in nobody whose account needs something else first, and in custom authentication Define has
/// the last word.
async fn password(sign_in: SignIn<'_>, proved: Proved) -> Result<Answer, ApiError> {
    let SignIn { ctx, pool, .. } = sign_in;
    let user = sign_in
        .subject
        .user()
        .ok_or_else(ApiError::incorrect_username_or_password)?;
    if let Err(refused) = subject::check_may_sign_in(user, ctx.now) {
        // The password was right, so its failures are forgotten, whatever else stands in the way.
        proved.commit(ctx, Batch::new()).await?;
        return Err(refused);
    }
    if user.status == UserStatusType::ForceChangePassword {
        let (batch, answer) = new_password_required::ask(&sign_in)?;
        proved.commit(ctx, batch).await?;
        return Ok(answer);
    }
    let proved = proved.before_functions(ctx, pool).await?;
    if sign_in.is_custom() {
        return custom::run(sign_in, Arrival::PasswordProved(proved)).await;
    }
    issue(&sign_in, proved, TokenGenerationSource::Authentication).await
}

/// Tokens, or the denial of a function that is asked before there are any.
async fn issue(
    sign_in: &SignIn<'_>,
    mut proved: Proved,
    source: TokenGenerationSource,
) -> Result<Answer, ApiError> {
    match tokens::sign_in(sign_in, source).await {
        Ok(mut issued) => {
            issued.without_code(sign_in);
            let unlocked = match (&sign_in.sealed_choice, sign_in.subject.user()) {
                (Some(_), Some(user)) => code_factor::unlocked(sign_in.ctx, sign_in.pool, user).await?,
                _ => Batch::new(),
            };
            for _ in 0..RACES {
                let batch = issued
                    .batch(sign_in.ctx)
                    .merge(proved.batch(sign_in.ctx.now))
                    .merge(unlocked.clone());
                match sign_in.ctx.platform().commit(batch).await {
                    Ok(_) => return Ok(Answer::Tokens(Box::new(issued.result))),
                    Err(CommitError::Conflict { key })
                        if proved.lost_race(sign_in.ctx, &key).await?
                            || issued.lost_race(sign_in, &key).await? => {}
                    Err(error) => return Err(error.into()),
                }
            }
            Err(ApiError::too_many_requests())
        }
        Err(denied) => {
            proved.deny(sign_in.ctx).await?;
            Err(denied)
        }
    }
}
