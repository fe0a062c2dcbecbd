//! Wrong passwords in a row: after five, an account locks for one second, then twice as long with each further failure,
//! to a ceiling of fifteen minutes. Attempts during a lock fail and do not prolong it; a success, or fifteen quiet
//! minutes, starts the count again. The numbers are Cognito's. Beyond that, no more than a hundred wrong ones of a name are
//! judged in a day, whatever succeeds meanwhile; right ones never count.
//!
//! Whatever comes of a password is committed on the condition that the row is what it was when the attempt began: a
//! failure together with its count, a success together with what the password was given for. Nobody hears a verdict
//! before that commit. So attempts at the same moment count as if they had come one after the other, and a crash takes
//! a verdict back with its count. Names without a user are counted alike, or the lock would tell which names exist.

use poolhouse_store::{Batch, CommitError, Expect};

use super::factor::RightAnswer;
use super::handle;
use super::right_passkey::RightPasskey;
use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::records::{Failures, Key, PoolRecord, RecordBatch, SessionRecord, Stored};
use crate::request::Ctx;
use crate::triggers;

/// How often a verdict is committed anew when other attempts on the same account were counted at the same moment.
const RACES: usize = 64;

/// What the audit log calls it.
pub const WRONG_PASSWORD: &str = "wrong_password";

/// An attempt to prove a password of one account.
pub struct Attempt {
    pool_id: String,
    who: String,
    /// Digest of the place token that came with the attempt, if one did that is good.
    place: Option<String>,
    row: Option<Stored<Failures>>,
    /// What happens exactly once, whatever the verdict: the consumption of what the attempt answers.
    consumes: Batch,
    /// The error if it has happened already.
    lost: fn() -> ApiError,
    /// What it was committed as, where it is committed already: a failure.
    counted: Option<Failures>,
}

impl Attempt {
    /// Begins an attempt on the account `who`: a `sub`, or a digest of a name that nobody has.
    ///
    /// # Errors
    /// `NotAuthorizedException` `Password attempts exceeded` while the account is locked.
    pub async fn begin(ctx: &Ctx, pool_id: &str, who: String) -> Result<Attempt, ApiError> {
        Attempt::begin_at(ctx, pool_id, who, None).await
    }

    /// The same from a browser in which a right code was typed before, by the digest of its place token: what comes from
    /// there is counted apart, so that a stranger's wrong passwords do not keep the user out.
    ///
    /// # Errors
    /// As [`begin`](Self::begin), while this place is locked.
    pub async fn begin_at(
        ctx: &Ctx,
        pool_id: &str,
        who: String,
        place: Option<String>,
    ) -> Result<Attempt, ApiError> {
        let mut attempt = Attempt {
            pool_id: pool_id.to_owned(),
            who,
            place,
            row: None,
            consumes: Batch::new(),
            lost: ApiError::concurrent_modification,
            counted: None,
        };
        attempt.look(ctx).await?;
        Ok(attempt)
    }

    /// Has `batch` happen with the verdict, and `lost` answered if it has happened already.
    pub fn consuming(self, batch: Batch, lost: fn() -> ApiError) -> Attempt {
        Attempt {
            consumes: batch,
            lost,
            ..self
        }
    }

    /// Commits the attempt as a failure, which success takes back: for what may be asked only once for each attempt.
    ///
    /// # Errors
    /// As [`failed`](Self::failed).
    pub async fn counted_first(mut self, ctx: &Ctx) -> Result<Attempt, ApiError> {
        ctx.audit.is_unfinished();
        let counted = self.count(ctx).await?;
        ctx.audit.is_undecided();
        self.counted = Some(counted.value);
        self.row = Some(counted);
        Ok(self)
    }

    /// The password was wrong: counts that.
    ///
    /// # Errors
    /// As [`begin`](Self::begin), if others were counted meanwhile; what [`consuming`](Self::consuming) was given.
    pub async fn failed(mut self, ctx: &Ctx) -> Result<(), ApiError> {
        if self.counted.is_some() {
            return Ok(());
        }
        self.count(ctx).await.map(drop)
    }

    /// The password was right.
    pub fn proved(self) -> Proved {
        if self.counted.is_some() {
            Proved::Counted(self)
        } else {
            Proved::Open(self)
        }
    }

    /// Commits one failure more, and returns the row.
    async fn count(&mut self, ctx: &Ctx) -> Result<Stored<Failures>, ApiError> {
        for _ in 0..RACES {
            let value = self.one_more(ctx);
            let batch = self.consumes.clone().merge(self.counting(value));
            match ctx.platform().commit(batch).await {
                Ok(version) => {
                    if value.locked_until().is_some() {
                        ctx.platform().numbers.lockouts.add([]);
                    }
                    return Ok(Stored {
                        key: self.key().into(),
                        version,
                        value,
                    });
                }
                Err(CommitError::Conflict { key }) => self.lost_race(ctx, &key).await?,
                Err(error) => return Err(error.into()),
            }
        }
        Err(ApiError::too_many_requests())
    }

    fn key(&self) -> Key<Failures> {
        match &self.place {
            None => Failures::key(&self.pool_id, &self.who),
            Some(place) => Failures::key_at(&self.pool_id, &self.who, place),
        }
    }

    fn expect(&self) -> Expect {
        self.row.as_ref().map_or(Expect::Absent, Stored::unchanged)
    }

    fn one_more(&self, ctx: &Ctx) -> Failures {
        Failures::after(self.row.as_ref().map(|row| row.value), ctx.now)
    }

    /// The failures, beside which nothing was counted since they were read, become these.
    fn counting(&self, failures: Failures) -> Batch {
        Batch::new().record(self.key(), self.expect(), &failures)
    }

    /// No failure in a row any more. Those of the day stay: right passwords take nothing from them.
    fn forgotten(&self, now: Millis) -> Batch {
        let Some(row) = &self.row else {
            return Batch::new().check(self.key(), Expect::Absent);
        };
        match row.value.after_success(now) {
            Some(left) if left == row.value => Batch::new().check(self.key(), self.expect()),
            Some(left) => Batch::new().record(self.key(), self.expect(), &left),
            None => Batch::new().delete(self.key(), self.expect()),
        }
    }

    /// As [`forgotten`](Self::forgotten), for an attempt that was counted as a failure: that one, and no other, is taken back.
    fn taken_back(&self, now: Millis) -> Batch {
        let (Some(row), Some(counted)) = (&self.row, self.counted) else {
            return self.forgotten(now);
        };
        match row.value.without(counted).after_success(now) {
            Some(left) => self.counting(left),
            None => Batch::new().delete(self.key(), self.expect()),
        }
    }

    /// Reads the failures, and denies while they lock the account.
    async fn look(&mut self, ctx: &Ctx) -> Result<(), ApiError> {
        self.row = ctx.load(&self.key()).await?;
        let locked = self.row.as_ref().and_then(|row| row.value.locked_until());
        match locked.is_some_and(|until| ctx.now < until) {
            true => {
                ctx.platform().numbers.locked_out.add([]);
                Err(ApiError::not_authorized("Password attempts exceeded"))
            }
            false => Ok(()),
        }
    }

    /// Somebody else's commit was faster at `key`.
    async fn lost_race(&mut self, ctx: &Ctx, key: &str) -> Result<(), ApiError> {
        if key == self.key().as_str() {
            self.look(ctx).await
        } else {
            Err((self.lost)())
        }
    }
}

/// A password that proved right. Its success counts from the commit that [`batch`](Self::batch) is part of.
pub enum Proved {
    /// Nothing is committed yet.
    Open(Attempt),
    /// The attempt is committed as a failure would be; success takes the count back.
    Counted(Attempt),
    /// A challenge that goes with the proof is answered: its session is consumed with what comes next.
    Answered(Box<Stored<SessionRecord>>),
    /// A second factor is answered: its session, and what else it takes, is consumed with what comes next.
    Factor(Box<RightAnswer>),
    /// A passkey has signed: its session is consumed, and its counter moved on, with what comes next.
    Passkey(Box<RightPasskey>),
    /// There is nothing to commit.
    Settled,
}

impl Proved {
    /// To be called before the pool's functions are. Functions that run elsewhere are asked once for each proof, so the
    /// attempt is committed before; those in process are asked again if the commit that follows loses a race.
    ///
    /// # Errors
    /// As [`commit`](Self::commit).
    pub async fn before_functions(self, ctx: &Ctx, pool: &PoolRecord) -> Result<Proved, ApiError> {
        match self {
            Proved::Open(attempt) if !triggers::all_in_process(&ctx.app.functions, pool) => {
                Ok(attempt.counted_first(ctx).await?.proved())
            }
            proved => Ok(proved),
        }
    }

    /// Part of the commit of what the password was given for: consumes what was answered and forgets the failures.
    pub fn batch(&self, ctx: &Ctx) -> Batch {
        match self {
            Proved::Open(attempt) => attempt.consumes.clone().merge(attempt.forgotten(ctx.now)),
            Proved::Counted(attempt) => attempt.taken_back(ctx.now),
            Proved::Answered(pending) => handle::consumption(pending),
            Proved::Factor(right) => right.batch(ctx),
            Proved::Passkey(right) => right.batch(),
            Proved::Settled => Batch::new(),
        }
    }

    /// Part of the commit of a sign-in that is denied although the password was right: counts it as a wrong one,
    /// or the lock would tell the two apart.
    pub fn denied(&self, ctx: &Ctx) -> Batch {
        match self {
            Proved::Open(attempt) => {
                let one_more = attempt.one_more(ctx);
                attempt.consumes.clone().merge(attempt.counting(one_more))
            }
            Proved::Answered(pending) => handle::consumption(pending),
            Proved::Factor(right) => right.batch(ctx),
            Proved::Passkey(right) => right.batch(),
            Proved::Counted(_) | Proved::Settled => Batch::new(),
        }
    }

    /// After a conflict at `key`: whether it was the proof's, which is good again then.
    ///
    /// # Errors
    /// `Password attempts exceeded` if the account was locked meanwhile; what was answered was answered before.
    pub async fn lost_race(&mut self, ctx: &Ctx, key: &str) -> Result<bool, ApiError> {
        match self {
            Proved::Open(attempt) if attempt.key().as_str() == key || attempt.consumes.names(key) => {
                attempt.lost_race(ctx, key).await.map(|()| true)
            }
            Proved::Answered(pending) if pending.key == key => Err(handle::used()),
            Proved::Factor(right) => right.lost_race(ctx, key).await,
            Proved::Passkey(right) => right.lost_race(ctx, key).await,
            proved => proved.counts_anew(ctx, key).await,
        }
    }

    /// After a conflict at `key`: whether others were counted beside an attempt that is counted already, which is then taken
    /// back from what they left. It was judged before them, so a lock that they made does not concern it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn counts_anew(&mut self, ctx: &Ctx, key: &str) -> Result<bool, ApiError> {
        match self {
            Proved::Counted(attempt) if attempt.key().as_str() == key => {
                attempt.row = ctx.load(&attempt.key()).await?;
                Ok(true)
            }
            Proved::Open(_)
            | Proved::Counted(_)
            | Proved::Answered(_)
            | Proved::Factor(_)
            | Proved::Passkey(_)
            | Proved::Settled => Ok(false),
        }
    }

    /// Commits the proof's success together with `rest`.
    ///
    /// # Errors
    /// As [`lost_race`](Self::lost_race); store failures; another conflict.
    pub async fn commit(mut self, ctx: &Ctx, rest: Batch) -> Result<(), ApiError> {
        for _ in 0..RACES {
            match ctx.platform().commit(rest.clone().merge(self.batch(ctx))).await {
                Ok(_) => return Ok(()),
                Err(CommitError::Conflict { key }) if self.lost_race(ctx, &key).await? => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(ApiError::too_many_requests())
    }

    /// Commits that the sign-in was denied although the password was right.
    ///
    /// # Errors
    /// As [`Attempt::failed`].
    pub async fn deny(self, ctx: &Ctx) -> Result<(), ApiError> {
        match self {
            Proved::Open(attempt) => attempt.failed(ctx).await,
            Proved::Answered(pending) => handle::consume(ctx, &pending).await,
            Proved::Factor(_) | Proved::Passkey(_) => self.commit(ctx, Batch::new()).await,
            Proved::Counted(_) | Proved::Settled => Ok(()),
        }
    }
}
