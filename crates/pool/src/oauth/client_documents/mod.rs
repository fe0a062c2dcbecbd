//! Clients whose id is a URL (Client ID Metadata Documents): which app client they stand behind, and what they say of themselves.
//!
//! A pool's policies say which URLs are meant. What lies there is fetched behind a guard when somebody first comes with the URL, and
//! counts for as long as it says; where it cannot be had, the client is nobody. Whoever brings the URL learns of the fetch nothing
//! but whether it came to a client.

mod reading;
pub mod url;

use std::sync::Arc;
use std::time::Duration;

use poolhouse_api::ErrorCode;
use poolhouse_crypto::sha256;
use poolhouse_outbound::guarded::{Asked, Limits};
use poolhouse_store::{Batch, CommitError, Expect, Scan};
use poolhouse_text::{hex, with_causes};

use crate::base::error::ApiError;
use crate::records::document::decode;
use crate::records::{CimdPolicyRecord, ClientDocument, ClientRecord, Key, RecordBatch, Stored};
use crate::request::Ctx;

/// What a document may cost.
const LIMITS: Limits = Limits {
    wait: Duration::from_secs(3),
    bytes: 5 * 1024,
};
/// Documents that are fetched for one address in a minute.
const FETCHES: (u32, i64) = (10, 60);
/// Policies that are looked at: more than a pool can have.
const POLICIES: usize = 100;

/// A client behind a URL.
pub struct Found {
    /// The app client with whose settings it signs people in.
    pub client: Stored<Arc<ClientRecord>>,
    /// What it says of itself.
    pub document: ClientDocument,
}

/// Finds the client of a URL. `None`: no policy of the pool means it, or its document cannot be had.
///
/// # Errors
/// When the store fails.
pub async fn find(ctx: &Ctx, pool_id: &str, url: &str) -> Result<Option<Found>, ApiError> {
    let Some((policy, client)) = stands_for(ctx, pool_id, url).await? else {
        return Ok(None);
    };
    let cached = ctx.load(&key(pool_id, &policy.value.id, url)).await?;
    let is_good = |held: &Stored<ClientDocument>| held.value.url == url && ctx.now < held.value.expires;
    let document = match cached.filter(is_good) {
        Some(cached) => Some(cached.value),
        None => fetch_for_stranger(ctx, pool_id, &policy, url).await?,
    };
    Ok(document.map(|document| Found { client, document }))
}

/// The policy that means a URL, and its app client: of several, the one that says most of it.
///
/// # Errors
/// When the store fails.
pub async fn stands_for(
    ctx: &Ctx,
    pool_id: &str,
    url: &str,
) -> Result<Option<(Stored<CimdPolicyRecord>, Stored<Arc<ClientRecord>>)>, ApiError> {
    if !url::is_one(url) {
        return Ok(None);
    }
    let scan = Scan::prefix(CimdPolicyRecord::all(pool_id), POLICIES);
    let mut best: Option<(usize, Stored<CimdPolicyRecord>)> = None;
    for row in ctx.platform().scan(scan).await? {
        let policy = decode::<CimdPolicyRecord>(row)?;
        let fitting = policy
            .value
            .patterns
            .iter()
            .filter(|pattern| url::fits(pattern, url));
        let Some(says) = fitting.map(|pattern| url::says(pattern)).max() else {
            continue;
        };
        if best.as_ref().is_none_or(|(most, _)| says > *most) {
            best = Some((says, policy));
        }
    }
    let Some((_, policy)) = best else {
        return Ok(None);
    };
    match ctx.client(pool_id, &policy.value.client_id).await {
        Ok(client) => Ok(Some((policy, client))),
        Err(error) if error.code == ErrorCode::ResourceNotFoundException => Ok(None),
        Err(error) => Err(error),
    }
}

/// Where the document of a URL is kept.
pub fn key(pool_id: &str, policy_id: &str, url: &str) -> Key<ClientDocument> {
    ClientDocument::key(pool_id, policy_id, &hex::encode(&sha256(&[url.as_bytes()])))
}

/// Fetches it because a stranger has come with the URL: not too often, and not again while it fails.
async fn fetch_for_stranger(
    ctx: &Ctx,
    pool_id: &str,
    policy: &Stored<CimdPolicyRecord>,
    url: &str,
) -> Result<Option<ClientDocument>, ApiError> {
    let foreign = &ctx.app.foreign;
    let is_too_often = || foreign.fetches.take(ctx.asker.address, FETCHES, ctx.now).is_err();
    if foreign.failed.has(url, ctx.now) || is_too_often() {
        return Ok(None);
    }
    let fetched = fetch(ctx, pool_id, policy, url).await?;
    if fetched.is_none() {
        foreign.failed.note(url, ctx.now);
    }
    Ok(fetched)
}

/// Fetches a document and keeps it. `None`: it cannot be had, and what was kept before stays as long as it counts.
///
/// # Errors
/// When the store fails.
pub async fn fetch(
    ctx: &Ctx,
    pool_id: &str,
    policy: &Stored<CimdPolicyRecord>,
    url: &str,
) -> Result<Option<ClientDocument>, ApiError> {
    let asked = Asked::get(url).with("accept", "application/json".to_owned());
    let fetched = match ctx.app.outside.send(asked, LIMITS).await {
        Ok(fetched) => fetched,
        Err(error) => {
            let (request_id, causes) = (&ctx.request_id, with_causes(&error));
            tracing::info!(request_id, url, causes, "the document of a client cannot be had");
            return Ok(None);
        }
    };
    let seconds = reading::age(fetched.header("cache-control"), policy.value.cache_seconds);
    let times = (ctx.now, ctx.now.plus_seconds(seconds));
    let is_document = fetched.status == 200 && fetched.is_json();
    let document = is_document
        .then(|| reading::read(url, &fetched.body, times))
        .flatten();
    let Some(document) = document else {
        let request_id = &ctx.request_id;
        tracing::info!(
            request_id,
            url,
            "what lies at the URL of a client is no document of its"
        );
        return Ok(None);
    };
    // What is known of strangers is nothing that the audit log is told of.
    let batch = Batch::new().check(policy.key.clone(), Expect::Present).record(
        key(pool_id, &policy.value.id, url),
        Expect::Any,
        &document,
    );
    match ctx.app.platform.commit(batch).await {
        Ok(_) => Ok(Some(document)),
        // The policy is gone.
        Err(CommitError::Conflict { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
