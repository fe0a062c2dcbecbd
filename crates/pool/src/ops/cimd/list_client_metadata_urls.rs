//! `ListClientMetadataURLs`

use poolhouse_api::shapes::{
    ClientMetadataURLType, ListClientMetadataURLsRequest, ListClientMetadataURLsResponse,
};

use super::checks;
use crate::base::error::ApiError;
use crate::ops::paging::{self, Listing};
use crate::records::ClientDocument;
use crate::request::Ctx;

/// Answers whose documents are in the cache, by a policy.
///
/// # Errors
/// `ResourceNotFoundException` for the pool or the policy; `InvalidParameterException` for a token that is none of this list's.
pub async fn run(
    ctx: &Ctx,
    input: ListClientMetadataURLsRequest,
) -> Result<ListClientMetadataURLsResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let policy = checks::find(ctx, pool.id(), &input.cimd_policy_id).await?.value;
    let subject = format!("{}/{}", pool.id(), policy.id);
    let listing = Listing {
        operation: "ListClientMetadataURLs",
        subject: &subject,
    };
    let limit = paging::limit(input.max_results);
    let prefix = ClientDocument::all(pool.id(), &policy.id);
    let page = listing
        .page::<ClientDocument>(ctx, prefix, input.next_token.as_deref(), limit)
        .await?;
    let documents = page.records.into_iter().map(|document| document.value);
    // One that counts no longer waits to be swept.
    let documents = documents.filter(|document| ctx.now < document.expires);
    let described = documents.map(|document| ClientMetadataURLType {
        url: document.url,
        cached_date: Some(document.fetched.timestamp()),
        expiration_date: Some(document.expires.timestamp()),
    });
    Ok(ListClientMetadataURLsResponse {
        next_token: page.next_token,
        client_metadata_urls: described.collect(),
    })
}
