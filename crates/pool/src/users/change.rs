//! Changing and deleting a stored user, by whichever operation.

use poolhouse_store::{Batch, CommitError, Expect, Scan};

use crate::base::error::ApiError;
use crate::records::key::user_prefix;
use crate::records::{Deleted, Deleting, PoolRecord, RecordBatch, Stored, UserRecord, document, purge};
use crate::request::Ctx;
use crate::users::aliases::{self, Taken};
use crate::users::attributes::Change;
use crate::users::codes::RightCode;
use crate::users::{epoch, sign_out};

/// How often a change is decided again when another request changed the user, or took one of its new addresses, in
/// between. Each loss means that somebody else's change was made.
const ATTEMPTS: usize = 16;
/// Rows of a user that are deleted with it in one commit.
const ROWS: usize = 500;

/// Changes a user: lets `edit` change the record and commits it together with the aliases and the security epoch that
/// follow from it.
/// `edit` runs again on the newer record if another request was faster.
///
/// # Errors
/// What `edit` refuses, `AliasExistsException`, `UserNotFoundException` if the user was deleted in between,
/// `TooManyRequestsException` after too many lost races.
pub async fn change(
    ctx: &Ctx,
    pool: &PoolRecord,
    user: Stored<UserRecord>,
    edit: impl Fn(&mut UserRecord) -> Result<(), ApiError>,
) -> Result<UserRecord, ApiError> {
    change_with(ctx, pool, user, &Batch::new(), edit).await
}

/// As [`change`], and commits `also` in the same batch.
///
/// # Errors
/// As [`change`].
pub async fn change_with(
    ctx: &Ctx,
    pool: &PoolRecord,
    user: Stored<UserRecord>,
    also: &Batch,
    edit: impl Fn(&mut UserRecord) -> Result<(), ApiError>,
) -> Result<UserRecord, ApiError> {
    let mut user = user;
    for _ in 0..ATTEMPTS {
        let (changed, batch) = decide(ctx, pool, &user, Taken::Refuse, &edit).await?;
        match ctx.platform().commit(batch.merge(also.clone())).await {
            Ok(_) => return Ok(changed),
            Err(CommitError::Conflict { .. }) => user = reload(ctx, &user).await?,
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::concurrent_modification())
}

/// What a change is made for: a right answer, which the commit of the change consumes.
pub trait Proof {
    /// Part of the commit.
    fn batch(&self, ctx: &Ctx) -> Batch;

    /// After a conflict at `key`: whether it was the proof's, which is good still then.
    ///
    /// # Errors
    /// The proof is not good any more.
    fn lost_race(&mut self, ctx: &Ctx, key: &str) -> impl Future<Output = Result<bool, ApiError>> + Send;
}

/// As [`change`], for a proof, which the same commit consumes.
///
/// # Errors
/// As [`change`]; as [`Proof::lost_race`], if it is not good any more.
pub async fn change_for(
    ctx: &Ctx,
    pool: &PoolRecord,
    user: Stored<UserRecord>,
    proof: &mut impl Proof,
    edit: impl Fn(&mut UserRecord) -> Result<(), ApiError>,
) -> Result<UserRecord, ApiError> {
    let mut user = user;
    for _ in 0..ATTEMPTS {
        let (changed, batch) = decide(ctx, pool, &user, Taken::Refuse, &edit).await?;
        match ctx.platform().commit(batch.merge(proof.batch(ctx))).await {
            Ok(_) => return Ok(changed),
            Err(CommitError::Conflict { key }) => {
                if !proof.lost_race(ctx, &key).await? {
                    user = reload(ctx, &user).await?;
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::concurrent_modification())
}

/// As [`change_with`], for a right code, which the same commit consumes. `taken` says what becomes of an alias that the user
/// gains and another has.
///
/// # Errors
/// As [`change`]; as [`RightCode::lost_race`], if the code is not right any more.
pub async fn change_for_code(
    ctx: &Ctx,
    pool: &PoolRecord,
    user: Stored<UserRecord>,
    code: RightCode,
    taken: Taken,
    also: &Batch,
    edit: impl Fn(&mut UserRecord) -> Result<(), ApiError>,
) -> Result<UserRecord, ApiError> {
    let (mut user, mut code) = (user, code);
    for _ in 0..ATTEMPTS {
        let (changed, batch) = decide(ctx, pool, &user, taken, &edit).await?;
        let batch = batch.merge(also.clone()).merge(code.batch());
        match ctx.platform().commit(batch).await {
            Ok(_) => return Ok(changed),
            Err(CommitError::Conflict { key }) => {
                if !code.lost_race(ctx, &key).await? {
                    user = reload(ctx, &user).await?;
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::concurrent_modification())
}

/// The user as `edit` wants it, and the rows that say so.
async fn decide(
    ctx: &Ctx,
    pool: &PoolRecord,
    user: &Stored<UserRecord>,
    taken: Taken,
    edit: impl Fn(&mut UserRecord) -> Result<(), ApiError>,
) -> Result<(UserRecord, Batch), ApiError> {
    let mut changed = user.value.clone();
    edit(&mut changed)?;
    epoch::advance(&user.value, &mut changed);
    let index = aliases::change(ctx, pool, Some(&user.value), Some(&changed), taken).await?;
    Ok((changed.clone(), index.replace(user, &changed)))
}

/// Changes a user's attributes.
///
/// # Errors
/// As [`change`]; what the schema does not take.
pub async fn attributes(
    ctx: &Ctx,
    pool: &PoolRecord,
    user: Stored<UserRecord>,
    asked: &Change,
) -> Result<UserRecord, ApiError> {
    change(ctx, pool, user, |user| {
        asked.check_change(pool, user)?;
        asked.apply(pool, user);
        user.modified = ctx.now;
        Ok(())
    })
    .await
}

/// Ends all of a user's sign-ins, and whatever else `edit` changes in the same moment.
///
/// # Errors
/// As [`change`].
pub async fn sign_out(
    ctx: &Ctx,
    pool: &PoolRecord,
    user: Stored<UserRecord>,
    edit: impl Fn(&mut UserRecord),
) -> Result<(), ApiError> {
    let families = sign_out::revoke_all(ctx, pool.id(), &user.value.sub).await?;
    change_with(ctx, pool, user, &families, |user| {
        user.signed_out = Some(ctx.now);
        epoch::sign_out(user);
        edit(user);
        Ok(())
    })
    .await?;
    Ok(())
}

/// Deletes a user and everything that speaks of it. What one commit cannot hold is left to the sweeper, behind a
/// tombstone.
///
/// # Errors
/// `UserNotFoundException` if another request deleted it first.
pub async fn delete(ctx: &Ctx, pool: &PoolRecord, user: Stored<UserRecord>) -> Result<(), ApiError> {
    let mut user = user;
    for _ in 0..ATTEMPTS {
        let sub = &user.value.sub;
        let index = aliases::change(ctx, pool, Some(&user.value), None, Taken::Refuse).await?;
        let rows = Scan::prefix(user_prefix(pool.id(), sub), ROWS);
        let rows = ctx.platform().store.scan(rows).await?;
        let batch = if rows.len() < ROWS {
            let others = rows.into_iter().filter(|row| row.key != user.key);
            others.fold(index, |batch, row| batch.delete(row.key, Expect::Any))
        } else {
            index.record(Deleting::user(pool.id(), sub), Expect::Any, &Deleting(ctx.now))
        };
        match ctx.platform().commit(batch.remove(&user)).await {
            Ok(_) => {
                clear(ctx, pool, sub).await;
                return Ok(());
            }
            Err(CommitError::Conflict { .. }) => user = reload(ctx, &user).await?,
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::concurrent_modification())
}

/// Deletes what requests under way wrote between the look at a user's rows and its deletion. From the deletion on they
/// write nothing that stays. The user is gone whatever happens here, so a fault is no failure of the deletion.
async fn clear(ctx: &Ctx, pool: &PoolRecord, sub: &str) {
    let one = Scan::prefix(user_prefix(pool.id(), sub), 1);
    let cleared = match ctx.platform().store.scan(one).await {
        Ok(rows) if rows.is_empty() => Ok(true),
        Ok(_) => {
            let pool_id = pool.id();
            purge::purge(ctx.platform(), Deleted::User { pool_id, sub }).await
        }
        Err(error) => Err(error.into()),
    };
    if let Err(error) = cleared {
        tracing::warn!(request_id = ctx.request_id, pool = pool.id(), %error, "leftovers of a deleted user stay");
    }
}

/// The same user as it is now.
///
/// # Errors
/// `UserNotFoundException` if it was deleted.
pub(super) async fn reload(ctx: &Ctx, user: &Stored<UserRecord>) -> Result<Stored<UserRecord>, ApiError> {
    let now = document::reload(ctx.platform(), user).await?;
    now.ok_or_else(ApiError::user_not_found)
}
