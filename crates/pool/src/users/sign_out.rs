//! Ending what a user has signed in to.

use poolhouse_store::{Batch, Expect, Scan};

use crate::base::error::ApiError;
use crate::records::{RefreshRecord, UserSessions};
use crate::request::Ctx;

/// Families revoked per commit. A user rarely has more than a few.
const PAGE: usize = 200;

/// Deletes every refresh token of the user, and what is noted of sessions. The caller sets `signed_out` on the user in the same batch, which also
/// ends access tokens of clients without revocation.
///
/// # Errors
/// When the store fails.
pub async fn revoke_all(ctx: &Ctx, pool_id: &str, sub: &str) -> Result<Batch, ApiError> {
    let families = revoke_others(ctx, pool_id, sub, None).await?;
    Ok(families.delete(UserSessions::key(pool_id, sub), Expect::Any))
}

/// Deletes the refresh tokens of the user but for those of one family.
///
/// # Errors
/// When the store fails.
pub async fn revoke_others(
    ctx: &Ctx,
    pool_id: &str,
    sub: &str,
    kept: Option<&str>,
) -> Result<Batch, ApiError> {
    let kept = kept.map(|origin_jti| RefreshRecord::key(pool_id, sub, origin_jti));
    let is_kept = |key: &str| kept.as_ref().is_some_and(|kept| kept.as_str() == key);
    let prefix = RefreshRecord::all(pool_id, sub);
    let mut batch = Batch::new();
    let mut after = None;
    loop {
        let page = ctx
            .platform()
            .store
            .scan(Scan {
                prefix: prefix.clone(),
                after,
                limit: PAGE,
            })
            .await?;
        after = page.last().map(|row| row.key.clone());
        let last = page.len() < PAGE;
        for row in page.into_iter().filter(|row| !is_kept(&row.key)) {
            batch = batch.delete(row.key, Expect::Any);
        }
        if last {
            return Ok(batch);
        }
    }
}
