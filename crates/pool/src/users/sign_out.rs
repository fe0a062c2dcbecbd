//! Ending what a user has signed in to.

use poolhouse_store::{Batch, Expect, Scan};

use crate::base::error::ApiError;
use crate::records::RefreshRecord;
use crate::request::Ctx;

/// Families revoked per commit. A user rarely has more than a few.
const PAGE: usize = 200;

/// Deletes every refresh token of the user. The caller sets `signed_out` on the user in the same batch, which also
/// ends access tokens of clients without revocation.
///
/// # Errors
/// When the store fails.
pub async fn revoke_all(ctx: &Ctx, pool_id: &str, sub: &str) -> Result<Batch, ApiError> {
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
        for row in page {
            batch = batch.delete(row.key, Expect::Any);
        }
        if last {
            return Ok(batch);
        }
    }
}
