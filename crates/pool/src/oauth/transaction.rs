//! A sign-in on the pages, from the client's request to the code that it gets.
//!
//! A step is claimed before it is taken, so that of two forms of one page, sent at once, one is heard: the other finds that it is out
//! of date. What is claimed and never settled, because the server ended meanwhile, begins anew at the password.
//!
//! A second tab in which the same user has proved the password joins the code challenge of the first: from then on the steps of both
//! are those of the first, while each ends in what its own client has asked for.

use poolhouse_store::{Batch, CommitError, Expect};

use super::cookies::Browser;
use super::handle;
use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::base::purpose::Purpose;
use crate::records::transaction::AT_PROVIDER;
use crate::records::{Key, Led, PageChallenge, PageStep, RecordBatch, Stored, TransactionRecord};
use crate::request::Ctx;

/// How long a person has from the client's request to the end.
pub const SECONDS: i64 = 900;
/// How long a person has at an identity provider.
pub const AWAY_SECONDS: i64 = 300;
/// For how long a second click on the last button is led where the first one was.
const ENDED_SECONDS: i64 = 10;
/// How long a step may take that another form of its page waits for.
const BUSY_SECONDS: i64 = 60;

pub(super) const KIND: &str = "transaction";
const BROWSER: &str = "browser";

/// The parameter of a step that says that nothing is proved yet, although the engine has a session for it.
pub const UNPROVED: &str = "poolhouse.unproved";
/// The parameter of a step that says which sign-in it is of, among those that one transaction has had.
pub const LINEAGE: &str = "poolhouse.lineage";
/// The page that offers a passkey to somebody who has signed in, and the parameter of it that holds the browser's session.
pub const OFFER: &str = "page.passkey";
/// See [`OFFER`].
pub const SESSION: &str = "poolhouse.session";
/// The challenge that tabs share.
pub const SHARED: &str = "CUSTOM_CHALLENGE";

/// A transaction, and what its person is to see.
#[derive(Clone)]
pub struct Transaction {
    /// The row whose steps are taken, as it is stored: another tab's, where this one has joined that.
    pub stored: Stored<TransactionRecord>,
    /// What this tab's client has asked for.
    pub asked: TransactionRecord,
    /// What is seen.
    pub step: PageStep,
    /// Digest of the transaction's own handle.
    pub digest: String,
    /// Where the row whose steps are taken lies once a password is proved in it.
    alone: Key<TransactionRecord>,
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

pub(super) fn is_away(step: &PageStep) -> bool {
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
    let Some(own) = of_digest(ctx, pool_id, &digest, browser, slot).await? else {
        return Ok(None);
    };
    let Some(joined) = own.step.joined.clone() else {
        return Ok(Some(own));
    };
    let other = of_digest(ctx, pool_id, &joined, browser, TransactionRecord::slot).await?;
    Ok(Some(own.following(ctx, other)))
}

/// The one whose handle has this digest, for the browser that it was begun in.
async fn of_digest(
    ctx: &Ctx,
    pool_id: &str,
    digest: &str,
    browser: &str,
    slot: fn(&str, &str) -> Key<TransactionRecord>,
) -> Result<Option<Transaction>, ApiError> {
    let alone = TransactionRecord::key(pool_id, digest);
    let slot = slot(pool_id, digest);
    ctx.read_ahead([&alone, &slot].map(|key| key.as_str().to_owned()))
        .await?;
    let (own, written_over) = (ctx.load(&alone).await?, ctx.load(&slot).await?);
    let is_here = |stored: &Stored<TransactionRecord>| stored.value.slot_digest.as_deref() == Some(digest);
    let stored = own.or(written_over.filter(is_here));
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
    Ok(step.map(|step| Transaction {
        asked: stored.value.clone(),
        stored,
        step,
        digest: digest.to_owned(),
        alone,
    }))
}

/// The transaction that asks this user for a code, in this browser and for this client, waiting for so many seconds at most; its
/// digest, and which of its sign-ins that is.
///
/// # Errors
/// When the store fails.
pub async fn shared(
    ctx: &Ctx,
    pool_id: &str,
    sub: &str,
    (own, waits): (&Transaction, i64),
) -> Result<Option<(String, String)>, ApiError> {
    let of = (&*own.asked.browser, &*own.asked.client_id);
    let Some(noted) = ctx.load(&PageChallenge::key(pool_id, sub, of)).await? else {
        return Ok(None);
    };
    let digest = noted.value.transaction;
    if digest == own.digest {
        return Ok(None);
    }
    let other = of_digest(ctx, pool_id, &digest, &own.asked.browser, TransactionRecord::slot).await?;
    let is_live = |other: &Transaction| {
        let step = &other.step;
        // What one client's person is asked to allow is no other's.
        !other.asked.asks_consent
            && !own.asked.asks_consent
            && step.challenge.as_deref() == Some(SHARED)
            && step.session.is_some()
            && ctx.now < step.asked.plus_seconds(waits)
    };
    let lineage = other
        .filter(is_live)
        .and_then(|other| other.step.parameters.get(LINEAGE).cloned());
    Ok(lineage.map(|lineage| (digest, lineage)))
}

/// What came of an attempt to take a step.
pub enum Claim {
    /// The step is this request's.
    Taken,
    /// Another request has taken it, or an earlier one.
    OutOfDate,
}

impl Transaction {
    /// The same where its steps are those of another one that it has joined, for as long as that is at the sign-in which was joined.
    /// Otherwise it is at the beginning, and says what came of the other.
    fn following(self, ctx: &Ctx, other: Option<Transaction>) -> Transaction {
        let lineage = self.step.parameters.get(LINEAGE);
        match other {
            // Whoever has begun anew there may be somebody else.
            Some(other) if other.is_busy(ctx.now) || other.step.parameters.get(LINEAGE) == lineage => {
                Transaction {
                    asked: self.asked,
                    digest: self.digest,
                    ..other
                }
            }
            other => Transaction {
                step: PageStep {
                    name: self.step.name.clone(),
                    asked: ctx.now,
                    said: other.and_then(|other| other.step.said),
                    ..PageStep::default()
                },
                ..self
            },
        }
    }

    /// Whether another request is taking a step at the moment.
    pub fn is_busy(&self, now: Millis) -> bool {
        let busy = self.stored.value.busy;
        busy.is_some_and(|since| now < since.plus_seconds(BUSY_SECONDS))
    }

    /// Whether the browser was led to this tab's own client a moment ago, so that a second click means the same.
    pub fn has_just_led(&self, now: Millis) -> bool {
        let is_own = |led: &Led| led.transaction == self.digest;
        self.step.ended.as_ref().is_some_and(is_own) && now < self.step.asked.plus_seconds(ENDED_SECONDS)
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
        // Nothing is said before the step is settled: with the commit that does so, this one is on disk, too.
        let claimed = Batch::new().replace(&self.stored, &record).deferred();
        match plain(ctx).commit(claimed).await {
            Ok(version) => {
                self.stored.version = version;
                self.stored.value = record;
                Ok(Claim::Taken)
            }
            Err(CommitError::Conflict { .. }) => Ok(Claim::OutOfDate),
            Err(error) => Err(error.into()),
        }
    }

    /// Says what the step that was taken has come to, for the user whose password it proved, if it did.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn settle(
        &self,
        ctx: &Ctx,
        step: &PageStep,
        (pool_id, sub): (&str, Option<&str>),
    ) -> Result<(), ApiError> {
        let settled = self.settled(ctx, step);
        let is_shared = step.challenge.as_deref() == Some(SHARED) && step.session.is_some();
        let batch = match sub.filter(|_| is_shared) {
            Some(sub) => {
                let of = (&*self.asked.browser, &*self.asked.client_id);
                let noted = PageChallenge {
                    transaction: self.digest.clone(),
                    ends: self.stored.value.ends,
                };
                settled.record(PageChallenge::key(pool_id, sub, of), Expect::Any, &noted)
            }
            None => settled,
        };
        plain(ctx).commit(batch).await?;
        Ok(())
    }

    /// What a step has come to, as rows, for the commit that ends the sign-in.
    pub fn settled(&self, ctx: &Ctx, step: &PageStep) -> Batch {
        // The engine has a session for whoever has proved a password: from then on nothing is written over the row.
        let is_proved = step.session.is_some() && !step.parameters.contains_key(UNPROVED);
        let is_over = step.ended.is_some() || step.parameters.contains_key(SESSION);
        let is_kept = is_proved || is_over || step.joined.is_some();
        let moves = self.stored.value.slot_digest.is_some() && is_kept;
        let key = if moves {
            self.alone.as_str()
        } else {
            &self.stored.key
        };
        let record = TransactionRecord {
            busy: None,
            slot_digest: self.stored.value.slot_digest.clone().filter(|_| !moves),
            sealed_step: seal(ctx, key, step),
            ..self.stored.value.clone()
        };
        match moves {
            true => Batch::new()
                .remove(&self.stored)
                .create(self.alone.clone(), &record),
            false => Batch::new().replace(&self.stored, &record),
        }
    }
}

pub(super) fn seal(ctx: &Ctx, key: &str, step: &PageStep) -> String {
    ctx.platform()
        .seal(Purpose::Challenges, key, step.to_text().as_bytes())
}

/// How far a person has got is nothing that the audit log is told of: what the engine counts is.
pub(super) fn plain(ctx: &Ctx) -> &crate::base::platform::Platform {
    &ctx.app.platform
}
