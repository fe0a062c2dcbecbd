//! The rows of an earlier flood, and what becomes of them.

use std::path::Path;
use std::time::Duration;

use poolhouse_crypto::{Entropy, OsEntropy};
use poolhouse_pool::base::clock::{Clock, Millis, SystemClock};
use poolhouse_pool::records::{Failures, Key, RecordBatch};
use poolhouse_store::{Batch, Expect, Scan, Sqlite, Store, Version};
use tokio::time::{Instant, sleep};

use crate::pool::Outcome;

/// From a failure to the moment when its row is due, in seconds.
const DUE_AFTER_SECONDS: i64 = 15 * 60 + 3600;
/// From the moment when the rows are written to the one when the first of them is due, in seconds: until then they are
/// written, and sign-ins are measured in quiet.
const LEAD_SECONDS: i64 = 60;
/// Lateness, in seconds, from which on there is nothing more to learn.
const TOO_LATE: i64 = 60;

/// Rows as a flood of names that nobody has leaves them, due one second after another.
pub struct OldRows {
    /// The server's own database, which another process may open beside it.
    store: Sqlite,
    pool_id: String,
    begins: Instant,
    first_due: Millis,
    a_second: u64,
    seconds: u64,
}

impl OldRows {
    /// Writes so many of them for each second. The sweeper never opens them, so they need no envelope.
    pub async fn write(database: &Path, pool_id: String, a_second: u64, seconds: u64) -> Outcome<OldRows> {
        let first_due = SystemClock.now().plus_seconds(LEAD_SECONDS);
        let old = OldRows {
            store: Sqlite::open(database)?,
            pool_id,
            begins: Instant::now() + Duration::from_secs(u64::try_from(LEAD_SECONDS)?),
            first_due,
            a_second,
            seconds,
        };
        for second in 0..seconds {
            let failures = Failures::after(None, old.due(second)?.plus_seconds(-DUE_AFTER_SECONDS));
            let mut batch = Batch::new();
            for number in 0..a_second {
                batch = batch.record(old.row(second, number), Expect::Any, &failures);
            }
            let version = Version::random(&mut |bytes: &mut [u8]| OsEntropy.fill(bytes));
            old.store.commit(batch, version).await?;
        }
        match Instant::now() < old.begins {
            true => Ok(old),
            false => Err("the rows of the earlier flood took too long to write".into()),
        }
    }

    /// When the first are due.
    pub fn begins(&self) -> Instant {
        self.begins
    }

    fn due(&self, second: u64) -> Outcome<Millis> {
        Ok(self.first_due.plus_seconds(i64::try_from(second)?))
    }

    fn row(&self, second: u64, number: u64) -> Key<Failures> {
        Failures::key(&self.pool_id, &format!("old-{second:04}-{number:06}"))
    }

    /// By how many seconds the latest row outlived its time.
    pub async fn watch(&self) -> Outcome<i64> {
        let mut latest = 0;
        for second in 0..self.seconds {
            // The last row of this second, which the index reaches last.
            let key = self.row(second, self.a_second.saturating_sub(1));
            let due = self.due(second)?;
            while self.store.get(key.as_str()).await?.is_some() {
                sleep(Duration::from_millis(100)).await;
                let late = SystemClock.now().seconds() - due.seconds();
                latest = latest.max(late);
                if late > TOO_LATE {
                    return Ok(latest);
                }
            }
        }
        Ok(latest)
    }

    /// How many are still there.
    pub async fn left(&self) -> Outcome<usize> {
        let prefix = self.row(0, 0).as_str().replace("0000-000000/lockout", "");
        let rows = Scan::prefix(prefix, usize::try_from(self.a_second * self.seconds)?);
        Ok(self.store.scan(rows).await?.len())
    }
}
