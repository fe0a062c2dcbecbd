//! Place tokens, as far as the pool has to do with them: every challenge hands one out, the commit of a right code makes it
//! good, and no function sees one that is not.

use poolhouse_store::{Batch, Expect};

use super::handle;
use super::step::SignIn;
use super::subject::Subject;
use crate::base::error::ApiError;
use crate::records::{PlaceRecord, PoolRecord, RecordBatch};
use crate::request::Ctx;
use crate::triggers::events::Metadata;

/// The token's name in public parameters and in `ClientMetadata`.
pub const TOKEN: &str = "deviceToken";

/// How long a token is good, in seconds: as long as the longest trust in a device.
const LIFE_SECONDS: i64 = 90 * 24 * 3600;

/// What is kept of a token.
pub fn digest(token: &str) -> String {
    handle::digest(token.as_bytes())
}

/// The note that makes the token of a sign-in good under a security epoch, if there is one: part of the commit that ends
/// the sign-in.
pub fn noted(sign_in: &SignIn<'_>, epoch: u64) -> Batch {
    let Some(digest) = &sign_in.place else {
        return Batch::new();
    };
    let record = PlaceRecord {
        epoch,
        expires: sign_in.ctx.now.plus_seconds(LIFE_SECONDS),
    };
    let key = PlaceRecord::key(sign_in.pool.id(), sign_in.subject.id(), digest);
    Batch::new().record(key, Expect::Any, &record)
}

/// The row that [`strip`] will look up for this user, or made-up user, if a token is sent.
pub fn row(pool_id: &str, sub: &str, metadata: &Metadata) -> Option<String> {
    let token = metadata.get(TOKEN)?;
    Some(PlaceRecord::key(pool_id, sub, &digest(token)).into())
}

/// Takes the token out of a request's metadata unless it is good for this user now. It is looked up for nobody, too.
///
/// # Errors
/// When the store fails.
pub async fn strip(
    ctx: &Ctx,
    pool: &PoolRecord,
    subject: &Subject,
    metadata: &mut Metadata,
) -> Result<(), ApiError> {
    let Some(token) = metadata.get(TOKEN) else {
        return Ok(());
    };
    let key = PlaceRecord::key(pool.id(), subject.id(), &digest(token));
    let noted = ctx.load(&key).await?;
    let is_good = noted.is_some_and(|noted| {
        let PlaceRecord { epoch, expires } = noted.value;
        subject.user().is_some_and(|user| user.epoch == epoch) && ctx.now < expires
    });
    if !is_good {
        metadata.remove(TOKEN);
    }
    Ok(())
}
