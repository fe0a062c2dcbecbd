//! The code factor of a user, as far as a new password has to do with it.

use poolhouse_confirm::{Person, unlock};
use poolhouse_store::{Batch, Expect};

use crate::base::error::ApiError;
use crate::records::{LedgerRecord, PoolRecord, RecordBatch, UserRecord, load};
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
