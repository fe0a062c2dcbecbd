//! What follows a proof, whichever flow and challenge it came by: a status that stands in the way, a new password, a second
//! factor, what Define decides, or tokens.

use std::collections::BTreeMap;

use poolhouse_api::shapes::{ChallengeNameType, UserStatusType};
use poolhouse_store::{Batch, CommitError};

use super::challenge::{
    device_password_verifier, device_srp_auth, mfa_setup, new_password_required, password_verifier,
    second_factor, select_mfa_type, web_authn,
};
use super::custom::{self, Arrival};
use super::factor::RightAnswer;
use super::lockout::Proved;
use super::room::{FirstCode, Proven};
use super::step::{Answer, SignIn};
use super::subject::Subject;
use super::{device, handle, issued, proven_factor, subject, tokens};
use crate::base::error::ApiError;
use crate::records::{Factor, SessionRecord, Stored, UserRecord};
use crate::triggers::events::{PostConfirmationSource, TokenGenerationSource};
use crate::users::factors::{self, Due};
use crate::users::{change, code_factor, confirmation};

/// How often the end of a sign-in is committed anew when other requests changed what it depends on.
const RACES: usize = 64;

/// Goes on after a proof, and commits it with what follows.
///
/// # Errors
/// A status that forbids signing in, what Define or another function denies, store failures.
pub async fn follow(mut sign_in: SignIn<'_>, proven: Proven) -> Result<Answer, ApiError> {
    match proven {
        Proven::Password(proved) => password(sign_in, proved).await,
        Proven::NewPassword(proved) => password_stands(sign_in, proved).await,
        Proven::Typed(typed) => custom::run(sign_in, Arrival::Typed(typed)).await,
        Proven::Factor(right) => factor(sign_in, *right).await,
        Proven::Selected(session, factor) => {
            ask(&sign_in, Proved::Answered(session), Asked::Due(Due::One(factor))).await
        }
        Proven::FirstCode(session, code) => {
            let chosen = session.map_or(Proved::Settled, Proved::Answered);
            ask(&sign_in, chosen, Asked::First(code)).await
        }
        Proven::AskPasskey(session) => {
            let chosen = session.map_or(Proved::Settled, Proved::Answered);
            ask(&sign_in, chosen, Asked::Passkey).await
        }
        Proven::Passkey(right) => {
            let name = ChallengeNameType::WebAuthn.as_str();
            sign_in.note_answered(name);
            end(sign_in, Proved::Passkey(right)).await
        }
        Proven::Srp(session, srp_a) => {
            let answer = password_verifier::ask(&sign_in, &srp_a, true).await?;
            handle::consume(sign_in.ctx, &session).await?;
            Ok(answer)
        }
        Proven::NewEmail(session, address) => {
            ask(&sign_in, Proved::Answered(session), Asked::NewEmail(address)).await
        }
        Proven::SetUp(session) => set_up(sign_in, session).await,
        Proven::SignedUp(session) => end(sign_in, Proved::Answered(session)).await,
        Proven::DeviceBegun(begun) => device_password_verifier::ask(&sign_in, *begun).await,
        Proven::Device(session) => device(sign_in, session).await,
    }
}

/// A password alone signs in nobody whose account needs something else first.
async fn password(sign_in: SignIn<'_>, proved: Proved) -> Result<Answer, ApiError> {
    let SignIn { ctx, pool, .. } = sign_in;
    let user = user(&sign_in)?;
    if let Err(refused) = subject::check_may_sign_in(user, ctx.now) {
        // The password was right, so its failures are forgotten, whatever else stands in the way.
        ctx.audit.denies(&refused);
        proved.commit(ctx, Batch::new()).await?;
        return Err(refused);
    }
    if user.status == UserStatusType::ForceChangePassword {
        let (batch, answer) = new_password_required::ask(&sign_in)?;
        proved.commit(ctx, batch).await?;
        return Ok(answer);
    }
    if let Some(ending) = sign_in.ending.as_ref().filter(|_| sign_in.is_custom())
        && ending.joins(ctx, user).await?
    {
        ctx.audit.asks_on();
        proved.commit(ctx, Batch::new()).await?;
        // The session is the other page's.
        return Ok(Answer::Challenge {
            name: ChallengeNameType::CustomChallenge,
            session: None,
            parameters: BTreeMap::new(),
            available: None,
        });
    }
    let proved = proved.before_functions(ctx, pool).await?;
    password_stands(sign_in, proved).await
}

/// After a password that need not be changed, or not any more: a second factor, if the user is asked for one. In custom
/// authentication Define has the last word, and nobody sets up a factor before that: the code comes first.
async fn password_stands(sign_in: SignIn<'_>, proved: Proved) -> Result<Answer, ApiError> {
    match factors::due(sign_in.pool, user(&sign_in)?) {
        Due::Nothing => end(sign_in, proved).await,
        Due::SetUp(_) | Due::Impossible if sign_in.is_custom() => end(sign_in, proved).await,
        Due::Impossible => {
            let refused = proven_factor::none_available(&sign_in);
            sign_in.ctx.audit.denies(&refused);
            proved.commit(sign_in.ctx, Batch::new()).await?;
            Err(refused)
        }
        due => match device::stands_in(&sign_in, &due).await? {
            true => ask(&sign_in, proved, Asked::Device).await,
            false => ask(&sign_in, proved, Asked::Due(due)).await,
        },
    }
}

/// What is asked for.
enum Asked {
    /// What the user is asked for anyway.
    Due(Due),
    /// The device that the user signs in on, in place of that.
    Device,
    /// The code that was sent to an email address which the user has just given.
    NewEmail(String),
    /// A code that the sign-in begins with.
    First(FirstCode),
    /// A passkey that the sign-in begins with.
    Passkey,
}

/// Asks for a factor, in the commit of what led there. A step that loses a race is asked anew: the message and what is
/// counted of it depend on what was counted before.
async fn ask(sign_in: &SignIn<'_>, mut proved: Proved, asked: Asked) -> Result<Answer, ApiError> {
    let ctx = sign_in.ctx;
    for _ in 0..RACES {
        let made = match &asked {
            Asked::Due(Due::One(factor)) => second_factor::ask(sign_in, *factor).await,
            Asked::Due(Due::Choice(choice)) => Ok(select_mfa_type::ask(sign_in, choice)),
            Asked::Due(Due::SetUp(choice)) => Ok(mfa_setup::ask(sign_in, choice)),
            Asked::Due(Due::Nothing | Due::Impossible) => Err(handle::invalid()),
            Asked::Device => device_srp_auth::ask(sign_in),
            Asked::NewEmail(address) => second_factor::send(sign_in, Factor::Email, address).await,
            Asked::Passkey => web_authn::ask(sign_in).await,
            Asked::First(code) => second_factor::send_first(sign_in, code).await,
        };
        let (batch, answer) = match (made, &proved) {
            (Ok(made), _) => made,
            // The session stays, if there is one: another factor may be chosen.
            (Err(refused), Proved::Answered(_) | Proved::Settled) => return Err(refused),
            (Err(refused), _) => {
                ctx.audit.denies(&refused);
                proved.commit(ctx, Batch::new()).await?;
                return Err(refused);
            }
        };
        // What is asked may be written over what was answered.
        let whole = proved.batch(ctx).merge(batch.clone());
        match ctx.platform().commit(whole).await {
            Ok(_) => {
                ctx.asker.noted.mail_afterwards(&ctx.app.mailer);
                return Ok(answer);
            }
            Err(CommitError::Conflict { key }) if proved.lost_race(ctx, &key).await? || batch.names(&key) => {
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::too_many_requests())
}

/// After a second factor: what its code has proved of an address is kept, and the sign-in ends, unless Define says otherwise.
async fn factor(mut sign_in: SignIn<'_>, mut right: RightAnswer) -> Result<Answer, ApiError> {
    let SignIn { ctx, pool, .. } = sign_in;
    let stored = sign_in.subject.stored().ok_or_else(handle::invalid)?.clone();
    let confirms = sign_in.passwordless.is_some() && stored.value.status == UserStatusType::Unconfirmed;
    if confirms || proven_factor::says_news(&stored.value, &right) {
        let (factor, target) = (right.factor(), right.target().map(str::to_owned));
        let (before, passwordless) = (sign_in.epoch, sign_in.passwordless);
        let changed = change::change_for(ctx, pool, stored, &mut right, |user| {
            subject::check_enabled(user)?;
            if user.epoch != before {
                return Err(handle::invalid());
            }
            if let Some(first) = passwordless {
                if user.status == UserStatusType::Unconfirmed {
                    user.status = UserStatusType::Confirmed;
                }
                issued::check_may_begin(pool, user, first)?;
            }
            proven_factor::keep(user, factor, target.as_deref(), ctx.now)
        })
        .await?;
        // A step that moves the epoch itself goes on under the new one.
        sign_in.epoch = changed.epoch;
        let user = ctx.user_by_sub(pool, &changed.sub).await?;
        sign_in.subject = Subject::Known(Box::new(user.ok_or_else(handle::invalid)?));
        if confirms && let Some(user) = sign_in.subject.user() {
            let (source, metadata) = (PostConfirmationSource::ConfirmSignUp, Some(&sign_in.metadata));
            confirmation::tell(ctx, pool, user, Some(sign_in.client), source, metadata).await?;
        }
        return end(sign_in, Proved::Settled).await;
    }
    if sign_in.is_custom() {
        // The functions count in the same ledger, so this is counted before they look.
        Proved::Factor(Box::new(right)).commit(ctx, Batch::new()).await?;
        return end(sign_in, Proved::Settled).await;
    }
    end(sign_in, Proved::Factor(Box::new(right))).await
}

/// After a device has proved its secret.
async fn device(sign_in: SignIn<'_>, session: Box<Stored<SessionRecord>>) -> Result<Answer, ApiError> {
    let proved = Proved::Answered(session);
    if sign_in.is_custom() {
        // The functions are asked once for each proof.
        proved.commit(sign_in.ctx, Batch::new()).await?;
        return end(sign_in, Proved::Settled).await;
    }
    end(sign_in, proved).await
}

/// After an app was set up in this sign-in.
async fn set_up(mut sign_in: SignIn<'_>, session: Box<Stored<SessionRecord>>) -> Result<Answer, ApiError> {
    if !user(&sign_in)?.factors.has_token {
        return Err(handle::invalid());
    }
    // Its first code was right, which is what it is asked for from now on.
    sign_in.note_answered(Factor::SoftwareToken.name());
    end(sign_in, Proved::Answered(session)).await
}

/// Everything that the pool itself asks for is proved.
async fn end(sign_in: SignIn<'_>, proved: Proved) -> Result<Answer, ApiError> {
    if sign_in.is_custom() {
        return custom::run(sign_in, Arrival::PasswordProved(proved)).await;
    }
    let source = match sign_in.sealed_choice {
        Some(_) => TokenGenerationSource::NewPasswordChallenge,
        None if device::is_proved(&sign_in) => TokenGenerationSource::AuthenticateDevice,
        None => TokenGenerationSource::Authentication,
    };
    issue(&sign_in, proved, source).await
}

fn user<'a>(sign_in: &'a SignIn<'_>) -> Result<&'a UserRecord, ApiError> {
    let user = sign_in.subject.user();
    user.ok_or_else(ApiError::incorrect_username_or_password)
}

/// Tokens, or the denial of a function that is asked before there are any.
async fn issue(
    sign_in: &SignIn<'_>,
    mut proved: Proved,
    source: TokenGenerationSource,
) -> Result<Answer, ApiError> {
    match tokens::sign_in(sign_in, source).await {
        Ok(mut ended) => {
            match sign_in.had_code_after_provider() {
                true => ended.passing_door(),
                false => ended.without_code(sign_in),
            }
            let unlocked = match (&sign_in.sealed_choice, sign_in.subject.user()) {
                (Some(_), Some(user)) => code_factor::unlocked(sign_in.ctx, sign_in.pool, user).await?,
                _ => Batch::new(),
            };
            for _ in 0..RACES {
                let batch = ended
                    .batch(sign_in.ctx)
                    .merge(proved.batch(sign_in.ctx))
                    .merge(unlocked.clone());
                sign_in.ctx.audit.ends_with_tokens();
                match sign_in.ctx.platform().commit(batch).await {
                    Ok(_) => return Ok(Answer::Tokens(Box::new(ended.result))),
                    Err(CommitError::Conflict { key })
                        if proved.lost_race(sign_in.ctx, &key).await?
                            || ended.lost_race(sign_in, &key).await? => {}
                    Err(error) => return Err(error.into()),
                }
            }
            Err(ApiError::too_many_requests())
        }
        Err(denied) => {
            sign_in.ctx.audit.denies(&denied);
            proved.deny(sign_in.ctx).await?;
            Err(denied)
        }
    }
}
