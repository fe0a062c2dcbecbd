//! A sign-in on the pages, from the client's request to the code that it gets.
//!
//! A step is claimed before it is taken, so that of two forms of one page, sent at once, one is heard: the other finds that it is out
//! of date. What is claimed and never settled, because the server ended meanwhile, begins anew at the password.

use std::collections::BTreeMap;

use poolhouse_store::{Batch, CommitError, Expect};

use super::cookies::Browser;
use super::handle;
use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::base::purpose::Purpose;
use crate::records::transaction::AT_PROVIDER;
use crate::records::{Key, PageStep, RecordBatch, Stored, TransactionRecord};
use crate::request::Ctx;

/// How long a person has from the client's request to the end.
pub const SECONDS: i64 = 900;
/// How long a person has at an identity provider.
pub const AWAY_SECONDS: i64 = 300;
/// For how long a second click on the last button is led where the first one was.
const ENDED_SECONDS: i64 = 10;
/// How long a step may take that another form of its page waits for.
const BUSY_SECONDS: i64 = 60;

const KIND: &str = "transaction";
const BROWSER: &str = "browser";

/// A transaction, and what its person is to see.
#[derive(Clone)]
pub struct Transaction {
    /// As it is stored.
    pub stored: Stored<TransactionRecord>,
    /// What is seen.
    pub step: PageStep,
    /// Where it lies once a password is proved in it.
    own: Key<TransactionRecord>,
}

/// What is to be kept of the cookie that names a browser; `None` for what none of ours is.
pub fn browser(ctx: &Ctx, cookie: &str) -> Option<String> {
    handle::digest(ctx, BROWSER, cookie)
}

/// What is to be kept of the cookie that names a browser, and the cookie for one that has none yet.
pub fn named(ctx: &Ctx, cookies: &Browser) -> (String, Option<String>) {
    let known = cookies.name.as_deref().and_then(|name| browser(ctx, name));
    match known {
        Some(known) => (known, None),
        None => {
            let drawn = handle::draw(ctx);
            (browser(ctx, &drawn).unwrap_or_default(), Some(drawn))
        }
    }
}

/// What is asked of a browser's person, for which client.
pub struct Asked<'a> {
    /// The app client.
    pub client_id: &'a str,
    /// Whether the pool's functions ask for a code after the password.
    pub is_custom: bool,
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
        is_custom: asked.is_custom,
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
    // Anybody may begin any number, so they are written over one another.
    let batch = Batch::new().record(key, Expect::Any, &record);
    plain(ctx).commit(batch).await?;
    Ok(handle)
}

/// The one of this handle, for the browser that it was begun in.
///
/// # Errors
/// When the store fails.
pub async fn find(
    ctx: &Ctx,
    pool_id: &str,
    handle: &str,
    browser: &str,
) -> Result<Option<Transaction>, ApiError> {
    let found = find_at(ctx, pool_id, handle, browser, TransactionRecord::slot).await?;
    Ok(found.filter(|found| !is_away(&found.step)))
}

/// The one of this handle whose person is at an identity provider, for the browser that it was begun in.
///
/// # Errors
/// When the store fails.
pub async fn find_away(
    ctx: &Ctx,
    pool_id: &str,
    handle: &str,
    browser: &str,
) -> Result<Option<Transaction>, ApiError> {
    let found = find_at(ctx, pool_id, handle, browser, TransactionRecord::away).await?;
    Ok(found.filter(|found| is_away(&found.step)))
}

fn is_away(step: &PageStep) -> bool {
    step.challenge.as_deref() == Some(AT_PROVIDER)
}

async fn find_at(
    ctx: &Ctx,
    pool_id: &str,
    handle: &str,
    browser: &str,
    slot: fn(&str, &str) -> Key<TransactionRecord>,
) -> Result<Option<Transaction>, ApiError> {
    let Some(digest) = handle::digest(ctx, KIND, handle) else {
        return Ok(None);
    };
    let own = TransactionRecord::key(pool_id, &digest);
    let slot = slot(pool_id, &digest);
    ctx.read_ahead([&own, &slot].map(|key| key.as_str().to_owned()))
        .await?;
    let (alone, written_over) = (ctx.load(&own).await?, ctx.load(&slot).await?);
    let is_here = |stored: &Stored<TransactionRecord>| stored.value.slot_digest.as_ref() == Some(&digest);
    let stored = alone.or(written_over.filter(is_here));
    let is_it =
        |stored: &Stored<TransactionRecord>| stored.value.browser == browser && ctx.now < stored.value.ends;
    let Some(stored) = stored.filter(is_it) else {
        return Ok(None);
    };
    let opened = ctx
        .platform()
        .open(Purpose::Challenges, &stored.key, &stored.value.sealed_step);
    // Sealed before a restore: nothing of it counts any more.
    let step = opened.ok().and_then(|text| PageStep::from_text(&text));
    Ok(step.map(|step| Transaction { stored, step, own }))
}

/// What came of an attempt to take a step.
pub enum Claim {
    /// The step is this request's.
    Taken,
    /// Another request has taken it, or an earlier one.
    OutOfDate,
}

impl Transaction {
    /// Whether another request is taking a step at the moment.
    pub fn is_busy(&self, now: Millis) -> bool {
        let busy = self.stored.value.busy;
        busy.is_some_and(|since| now < since.plus_seconds(BUSY_SECONDS))
    }

    /// Takes the step that the form with this number is of. Until it is settled, the transaction is at its beginning.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn claim(&mut self, ctx: &Ctx, seq: u64) -> Result<Claim, ApiError> {
        if self.stored.value.seq != seq || self.step.ended.is_some() {
            return Ok(Claim::OutOfDate);
        }
        let beginning = PageStep {
            // Whoever comes back from a provider comes back once, and begins nothing there.
            challenge: self.step.challenge.clone().filter(|_| is_away(&self.step)),
            name: self.step.name.clone(),
            asked: ctx.now,
            ..PageStep::default()
        };
        let record = TransactionRecord {
            seq: seq + 1,
            busy: Some(ctx.now),
            sealed_step: seal(ctx, &self.stored.key, &beginning),
            ..self.stored.value.clone()
        };
        match plain(ctx)
            .commit(Batch::new().replace(&self.stored, &record))
            .await
        {
            Ok(version) => {
                self.stored.version = version;
                self.stored.value = record;
                Ok(Claim::Taken)
            }
            Err(CommitError::Conflict { .. }) => Ok(Claim::OutOfDate),
            Err(error) => Err(error.into()),
        }
    }

    /// Says what the step that was taken has come to.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn settle(&self, ctx: &Ctx, step: &PageStep) -> Result<(), ApiError> {
        plain(ctx).commit(self.settled(ctx, step)).await?;
        Ok(())
    }

    /// The same as rows, for the commit that ends the sign-in.
    pub fn settled(&self, ctx: &Ctx, step: &PageStep) -> Batch {
        let is_over = step.ended.is_some();
        // The engine has a session for whoever has proved a password: from then on nothing is written over the row.
        let moves = self.stored.value.slot_digest.is_some() && step.session.is_some();
        let key = if moves {
            self.own.as_str()
        } else {
            &self.stored.key
        };
        let record = TransactionRecord {
            busy: None,
            slot_digest: self.stored.value.slot_digest.clone().filter(|_| !moves),
            sealed_step: seal(ctx, key, step),
            ends: match is_over {
                true => ctx.now.plus_seconds(ENDED_SECONDS),
                false => self.stored.value.ends,
            },
            ..self.stored.value.clone()
        };
        match moves {
            true => Batch::new()
                .remove(&self.stored)
                .create(self.own.clone(), &record),
            false => Batch::new().replace(&self.stored, &record),
        }
    }
}

fn seal(ctx: &Ctx, key: &str, step: &PageStep) -> String {
    ctx.platform()
        .seal(Purpose::Challenges, key, step.to_text().as_bytes())
}

/// How far a person has got is nothing that the audit log is told of: what the engine counts is.
fn plain(ctx: &Ctx) -> &crate::base::platform::Platform {
    &ctx.app.platform
}
