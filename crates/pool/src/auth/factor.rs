//! An answer to a second factor: judged, counted, and good once.
//!
//! A wrong one leaves the session standing, as on the service, but no more than three times; and it counts in the user's
//! ledger, with the wrong codes of custom authentication. Nobody hears that it was wrong before that is on disk. A right one
//! counts from the commit that it is part of, which consumes the session and, for an authenticator app, the step.

use std::future::Future;

use poolhouse_api::ErrorCode;
use poolhouse_confirm::FactorEvent;
use poolhouse_crypto::constant_time_eq;
use poolhouse_store::{Batch, CommitError, Expect};
use serde_json::Value;
use zeroize::Zeroizing;

use super::step::SignIn;
use super::{handle, private};
use crate::base::error::ApiError;
use crate::records::{Factor, RecordBatch, SessionRecord, SoftwareToken, Stored, UserRecord, load};
use crate::request::Ctx;
use crate::users::change::Proof;
use crate::users::code_factor::{Counted, Counts};
use crate::users::software_tokens::{self, Judged, Seed};

/// Wrong answers that a challenge takes.
pub const ATTEMPTS: i64 = 3;
/// How often an answer is decided again when others were counted at the same moment: more often than a challenge takes wrong
/// ones and a user is judged in a day.
const RACES: usize = 80;

/// The member of the session's private value that holds a code that was sent.
pub const CODE: &str = "code";
/// The one that holds when it was sent, in seconds.
pub const MAILED: &str = "mailed";
/// The one that holds where it was sent.
pub const TARGET: &str = "target";

/// A right answer.
pub struct RightAnswer {
    session: Stored<SessionRecord>,
    factor: Factor,
    typed: Zeroizing<String>,
    counts: Counts,
    /// When the message with the code left, if there is one.
    mailed: Option<i64>,
    /// Where the code was sent.
    target: Option<String>,
    /// The app, and the step of the code.
    token: Option<(Stored<SoftwareToken>, u64)>,
}

/// Judges an answer to the challenge of this session.
///
/// # Errors
/// `CodeMismatchException` for a wrong answer, once it is counted; `ExpiredCodeException` for an app's code that was used;
/// `SoftwareTokenMFANotFoundException` where the app is gone; `Password attempts exceeded` while wrong codes lock the user out;
/// a session that was used, or has taken three wrong answers.
pub async fn judge(
    sign_in: &SignIn<'_>,
    session: Stored<SessionRecord>,
    factor: Factor,
    typed: &str,
) -> Result<RightAnswer, ApiError> {
    let whose = Counted {
        pool_id: sign_in.pool.id().to_owned(),
        username: sign_in.subject.username().to_owned(),
        sub: sign_in.subject.id().to_owned(),
        is_placed: sign_in.place_before.is_some(),
        is_first: session.value.is_first,
    };
    decide(
        sign_in.ctx,
        session,
        factor,
        Zeroizing::new(typed.to_owned()),
        whose,
    )
    .await
}

async fn decide(
    ctx: &Ctx,
    mut session: Stored<SessionRecord>,
    factor: Factor,
    typed: Zeroizing<String>,
    whose: Counted,
) -> Result<RightAnswer, ApiError> {
    for _ in 0..RACES {
        ctx.audit.is_undecided();
        ctx.audit.came_to(None);
        let counts = Counts::of(ctx, whose.clone()).await?;
        counts.check_open(ctx)?;
        let wrong = match factor {
            Factor::SoftwareToken => match by_app(ctx, &session, &typed).await? {
                (token, Judged::Right(step)) => {
                    return Ok(RightAnswer {
                        session,
                        factor,
                        typed,
                        counts,
                        mailed: None,
                        target: None,
                        token: Some((token, step)),
                    });
                }
                (_, Judged::Used) => used_code(),
                (_, Judged::Wrong) => mismatch("Invalid code received for user"),
            },
            Factor::Sms | Factor::Email => {
                let private = private::open(ctx, &session)?;
                if session.value.is_user && is_code(&private, &typed) {
                    return Ok(RightAnswer {
                        session,
                        factor,
                        typed,
                        counts,
                        mailed: private.get(MAILED).and_then(Value::as_i64),
                        target: private.get(TARGET).and_then(Value::as_str).map(str::to_owned),
                        token: None,
                    });
                }
                mismatch("Invalid code or auth state for the user.")
            }
        };
        let batch = one_attempt_less(&session).merge(counts.after(ctx, FactorEvent::Wrong));
        ctx.audit.was_wrong(wrong.code, "wrong_code");
        match ctx.platform().commit(batch).await {
            Ok(_) => return Err(wrong),
            Err(CommitError::Conflict { .. }) => {
                let now = handle::again(ctx, &session).await?;
                session = now.ok_or_else(handle::used)?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::too_many_requests())
}

/// The user's app, and what the code is to it.
async fn by_app(
    ctx: &Ctx,
    session: &Stored<SessionRecord>,
    typed: &str,
) -> Result<(Stored<SoftwareToken>, Judged), ApiError> {
    let SessionRecord { pool_id, sub, .. } = &session.value;
    let token = load(ctx.platform(), &SoftwareToken::key(pool_id, sub)).await?;
    let token = token.ok_or_else(software_tokens::not_found)?;
    let judged = Seed::open(ctx, &token)?.judge(token.value.last_step, typed, ctx.now);
    Ok((token, judged))
}

fn is_code(private: &Value, typed: &str) -> bool {
    let code = private.get(CODE).and_then(Value::as_str);
    code.is_some_and(|code| constant_time_eq(code.as_bytes(), typed.as_bytes()))
}

/// The session after one more wrong answer, while the user is there, or nobody still.
fn one_attempt_less(session: &Stored<SessionRecord>) -> Batch {
    let user = UserRecord::key(&session.value.pool_id, &session.value.sub);
    let its_user = match session.value.is_user {
        true => Expect::Present,
        false => Expect::Absent,
    };
    let left = session.value.attempts_left.unwrap_or_default();
    if left <= 1 {
        return handle::consumption(session).check(user, its_user);
    }
    let session_after = SessionRecord {
        attempts_left: Some(left - 1),
        ..session.value.clone()
    };
    Batch::new()
        .replace(session, &session_after)
        .check(user, its_user)
}

impl RightAnswer {
    /// The factor that is proved.
    pub fn factor(&self) -> Factor {
        self.factor
    }

    /// Where the code was sent, for one that was: the address is the user's.
    pub fn target(&self) -> Option<&str> {
        self.target.as_deref()
    }

    /// Part of the commit that the answer is given for: consumes the session and the step, if nothing was counted since.
    pub fn batch(&self, ctx: &Ctx) -> Batch {
        let right = FactorEvent::Right { mailed: self.mailed };
        let batch = handle::consumption(&self.session).merge(self.counts.after(ctx, right));
        match &self.token {
            None => batch,
            Some((token, step)) => {
                let used = SoftwareToken {
                    last_step: Some(*step),
                    ..token.value.clone()
                };
                batch.replace(token, &used)
            }
        }
    }

    /// After a conflict at `key`: whether it was the answer's, which is right still then.
    ///
    /// # Errors
    /// As [`judge`].
    pub async fn lost_race(&mut self, ctx: &Ctx, key: &str) -> Result<bool, ApiError> {
        let is_of_app = self.token.as_ref().is_some_and(|(token, _)| token.key == key);
        if key != self.session.key && key != self.counts.key() && !is_of_app {
            return Ok(false);
        }
        let session = handle::again(ctx, &self.session).await?;
        let session = session.ok_or_else(handle::used)?;
        let whose = self.counts.whose().clone();
        *self = decide(ctx, session, self.factor, self.typed.clone(), whose).await?;
        Ok(true)
    }
}

impl Proof for RightAnswer {
    fn batch(&self, ctx: &Ctx) -> Batch {
        RightAnswer::batch(self, ctx)
    }

    fn lost_race(&mut self, ctx: &Ctx, key: &str) -> impl Future<Output = Result<bool, ApiError>> + Send {
        RightAnswer::lost_race(self, ctx, key)
    }
}

fn mismatch(message: &str) -> ApiError {
    ApiError::new(ErrorCode::CodeMismatchException, message)
}

fn used_code() -> ApiError {
    ApiError::new(
        ErrorCode::ExpiredCodeException,
        "Your software token has already been used once.",
    )
}
