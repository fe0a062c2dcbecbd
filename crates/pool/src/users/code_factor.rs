//! What is counted of the codes that follow a user's password: the pool's own by mail, and those of second factors. They have
//! one ledger, so whoever guesses at the one cannot guess at the other as often again, and a new password opens both.

use poolhouse_confirm::{FactorEvent, FactorState, Person, factor_counted, factor_state, unlock};
use poolhouse_store::{Batch, Expect};

use crate::base::error::ApiError;
use crate::records::{Key, LedgerRecord, PoolRecord, RecordBatch, Stored, UserRecord, load};
use crate::request::Ctx;

/// What takes away every lock that wrong codes have made, and the limits of mails that are reached: part of the commit
/// that sets a new password.
///
/// # Errors
/// When the store fails.
pub async fn unlocked(ctx: &Ctx, pool: &PoolRecord, user: &UserRecord) -> Result<Batch, ApiError> {
    let key = LedgerRecord::key(pool.id(), &user.sub);
    let Some(stored) = load(ctx.platform(), &key).await? else {
        return Ok(Batch::new());
    };
    let person = Person {
        pool: pool.id(),
        user_name: &user.username,
        sub: &user.sub,
    };
    let settings = ctx.app.functions.confirm();
    let Some(text) = unlock(&settings, &person, &stored.value.text, ctx.now.seconds()) else {
        return Ok(Batch::new());
    };
    // Over whatever was counted meanwhile: it is to be taken away.
    Ok(Batch::new().record(key, Expect::Any, &LedgerRecord::written(text, ctx.now)))
}

/// Whose counts they are, and from which browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The pool.
    pub pool_id: String,
    /// The username.
    pub username: String,
    /// The `sub`.
    pub sub: String,
    /// Whether the request comes from a browser in which a right code was typed before, which is counted apart.
    pub is_placed: bool,
}

/// The counts as they were read.
pub struct Counts {
    whose: Counted,
    stored: Option<Stored<LedgerRecord>>,
}

impl Counts {
    /// Reads them.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn of(ctx: &Ctx, whose: Counted) -> Result<Counts, ApiError> {
        let stored = ctx.load(&LedgerRecord::key(&whose.pool_id, &whose.sub)).await?;
        Ok(Counts { whose, stored })
    }

    /// Checks that answers are judged.
    ///
    /// # Errors
    /// `NotAuthorizedException` `Password attempts exceeded`, as after wrong passwords.
    pub fn check_open(&self, ctx: &Ctx) -> Result<(), ApiError> {
        match self.state(ctx) {
            FactorState::Open { .. } => Ok(()),
            FactorState::Locked { .. } | FactorState::Closed => {
                ctx.platform().numbers.locked_out.add([]);
                Err(ApiError::not_authorized("Password attempts exceeded"))
            }
        }
    }

    /// Checks that a message may leave.
    ///
    /// # Errors
    /// As [`check_open`](Self::check_open); `TooManyRequestsException` while the limits of messages are reached, because
    /// `InitiateAuth` has no other error of the kind.
    pub fn check_message(&self, ctx: &Ctx) -> Result<(), ApiError> {
        self.check_open(ctx)?;
        match self.state(ctx) {
            FactorState::Open { mail_wait_s: 1.. } => Err(ApiError::new(
                poolhouse_api::ErrorCode::TooManyRequestsException,
                "Attempt limit exceeded, please try after some time.",
            )),
            _ => Ok(()),
        }
    }

    /// What is written where this happens, if nothing was counted since: part of the commit in which it does.
    pub fn after(&self, ctx: &Ctx, event: FactorEvent) -> Batch {
        let settings = ctx.app.functions.confirm();
        let placed = self.whose.is_placed;
        let counted = factor_counted(
            &settings,
            &self.person(),
            self.text(),
            placed,
            event,
            ctx.now.seconds(),
        );
        let expect = self.stored.as_ref().map_or(Expect::Absent, Stored::unchanged);
        match counted {
            Some(text) => Batch::new().record(self.key(), expect, &LedgerRecord::written(text, ctx.now)),
            None => Batch::new().check(self.key(), expect),
        }
    }

    /// Whose they are.
    pub fn whose(&self) -> &Counted {
        &self.whose
    }

    /// Where they lie.
    pub fn key(&self) -> Key<LedgerRecord> {
        LedgerRecord::key(&self.whose.pool_id, &self.whose.sub)
    }

    fn state(&self, ctx: &Ctx) -> FactorState {
        let settings = ctx.app.functions.confirm();
        let placed = self.whose.is_placed;
        factor_state(&settings, &self.person(), self.text(), placed, ctx.now.seconds())
    }

    fn text(&self) -> Option<&str> {
        self.stored.as_ref().map(|stored| stored.value.text.as_str())
    }

    fn person(&self) -> Person<'_> {
        Person {
            pool: &self.whose.pool_id,
            user_name: &self.whose.username,
            sub: &self.whose.sub,
        }
    }
}
