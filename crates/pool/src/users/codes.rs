//! One-time codes of the pool: for sign-up, forgotten passwords, changed addresses and factors by mail.
//!
//! A code lives in a row under its user, one for each purpose, written in the commit that mails it. A wrong answer is
//! heard after it was counted, a right one in the commit of what it is good for, which consumes the row: of any number
//! of right answers at the same moment one goes on, and of any number of wrong ones no more are judged than the code
//! allows. How often a user may have a code sent is not counted here but by the operation that sends it.

use poolhouse_api::ErrorCode;
use poolhouse_crypto::{Entropy, constant_time_eq};
use poolhouse_store::{Batch, CommitError, Expect};
use zeroize::Zeroizing;

use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::base::purpose;
use crate::records::{CodeRecord, Key, RecordBatch, Stored, load};
use crate::request::Ctx;

/// How often an answer is decided again when others to the same code were counted at the same moment. More than a code
/// takes, so that the code has ended before this has.
const RACES: usize = 16;

/// What a code is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Confirming a sign-up.
    SignUp,
    /// Setting a password in place of a forgotten one.
    ForgotPassword,
    /// Showing that the email address is the user's.
    VerifyEmail,
    /// Showing that the phone number is the user's.
    VerifyPhoneNumber,
    /// A factor of a sign-in, by mail.
    EmailOtp,
    /// A factor of a sign-in, by SMS.
    SmsOtp,
}

impl Purpose {
    /// Where the code of the user with this `sub` lies.
    pub fn key(self, pool_id: &str, sub: &str) -> Key<CodeRecord> {
        CodeRecord::key(pool_id, sub, self.name())
    }

    /// Its name in keys and numbers.
    fn name(self) -> &'static str {
        match self {
            Purpose::SignUp => "sign-up",
            Purpose::ForgotPassword => "forgot-password",
            Purpose::VerifyEmail => "verify-email",
            Purpose::VerifyPhoneNumber => "verify-phone-number",
            Purpose::EmailOtp => "email-otp",
            Purpose::SmsOtp => "sms-otp",
        }
    }

    /// Digits of a code, as many as the service has.
    fn digits(self) -> usize {
        match self {
            Purpose::EmailOtp | Purpose::SmsOtp => 8,
            _ => 6,
        }
    }

    /// How many wrong answers end a code.
    fn attempts(self) -> i64 {
        match self {
            Purpose::EmailOtp | Purpose::SmsOtp => 3,
            _ => 5,
        }
    }
}

/// A code that is to be mailed.
pub struct NewCode {
    /// What is mailed.
    pub text: Zeroizing<String>,
    /// The row, in place of an older code's. To be committed with the mail, on the condition that the user is there.
    pub batch: Batch,
}

/// Makes a code for the user with this `sub`, sent to `target` and good until `expires`.
pub fn make(ctx: &Ctx, pool_id: &str, sub: &str, purpose: Purpose, target: &str, expires: Millis) -> NewCode {
    tally(ctx, purpose, "made");
    let text = digits(purpose.digits(), &*ctx.platform().entropy);
    let key = purpose.key(pool_id, sub);
    let record = CodeRecord {
        target: target.to_owned(),
        sealed: ctx
            .platform()
            .seal(purpose::Purpose::Codes, key.as_str(), text.as_bytes()),
        attempts_left: purpose.attempts(),
        expires,
    };
    NewCode {
        text,
        batch: Batch::new().record(key, Expect::Any, &record),
    }
}

/// Random digits. The remainder favours some of them by less than one in ten thousand million.
fn digits(count: usize, entropy: &dyn Entropy) -> Zeroizing<String> {
    let mut random = Zeroizing::new([0; 8]);
    entropy.fill(&mut *random);
    let number = u64::from_be_bytes(*random) % 10_u64.pow(u32::try_from(count).unwrap_or(8));
    Zeroizing::new(format!("{number:0count$}"))
}

/// A right answer. It counts from the commit that [`batch`](Self::batch) is part of.
pub struct RightCode {
    stored: Stored<CodeRecord>,
    typed: Zeroizing<String>,
}

/// Judges an answer. A wrong one is counted before anybody hears that it was wrong.
///
/// # Errors
/// `CodeMismatchException` for a wrong code, `ExpiredCodeException` where no code lives: none was sent, it is too old,
/// was used, or took too many wrong answers.
pub async fn answer(
    ctx: &Ctx,
    pool_id: &str,
    sub: &str,
    purpose: Purpose,
    typed: &str,
) -> Result<RightCode, ApiError> {
    let judged = judge(ctx, &purpose.key(pool_id, sub), typed).await;
    match judged.as_ref().map_err(|error| error.code) {
        Ok(_) => tally(ctx, purpose, "right"),
        Err(ErrorCode::CodeMismatchException) => tally(ctx, purpose, "wrong"),
        Err(ErrorCode::ExpiredCodeException) => tally(ctx, purpose, "ended"),
        Err(_) => {}
    }
    judged
}

fn tally(ctx: &Ctx, purpose: Purpose, result: &'static str) {
    ctx.platform()
        .numbers
        .one_time_codes
        .add([purpose.name(), result]);
}

async fn judge(ctx: &Ctx, key: &Key<CodeRecord>, typed: &str) -> Result<RightCode, ApiError> {
    for _ in 0..RACES {
        let stored = load(ctx.platform(), key).await?;
        let live = stored.filter(|stored| ctx.now < stored.value.expires);
        let stored = live.ok_or_else(ended)?;
        let code = ctx
            .platform()
            .open(purpose::Purpose::Codes, key.as_str(), &stored.value.sealed);
        let code = Zeroizing::new(code.map_err(ApiError::internal)?);
        if constant_time_eq(&code, typed.as_bytes()) {
            return Ok(RightCode {
                stored,
                typed: Zeroizing::new(typed.to_owned()),
            });
        }
        match ctx.platform().commit(one_attempt_less(&stored)).await {
            Ok(_) => return Err(mismatch()),
            Err(CommitError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::too_many_requests())
}

fn one_attempt_less(stored: &Stored<CodeRecord>) -> Batch {
    let mut code = stored.value.clone();
    code.attempts_left -= 1;
    if code.attempts_left > 0 {
        Batch::new().replace(stored, &code)
    } else {
        Batch::new().remove(stored)
    }
}

impl RightCode {
    /// The address that the code was sent to, and that the answer proves. What the code is given for must hold for this
    /// address still.
    pub fn target(&self) -> &str {
        &self.stored.value.target
    }

    /// Part of the commit that the code is given for: consumes it.
    pub fn batch(&self) -> Batch {
        Batch::new().remove(&self.stored)
    }

    /// After a conflict at `key`: whether it was the code's, which is right still then.
    ///
    /// # Errors
    /// As [`answer`]: the code was used or has ended meanwhile, or another one has taken its place.
    pub async fn lost_race(&mut self, ctx: &Ctx, key: &str) -> Result<bool, ApiError> {
        if key != self.stored.key {
            return Ok(false);
        }
        *self = judge(ctx, &Key::from_text(key.to_owned()), &self.typed).await?;
        Ok(true)
    }

    /// Consumes the code together with `rest`, what it is given for.
    ///
    /// # Errors
    /// As [`lost_race`](Self::lost_race); store failures; another conflict.
    pub async fn commit(mut self, ctx: &Ctx, rest: Batch) -> Result<(), ApiError> {
        for _ in 0..RACES {
            match ctx.platform().commit(rest.clone().merge(self.batch())).await {
                Ok(_) => return Ok(()),
                Err(CommitError::Conflict { key }) if self.lost_race(ctx, &key).await? => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(ApiError::too_many_requests())
    }
}

fn mismatch() -> ApiError {
    ApiError::new(
        ErrorCode::CodeMismatchException,
        "Invalid verification code provided, please try again.",
    )
}

fn ended() -> ApiError {
    ApiError::new(
        ErrorCode::ExpiredCodeException,
        "Invalid code provided, please request a code again.",
    )
}

#[cfg(test)]
mod tests;
