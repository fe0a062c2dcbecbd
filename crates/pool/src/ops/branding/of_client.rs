//! What an app client has of the hosted pages, and takes along when it is deleted.

use poolhouse_store::{Batch, Expect, Scan};

use super::style;
use crate::base::error::ApiError;
use crate::records::document::decode;
use crate::records::{BrandingRecord, Reference, TermsRecord, UiCustomizationRecord};
use crate::request::Ctx;

/// Terms of an app client that are deleted with it: one of each name.
const TERMS: usize = 10;

/// The rows of a client's style, look and terms, to be deleted; empty where it has none.
///
/// # Errors
/// When the store fails.
pub async fn gone(ctx: &Ctx, pool_id: &str, client_id: &str) -> Result<Batch, ApiError> {
    let mut batch = Batch::new();
    let look = UiCustomizationRecord::key(pool_id, client_id);
    if ctx.load(&look).await?.is_some() {
        batch = batch.delete(look, Expect::Any);
    }
    if let Some(id) = ctx
        .referenced(&BrandingRecord::of_client(pool_id, client_id))
        .await?
    {
        let key = BrandingRecord::key(pool_id, &id.0);
        if let Some(stored) = ctx.load(&key).await? {
            batch = style::gone(batch.delete(key, Expect::Any), pool_id, &stored.value);
        }
    }
    let notes = Scan::prefix(TermsRecord::all_of_client(pool_id, client_id), TERMS);
    for row in ctx.platform().scan(notes).await? {
        let id = decode::<Reference>(row.clone())?.value.0;
        batch = batch
            .delete(TermsRecord::key(pool_id, &id), Expect::Any)
            .delete(row.key, Expect::Any);
    }
    Ok(batch)
}
