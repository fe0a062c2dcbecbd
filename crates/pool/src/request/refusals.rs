//! What is refused without an entry of its own in the audit log: counted here by pool, minute, operation and outcome.
//!
//! A stranger can have millions of requests refused, and with a user for each of them, or a name that nobody has, would fill
//! the disk with entries. So these are numbers, a row a minute and pool, which the sweeper writes within seconds.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use poolhouse_store::{Batch, CommitError, Expect};
use poolhouse_text::hex;

use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::base::platform::Platform;
use crate::records::{PoolRecord, RecordBatch, Refused};

const MINUTE: i64 = 60_000;
/// Between two writings of what was counted meanwhile.
const PAUSE_SECONDS: i64 = 10;

/// One server's counts.
#[derive(Default)]
pub struct Refusals {
    server: OnceLock<String>,
    counted: Mutex<Counted>,
}

#[derive(Default)]
struct Counted {
    minutes: HashMap<(Option<String>, i64), Minute>,
    written: Millis,
}

#[derive(Default)]
struct Minute {
    counts: BTreeMap<[&'static str; 2], u64>,
    is_written: bool,
}

impl Minute {
    fn record(&self, expires: Millis) -> Refused {
        let name = |[operation, outcome]: &[&'static str; 2]| format!("{operation} {outcome}");
        Refused {
            counts: self
                .counts
                .iter()
                .map(|(key, count)| (name(key), *count))
                .collect(),
            expires,
        }
    }
}

fn minute_of(now: Millis) -> i64 {
    now.0.div_euclid(MINUTE) * MINUTE
}

impl Refusals {
    /// Counts a refusal.
    pub fn count(&self, pool_id: Option<&str>, now: Millis, what: [&'static str; 2]) {
        let mut counted = self.counted();
        let minute = counted
            .minutes
            .entry((pool_id.map(str::to_owned), minute_of(now)));
        let minute = minute.or_default();
        *minute.counts.entry(what).or_default() += 1;
        minute.is_written = false;
    }

    /// Writes what was counted since the last time, every few seconds; `days` later it may go.
    ///
    /// # Errors
    /// When the store fails; what was not written is written next time.
    pub async fn write(&self, platform: &Platform, days: u32) -> Result<(), ApiError> {
        let now = platform.now();
        if now < self.counted().written.plus_seconds(PAUSE_SECONDS) {
            return Ok(());
        }
        self.write_all(platform, days).await
    }

    /// The same without waiting: before a server stops.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub async fn write_all(&self, platform: &Platform, days: u32) -> Result<(), ApiError> {
        let now = platform.now();
        let expires = now.plus_seconds(i64::from(days) * 24 * 3600);
        for (pool_id, at, refused) in self.unwritten(now, expires) {
            let key = Refused::key(pool_id.as_deref(), Millis(at), self.server(platform));
            let batch = Batch::new().record(key, Expect::Any, &refused);
            // A pool that is gone meanwhile takes none.
            let batch = match &pool_id {
                Some(pool_id) => batch.check(PoolRecord::key(pool_id), Expect::Present),
                None => batch,
            };
            match platform.commit(batch.deferred()).await {
                Ok(_) | Err(CommitError::Conflict { .. }) => {}
                Err(error) => {
                    if let Some(minute) = self.counted().minutes.get_mut(&(pool_id, at)) {
                        minute.is_written = false;
                    }
                    return Err(error.into());
                }
            }
        }
        Ok(())
    }

    /// What is to be written, and counts as written from now on. Minutes that are over and written are forgotten.
    fn unwritten(&self, now: Millis, expires: Millis) -> Vec<(Option<String>, i64, Refused)> {
        let this_minute = minute_of(now);
        let mut counted = self.counted();
        counted.written = now;
        counted
            .minutes
            .retain(|(_, at), minute| !minute.is_written || *at == this_minute);
        let unwritten = counted
            .minutes
            .iter_mut()
            .filter(|(_, minute)| !minute.is_written);
        unwritten
            .map(|((pool_id, at), minute)| {
                minute.is_written = true;
                (pool_id.clone(), *at, minute.record(expires))
            })
            .collect()
    }

    /// What tells this server's rows from those of others.
    fn server(&self, platform: &Platform) -> &str {
        self.server.get_or_init(|| {
            let mut bytes = [0; 4];
            platform.entropy.fill(&mut bytes);
            hex::encode(&bytes)
        })
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
