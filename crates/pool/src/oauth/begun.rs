//! A sign-in on the pages that begins.

use std::collections::BTreeMap;

use poolhouse_store::{Batch, Expect};

use super::handle;
use super::transaction::{AWAY_SECONDS, KIND, SECONDS, is_away, plain, seal};
use crate::base::error::ApiError;
use crate::records::transaction::AT_PROVIDER;
use crate::records::{PageFlow, PageStep, RecordBatch, TransactionRecord};
use crate::request::Ctx;

/// What is asked of a browser's person, for which client.
pub struct Asked<'a> {
    /// The app client.
    pub client_id: &'a str,
    /// Which sign-in the pages ask for.
    pub flow: PageFlow,
    /// Whether the client gets nothing before the person has said that it may.
    pub asks_consent: bool,
    /// What the person is at, if it is not the beginning.
    pub step: Option<PageStep>,
    /// How long the browser is signed in by it, in seconds.
    pub lasts: i64,
    /// What is kept of the cookie that names the browser.
    pub browser: String,
    /// The name that the client believes the person has.
    pub name: &'a str,
    /// The identity providers that the person may choose.
    pub providers: Vec<String>,
    /// Whether there is nothing else to choose.
    pub is_outside_only: bool,
}

/// Begins one, and returns its handle.
///
/// # Errors
/// When the store fails.
pub async fn begin(
    ctx: &Ctx,
    pool_id: &str,
    authorization: serde_json::Value,
    asked: Asked<'_>,
) -> Result<String, ApiError> {
    let step = asked.step.clone().unwrap_or_else(|| PageStep {
        name: asked.name.to_owned(),
        asked: ctx.now,
        ..PageStep::default()
    });
    write(ctx, pool_id, (authorization, asked), step, SECONDS).await
}

/// Begins one whose person leaves for an identity provider, with what is to be found again on the return.
///
/// # Errors
/// When the store fails.
pub async fn begin_away(
    ctx: &Ctx,
    pool_id: &str,
    authorization: serde_json::Value,
    asked: Asked<'_>,
    kept: BTreeMap<String, String>,
) -> Result<String, ApiError> {
    let step = PageStep {
        challenge: Some(AT_PROVIDER.to_owned()),
        parameters: kept,
        asked: ctx.now,
        ..PageStep::default()
    };
    write(ctx, pool_id, (authorization, asked), step, AWAY_SECONDS).await
}

async fn write(
    ctx: &Ctx,
    pool_id: &str,
    (authorization, asked): (serde_json::Value, Asked<'_>),
    step: PageStep,
    seconds: i64,
) -> Result<String, ApiError> {
    let handle = handle::draw(ctx);
    let digest = handle::digest(ctx, KIND, &handle).unwrap_or_default();
    let key = match is_away(&step) {
        true => TransactionRecord::away(pool_id, &digest),
        false => TransactionRecord::slot(pool_id, &digest),
    };
    let record = TransactionRecord {
        authorization,
        client_id: asked.client_id.to_owned(),
        flow: asked.flow,
        asks_consent: asked.asks_consent,
        lasts: asked.lasts,
        browser: asked.browser,
        seq: 0,
        busy: None,
        slot_digest: Some(digest),
        sealed_step: seal(ctx, key.as_str(), &step),
        providers: asked.providers,
        is_outside_only: asked.is_outside_only,
        ends: ctx.now.plus_seconds(seconds),
    };
    // Anybody may begin any number, so they are written over one another. What a power cut takes of them begins again.
    let batch = Batch::new().record(key, Expect::Any, &record);
    plain(ctx).commit(batch.deferred()).await?;
    Ok(handle)
}
