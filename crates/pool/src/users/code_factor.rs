//! What is counted of the codes of a sign-in. Those that follow a password, the pool's own by mail and those of second factors,
//! have one ledger, so whoever guesses at the one cannot guess at the other as often again, and a new password opens both. Those
//! that come in place of a password have a cap of their own: a stranger who asks for them must not lock what follows one.

use poolhouse_confirm::{FactorEvent, FactorState, Person, factor_counted, factor_state, unlock};
use poolhouse_store::{Batch, Expect};

use crate::base::error::ApiError;
use crate::records::{FirstCodes, LedgerRecord, PoolRecord, RecordBatch, Stored, UserRecord, load};
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
    Ok(Batch::new().record(key, Expect::Any, &LedgerRecord { text }))
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
    /// Whether the code comes in place of a password.
    pub is_first: bool,
}

/// The counts as they were read.
pub struct Counts {
    whose: Counted,
    stored: Row,
}

/// The row that holds them.
enum Row {
    Ledger(Option<Stored<LedgerRecord>>),
    First(Option<Stored<FirstCodes>>),
}

impl Counts {
    /// Reads them.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn of(ctx: &Ctx, whose: Counted) -> Result<Counts, ApiError> {
        let (pool_id, sub) = (&whose.pool_id, &whose.sub);
        let stored = match whose.is_first {
            true => Row::First(ctx.load(&FirstCodes::key(pool_id, sub)).await?),
            false => Row::Ledger(ctx.load(&LedgerRecord::key(pool_id, sub)).await?),
        };
        Ok(Counts { whose, stored })
    }

    /// Checks that answers are judged.
    ///
    /// # Errors
    /// `NotAuthorizedException` `Password attempts exceeded`, as after wrong passwords; `TooManyRequestsException` where the code
    /// comes in place of one.
    pub fn check_open(&self, ctx: &Ctx) -> Result<(), ApiError> {
        let ledger = match &self.stored {
            Row::Ledger(ledger) => ledger.as_ref(),
            Row::First(Some(codes)) if !codes.value.may_judge(ctx.now) => {
                ctx.platform().numbers.locked_out.add([]);
                return Err(limited());
            }
            Row::First(_) => return Ok(()),
        };
        match self.state(ctx, ledger) {
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
    /// As [`check_open`](Self::check_open); `TooManyRequestsException` while the limits of messages are reached.
    pub fn check_message(&self, ctx: &Ctx) -> Result<(), ApiError> {
        self.check_open(ctx)?;
        let must_wait = match &self.stored {
            Row::Ledger(ledger) => {
                let state = self.state(ctx, ledger.as_ref());
                matches!(state, FactorState::Open { mail_wait_s: 1.. })
            }
            Row::First(codes) => codes.as_ref().is_some_and(|codes| !codes.value.may_send(ctx.now)),
        };
        match must_wait {
            true => Err(limited()),
            false => Ok(()),
        }
    }

    /// What is written where this happens, if nothing was counted since: part of the commit in which it does.
    pub fn after(&self, ctx: &Ctx, event: FactorEvent) -> Batch {
        match &self.stored {
            Row::Ledger(ledger) => self.after_second(ctx, ledger.as_ref(), event),
            Row::First(codes) => self.after_first(ctx, codes.as_ref(), event),
        }
    }

    fn after_first(&self, ctx: &Ctx, stored: Option<&Stored<FirstCodes>>, event: FactorEvent) -> Batch {
        let codes = stored.map(|stored| stored.value.clone()).unwrap_or_default();
        let counted = match event {
            FactorEvent::Wrong => codes.after_wrong(ctx.now),
            FactorEvent::Mailed => codes.after_message(ctx.now),
            FactorEvent::Right { mailed } => mailed.map_or(codes.clone(), |mailed| codes.after_right(mailed)),
        };
        let key = FirstCodes::key(&self.whose.pool_id, &self.whose.sub);
        Batch::new().record(key, stored.map_or(Expect::Absent, Stored::unchanged), &counted)
    }

    fn after_second(&self, ctx: &Ctx, stored: Option<&Stored<LedgerRecord>>, event: FactorEvent) -> Batch {
        let settings = ctx.app.functions.confirm();
        let placed = self.whose.is_placed;
        let counted = factor_counted(
            &settings,
            &self.person(),
            text(stored),
            placed,
            event,
            ctx.now.seconds(),
        );
        let expect = stored.map_or(Expect::Absent, Stored::unchanged);
        let key = LedgerRecord::key(&self.whose.pool_id, &self.whose.sub);
        match counted {
            Some(text) => Batch::new().record(key, expect, &LedgerRecord { text }),
            None => Batch::new().check(key, expect),
        }
    }

    /// Whose they are.
    pub fn whose(&self) -> &Counted {
        &self.whose
    }

    /// Where they lie.
    pub fn key(&self) -> String {
        let (pool_id, sub) = (&self.whose.pool_id, &self.whose.sub);
        match self.whose.is_first {
            true => FirstCodes::key(pool_id, sub).into(),
            false => LedgerRecord::key(pool_id, sub).into(),
        }
    }

    fn state(&self, ctx: &Ctx, ledger: Option<&Stored<LedgerRecord>>) -> FactorState {
        let settings = ctx.app.functions.confirm();
        let placed = self.whose.is_placed;
        factor_state(&settings, &self.person(), text(ledger), placed, ctx.now.seconds())
    }

    fn person(&self) -> Person<'_> {
        Person {
            pool: &self.whose.pool_id,
            user_name: &self.whose.username,
            sub: &self.whose.sub,
        }
    }
}

fn text(ledger: Option<&Stored<LedgerRecord>>) -> Option<&str> {
    ledger.map(|stored| stored.value.text.as_str())
}

/// `InitiateAuth` has no other error of the kind.
fn limited() -> ApiError {
    ApiError::new(
        poolhouse_api::ErrorCode::TooManyRequestsException,
        "Attempt limit exceeded, please try after some time.",
    )
}
