//! One-time codes of the pool beside sign-ins: for sign-up, forgotten passwords and changed addresses.
//!
//! A code lives in a row under its user, one for each purpose, written in the commit that mails it. A wrong answer is
//! heard after it was counted, a right one in the commit of what it is good for, which consumes the row: of any number
//! of right answers at the same moment one goes on, and of any number of wrong ones no more are judged than the code
//! allows, nor than sixty in 24 hours of one user and purpose, however many codes were sent. How often a user may have a
//! code sent is not counted here but by the operation that sends it.
//!
//! A name that nobody has is sent codes that no mail carries: what is counted of them, and answered to wrong ones, is what
//! a user's would be.

use poolhouse_api::ErrorCode;
use poolhouse_crypto::{Entropy, constant_time_eq};
use poolhouse_store::{Batch, CommitError, Expect};
use zeroize::Zeroizing;

use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::base::purpose;
use crate::records::wrong_codes::MOST_OF_DAY;
use crate::records::{CodeRecord, Key, RecordBatch, Stored, WrongCodes};
use crate::request::Ctx;

/// How often an answer is decided again when others to the same code were counted at the same moment. More than are judged
/// in a day, so that no more are judged before this has ended.
const RACES: usize = MOST_OF_DAY + 4;
/// Digits of a code, as many as the service has.
const DIGITS: usize = 6;

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
}

impl Purpose {
    /// Its name in keys and numbers.
    fn name(self) -> &'static str {
        match self {
            Purpose::SignUp => "sign-up",
            Purpose::ForgotPassword => "forgot-password",
            Purpose::VerifyEmail => "verify-email",
            Purpose::VerifyPhoneNumber => "verify-phone-number",
        }
    }

    /// Where the code of the user with this `sub` lies.
    pub fn key(self, pool_id: &str, sub: &str) -> Key<CodeRecord> {
        CodeRecord::key(pool_id, sub, self.name())
    }

    /// How long a code lives, in seconds.
    pub fn life_seconds(self) -> i64 {
        match self {
            Purpose::ForgotPassword => 60 * 60,
            _ => 24 * 60 * 60,
        }
    }

    /// How many wrong answers end a code. On the service none do; a password is not left to that.
    fn attempts(self) -> Option<i64> {
        match self {
            Purpose::ForgotPassword => Some(5),
            Purpose::SignUp | Purpose::VerifyEmail | Purpose::VerifyPhoneNumber => None,
        }
    }
}

/// A code that is to be mailed.
pub struct NewCode {
    /// What is mailed.
    pub text: Zeroizing<String>,
    key: Key<CodeRecord>,
    record: CodeRecord,
    over: Expect,
}

/// Makes a code for the user with this `sub`, sent to `target` and good until `expires`.
pub fn make(ctx: &Ctx, pool_id: &str, sub: &str, purpose: Purpose, target: &str, expires: Millis) -> NewCode {
    tally(ctx, purpose, "made");
    let text = digits(DIGITS, &*ctx.platform().entropy);
    let key = purpose.key(pool_id, sub);
    let record = CodeRecord {
        target: target.to_owned(),
        replaces: None,
        sealed: ctx
            .platform()
            .seal(purpose::Purpose::Codes, key.as_str(), text.as_bytes()),
        attempts_left: purpose.attempts(),
        expires,
    };
    NewCode {
        text,
        key,
        record,
        over: Expect::Any,
    }
}

impl NewCode {
    /// The same for an address that takes the place of this value once it is proved.
    #[must_use]
    pub fn replacing(mut self, value: Option<&str>) -> NewCode {
        self.record.replaces = value.map(str::to_owned);
        self
    }

    /// The same, if what lies in its place is this when it is committed.
    #[must_use]
    pub fn over(self, expect: Expect) -> NewCode {
        NewCode { over: expect, ..self }
    }

    /// The row, in place of an older code's. To be committed with the mail, on the condition that the user is there.
    pub fn batch(&self) -> Batch {
        Batch::new().record(self.key.clone(), self.over, &self.record)
    }
}

/// The code for this purpose that the user with this `sub` was sent, if it lives, and what lies in its place.
///
/// # Errors
/// When the store fails.
pub async fn live(
    ctx: &Ctx,
    pool_id: &str,
    sub: &str,
    purpose: Purpose,
) -> Result<(Option<CodeRecord>, Expect), ApiError> {
    let stored = ctx.load(&purpose.key(pool_id, sub)).await?;
    let expect = stored.as_ref().map_or(Expect::Absent, Stored::unchanged);
    let code = stored.map(|stored| stored.value);
    Ok((code.filter(|code| ctx.now < code.expires), expect))
}

/// Random digits, up to nineteen. The remainder favours some of them by less than one in ten thousand million.
pub fn digits(count: usize, entropy: &dyn Entropy) -> Zeroizing<String> {
    let mut random = Zeroizing::new([0; 8]);
    entropy.fill(&mut *random);
    let number = u64::from_be_bytes(*random) % 10_u64.pow(u32::try_from(count).unwrap_or(8));
    Zeroizing::new(format!("{number:0count$}"))
}

/// A right answer. It counts from the commit that [`batch`](Self::batch) is part of.
pub struct RightCode {
    code: Stored<CodeRecord>,
    wrong: Wrong,
    typed: Zeroizing<String>,
}

/// The wrong answers of late, as they were read.
struct Wrong {
    key: Key<WrongCodes>,
    stored: Option<Stored<WrongCodes>>,
}

impl Wrong {
    fn expect(&self) -> Expect {
        self.stored.as_ref().map_or(Expect::Absent, Stored::unchanged)
    }

    fn value(&self) -> WrongCodes {
        self.stored
            .as_ref()
            .map(|stored| stored.value.clone())
            .unwrap_or_default()
    }
}

/// Judges an answer. A wrong one is counted before anybody hears that it was wrong.
///
/// # Errors
/// `CodeMismatchException` for a wrong code, `ExpiredCodeException` where no code lives: none was sent, it is too old,
/// was used, or took too many wrong answers; `LimitExceededException` after too many of them in 24 hours.
pub async fn answer(
    ctx: &Ctx,
    pool_id: &str,
    sub: &str,
    purpose: Purpose,
    typed: &str,
) -> Result<RightCode, ApiError> {
    let wrong = WrongCodes::key(pool_id, sub, purpose.name());
    let judged = judge(ctx, &purpose.key(pool_id, sub), &wrong, typed).await;
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

async fn judge(
    ctx: &Ctx,
    key: &Key<CodeRecord>,
    wrong: &Key<WrongCodes>,
    typed: &str,
) -> Result<RightCode, ApiError> {
    for _ in 0..RACES {
        ctx.read_ahead([key.clone().into(), wrong.clone().into()]).await?;
        let stored = ctx.load(key).await?;
        let wrong = Wrong {
            key: wrong.clone(),
            stored: ctx.load(wrong).await?,
        };
        let live = stored.filter(|stored| ctx.now < stored.value.expires);
        let stored = live.ok_or_else(ended)?;
        if wrong.value().are_too_many(ctx.now) {
            return Err(ApiError::limit_exceeded());
        }
        let code = ctx
            .platform()
            .open(purpose::Purpose::Codes, key.as_str(), &stored.value.sealed);
        let code = Zeroizing::new(code.map_err(ApiError::internal)?);
        if constant_time_eq(&code, typed.as_bytes()) {
            ctx.audit.tells_done();
            return Ok(RightCode {
                code: stored,
                wrong,
                typed: Zeroizing::new(typed.to_owned()),
            });
        }
        let counted = wrong.value().and_another(ctx.now);
        let batch =
            one_attempt_less(&stored).merge(Batch::new().record(wrong.key.clone(), wrong.expect(), &counted));
        ctx.audit
            .was_wrong(ErrorCode::CodeMismatchException, "wrong_code");
        match ctx.platform().commit(batch).await {
            Ok(_) => return Err(mismatch()),
            Err(CommitError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::too_many_requests())
}

/// The code after one more wrong answer: as it was, where no number of them ends it.
fn one_attempt_less(stored: &Stored<CodeRecord>) -> Batch {
    let Some(left) = stored.value.attempts_left else {
        return Batch::new().check(stored.key.clone(), stored.unchanged());
    };
    if left > 1 {
        let code = CodeRecord {
            attempts_left: Some(left - 1),
            ..stored.value.clone()
        };
        Batch::new().replace(stored, &code)
    } else {
        Batch::new().remove(stored)
    }
}

impl RightCode {
    /// The address that the code was sent to, and that the answer proves. What the code is given for must hold for this
    /// address still.
    pub fn target(&self) -> &str {
        &self.code.value.target
    }

    /// The value that the address takes the place of; `None` where it is the user's already.
    pub fn replaces(&self) -> Option<&str> {
        self.code.value.replaces.as_deref()
    }

    /// Part of the commit that the code is given for: consumes it, if no answer was counted since it was found right.
    pub fn batch(&self) -> Batch {
        Batch::new()
            .remove(&self.code)
            .check(self.wrong.key.clone(), self.wrong.expect())
    }

    /// After a conflict at `key`: whether it was the code's, which is right still then.
    ///
    /// # Errors
    /// As [`answer`]: the code was used or has ended meanwhile, or another one has taken its place.
    pub async fn lost_race(&mut self, ctx: &Ctx, key: &str) -> Result<bool, ApiError> {
        if key != self.code.key && key != self.wrong.key.as_str() {
            return Ok(false);
        }
        let code = Key::from_text(self.code.key.clone());
        *self = judge(ctx, &code, &self.wrong.key, &self.typed).await?;
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

/// No code lives that could be right: the same whether none was sent, it is too old, or it was used.
pub fn ended() -> ApiError {
    ApiError::new(
        ErrorCode::ExpiredCodeException,
        "Invalid code provided, please request a code again.",
    )
}

#[cfg(test)]
mod tests;
