//! What a server says of itself in numbers: what was counted, and what is measured at the moment of asking.

use std::time::Duration;

use poolhouse_metrics::Text;
use poolhouse_store::{Batch, Expect};
use tokio::time::timeout;

use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::base::key_ring::RootKey;
use crate::base::metrics;
use crate::base::platform::Platform;
use crate::keyring::signing;
use crate::mailer::Mailer;
use crate::records::key_ages::{KeyAges, Seen};
use crate::records::{PoolRecord, RecordBatch, SigningKeysRecord, load};
use crate::request::App;

/// How long the store may take to say what only it knows: a collector waits ten seconds for all of it.
const PATIENCE: Duration = Duration::from_secs(2);
/// Pools whose signing keys are looked at.
const MOST_POOLS: usize = 1000;

/// Writes every metric of the pool. What the store cannot say at the moment is left out, so that the rest is known when it matters
/// most.
pub async fn write(app: &App, text: &mut Text) {
    text.begin(&metrics::BUILD);
    text.sample(&metrics::BUILD, &[env!("CARGO_PKG_VERSION")], 1);
    text.number(&metrics::START, seconds(app.started.0));
    text.number(&metrics::CLOCK_BEHIND, seconds(app.platform.clock.behind()));
    counted(&app.platform, text);
    arithmetic(&app.platform, text);
    mail(app, text).await;
    key_ages(app, text).await;
}

fn counted(platform: &Platform, text: &mut Text) {
    let numbers = &platform.numbers;
    numbers.requests.write(text);
    numbers.request_seconds.write(text);
    numbers.responses.write(text);
    numbers.sign_ins.write(text);
    numbers.code_mails.write(text);
    numbers.code_answers.write(text);
    numbers.one_time_codes.write(text);
    numbers.lockouts.write(text);
    numbers.locked_out.write(text);
    numbers.store_seconds.write(text);
    numbers.store_errors.write(text);
    numbers.store_conflicts.write(text);
    numbers.arithmetic_refused.write(text);
    numbers.function_seconds.write(text);
    numbers.function_calls.write(text);
    numbers.audit_lines.write(text);
    numbers.audit_failures.write(text);
}

fn arithmetic(platform: &Platform, text: &mut Text) {
    let busy = platform.cpu.busy();
    text.number(&metrics::ARITHMETIC_RUNNING, busy.running);
    text.number(&metrics::ARITHMETIC_WAITING, busy.waiting);
}

async fn mail(app: &App, text: &mut Text) {
    attempts(&app.mailer, text);
    let Ok(Ok(backlog)) = timeout(PATIENCE, app.mailer.backlog()).await else {
        return;
    };
    let now = app.platform.now();
    let waited = backlog.oldest.map_or(0, |oldest| (now.0 - oldest.0).max(0));
    text.number(&metrics::MAIL_QUEUE, backlog.queued);
    text.number(&metrics::MAIL_AGE, seconds(waited));
}

/// The carriers are those of the configuration, and reply codes have three digits.
fn attempts(mailer: &Mailer, text: &mut Text) {
    text.begin(&metrics::MAILS);
    for count in mailer.counts() {
        let code = count
            .code
            .map_or_else(|| "none".to_owned(), |code| code.to_string());
        let labels = [count.carrier.as_str(), count.fate.name(), &code];
        text.sample(&metrics::MAILS, &labels, count.count);
    }
}

async fn key_ages(app: &App, text: &mut Text) {
    let now = app.platform.now();
    let looked = async { (seen(&app.platform, now).await, oldest_signing(app, now).await) };
    let Ok((seen, signing)) = timeout(PATIENCE, looked).await else {
        return;
    };
    text.begin(&metrics::KEY_AGE);
    let mut age = |key: &str, since: Millis| {
        text.sample(&metrics::KEY_AGE, &[key], seconds((now.0 - since.0).max(0)));
    };
    if let Ok(seen) = seen {
        age(RootKey::Master.name(), seen.master.since);
        age(RootKey::Code.name(), seen.code.since);
    }
    if let Ok(Some(since)) = signing {
        age("signing", since);
    }
}

/// Since when the server's keys are in use. The first server that sees a new one notes it.
///
/// # Errors
/// When the store fails.
pub async fn seen(platform: &Platform, now: Millis) -> Result<KeyAges, ApiError> {
    let known = load(platform, &KeyAges::key()).await?;
    let before = known.as_ref().map(|known| known.value);
    let keys = platform.keys();
    let ring = keys.ring();
    let ages = KeyAges {
        master: Seen::of(
            ring.chain(RootKey::Master).current.epoch,
            before.map(|before| before.master),
            now,
        ),
        code: Seen::of(
            ring.chain(RootKey::Code).current.epoch,
            before.map(|before| before.code),
            now,
        ),
    };
    if before == Some(ages) {
        return Ok(ages);
    }
    let expect = known.as_ref().map_or(Expect::Absent, |known| known.unchanged());
    let batch = Batch::new().record(KeyAges::key(), expect, &ages);
    platform.commit(batch).await?;
    Ok(ages)
}

/// Since when the oldest keys are in use that sign at this moment.
async fn oldest_signing(app: &App, now: Millis) -> Result<Option<Millis>, ApiError> {
    let platform = &app.platform;
    let mut oldest = None;
    let pools = signing::pool_ids(platform).await?;
    for pool_id in pools.iter().take(MOST_POOLS) {
        let keys = load(platform, &SigningKeysRecord::key(pool_id)).await;
        let Ok(Some(keys)) = keys else { continue };
        let begun = keys.value.pairs.iter().rev().find(|pair| pair.from <= now);
        let Some(mut since) = begun.map(|pair| pair.from) else {
            continue;
        };
        if since == Millis(0)
            && let Ok(Some(pool)) = load(platform, &PoolRecord::key(pool_id)).await
        {
            // The first keys are as old as their pool.
            since = pool.value.created().unwrap_or(since);
        }
        oldest = Some(oldest.map_or(since, |oldest: Millis| oldest.min(since)));
    }
    Ok(oldest)
}

/// Milliseconds as seconds.
fn seconds(millis: i64) -> String {
    format!("{}.{:03}", millis / 1000, millis % 1000)
}
