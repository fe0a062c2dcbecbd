//! The engine for many nodes: PostgreSQL 13 and later.
//!
//! **A commit is one statement**, at READ COMMITTED: a function that locks the rows that are there in the order of keys,
//! judges each batch on what it has locked, and writes those that are good. The absence of a row cannot be locked, so a
//! batch that depends on it puts a placeholder, on which the unique index makes others wait; one that finds that somebody
//! was faster is rolled back and sent again. Batches that wait while others are under way go into one statement, each judged
//! for itself.
//!
//! **Functions and no prepared statements**: a pooler that gives every transaction another session (pgbouncer) loses those,
//! and planning the statement anew costs the database three times what running it does.
//!
//! **Durable**: `synchronous_commit` is never below what the server is set to, except for deferred batches.
//!
//! **Two tables**, as the engine for one machine has them, but the key says which: see `placement`.
//!
//! **When the database is away** every call waits for it, up to a few seconds, and then answers
//! [`StoreError::Unreachable`]. A server that was demoted to a standby is noticed by what it answers, not only by a broken
//! connection: with every read, and with every commit.
//!
//! **Its clock sweeps**: a row goes when both the caller and the database hold it to be due.

mod address;
mod connector;
mod fault;
mod found;
mod last;
mod placement;
mod queue;
mod readers;
mod schema;
mod snapshot;
mod statement;
mod tls;
mod writer;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::crypto::CryptoProvider;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_postgres::Row as Found;
use tokio_postgres::types::Type;

use crate::scan::Start;
use crate::{Batch, BoxFuture, CommitError, Row, Scan, Snapshot, Store, StoreError, Version, key};
pub use address::{Address, AddressError};
use connector::Connector;
use found::{decode, unreadable};
use last::Last;
use queue::{Order, Queue};
use readers::Readers;
use statement::Statement;
use tls::Tls;
use writer::Writers;

/// What the database's clock says.
const CLOCK: &str = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint";
/// The most rows that one transaction of a sweep deletes: few enough that a commit does not wait long behind it.
const SWEPT: usize = 1_000;
/// How long the last commits may take when the store is closed.
const FAREWELL: Duration = Duration::from_secs(10);

/// How the engine uses its database.
#[derive(Clone, Debug)]
pub struct Options {
    /// What TLS is made of.
    pub provider: Arc<CryptoProvider>,
    /// The kinds of keys whose rows come and go, as patterns such as `p/*/session`, where `*` is any one segment. They only
    /// say where rows lie, and only count when the schema is made: afterwards the database says.
    pub brief: Vec<&'static str>,
    /// Connections that write.
    pub writers: usize,
    /// Connections that read.
    pub readers: usize,
    /// The most batches in one statement.
    pub group: usize,
    /// How long a call waits for a database that is away.
    pub patience: Duration,
}

impl Options {
    /// What suits a node, with TLS of this provider.
    #[must_use]
    pub fn new(provider: Arc<CryptoProvider>) -> Self {
        Self {
            provider,
            brief: Vec::new(),
            writers: 4,
            readers: 4,
            group: 128,
            patience: Duration::from_secs(5),
        }
    }
}

/// Rows in one schema of a PostgreSQL database.
///
/// Must be used inside a tokio runtime, in which its writers run.
pub struct Postgres {
    writers: Arc<Writers>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
    readers: Readers,
    sql: Reads,
    patience: Duration,
}

/// The statements that read, and the one that sweeps.
struct Reads {
    read: String,
    scan: String,
    sweep: String,
}

impl Postgres {
    /// Opens the store at an address, and makes its schema if there is none.
    ///
    /// # Errors
    /// [`StoreError::Foreign`] when the server is too old or the database not fit, [`StoreError::Format`] when a later version
    /// of this program made the schema, [`StoreError::Unreachable`] when no host can be reached that takes writes,
    /// [`StoreError::Engine`] when the schema cannot be made or a certificate not be read.
    pub async fn open(address: &Address, options: Options) -> Result<Self, StoreError> {
        let tls = Tls::new(address.tls(), &options.provider)?;
        let connector = Arc::new(Connector::new(address.clone(), tls));
        let schema = address.schema();
        let client = connector.connect().await?;
        let placement = schema::ensure(&client, schema, &options.brief).await?;
        drop(client);
        let writers = Arc::new(Writers {
            connector: Arc::clone(&connector),
            queue: Queue::new(options.group),
            statement: Statement::new(schema),
            fence: format!("SELECT {schema}.fence_1($1)"),
            placement,
            trouble: Last::default(),
            sent: AtomicUsize::new(0),
        });
        let tasks = (0..options.writers.max(1)).map(|_| tokio::spawn(writer::serve(Arc::clone(&writers))));
        Ok(Self {
            tasks: Mutex::new(tasks.collect()),
            readers: Readers::new(connector, options.readers, options.patience),
            sql: Reads {
                read: format!("SELECT n, version, expires, body FROM {schema}.read_1($1, $2)"),
                scan: format!("SELECT key, version, expires, body FROM {schema}.scan_1($1, $2, $3, $4)"),
                sweep: format!("SELECT swept FROM {schema}.sweep_1($1, $2)"),
            },
            patience: options.patience,
            writers,
        })
    }

    /// Whether there is a fit server at an address that takes writes. Nothing is made in the database.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn reach(address: &Address, provider: &Arc<CryptoProvider>) -> Result<(), StoreError> {
        let tls = Tls::new(address.tls(), provider)?;
        let client = Connector::new(address.clone(), tls).connect().await?;
        schema::check_server(&client).await
    }

    /// Lets every commit that is under way finish and ends the connections. Every later call answers
    /// [`StoreError::Closed`].
    pub async fn close(&self) {
        self.writers.queue.close();
        let tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        for task in tasks {
            let abort = task.abort_handle();
            if timeout(FAREWELL, task).await.is_err() {
                abort.abort();
            }
        }
        self.readers.close().await;
    }

    /// Statements that were sent with batches in them: with how many commits, says how large groups are.
    #[must_use]
    pub fn statements(&self) -> usize {
        self.writers.sent.load(Ordering::Relaxed)
    }

    fn check_open(&self) -> Result<(), StoreError> {
        match self.writers.queue.is_closed() {
            true => Err(StoreError::Closed),
            false => Ok(()),
        }
    }

    async fn read(&self, keys: &[&str]) -> Result<Vec<Option<Row>>, StoreError> {
        key::check_all(keys)?;
        self.check_open()?;
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let placement = &self.writers.placement;
        let briefs: Vec<bool> = keys.iter().map(|key| placement.is_brief(key)).collect();
        let parameters: &[(&(dyn tokio_postgres::types::ToSql + Sync), Type)] =
            &[(&keys, Type::TEXT_ARRAY), (&briefs, Type::BOOL_ARRAY)];
        // A row of number 0 says that this server takes no writes.
        let demoted = |row: &Found| row.try_get::<_, i32>(0).is_ok_and(|number| number == 0);
        let found = self.readers.rows(&self.sql.read, parameters, demoted).await?;
        let mut rows = vec![None; keys.len()];
        for row in found {
            let (place, key) = placed(&row, keys).ok_or_else(unreadable)?;
            rows[place] = Some(decode(&row, key.to_owned())?);
        }
        Ok(rows)
    }

    async fn page(&self, scan: &Scan) -> Result<Vec<Row>, StoreError> {
        scan.check()?;
        self.check_open()?;
        let (low, start) = scan.start();
        let (included, high) = (start == Start::Included, scan.end());
        let limit = i64::try_from(scan.limit).unwrap_or(i64::MAX);
        let parameters: &[(&(dyn tokio_postgres::types::ToSql + Sync), Type)] = &[
            (&low, Type::TEXT),
            (&included, Type::BOOL),
            (&high, Type::TEXT),
            (&limit, Type::INT8),
        ];
        let demoted = |row: &Found| row.try_get::<_, Option<&str>>(0).is_ok_and(|key| key.is_none());
        let found = self.readers.rows(&self.sql.scan, parameters, demoted).await?;
        let read = |row: &Found| decode(row, row.try_get(0).map_err(|_| unreadable())?);
        found.iter().map(read).collect()
    }

    /// Waits for a turn as long as patience lasts, and then for the answer.
    async fn write(&self, batch: Batch, version: Version) -> Result<(), CommitError> {
        let (reply, mut answer) = oneshot::channel();
        let deadline = Instant::now() + self.patience;
        let queue = &self.writers.queue;
        let order = Order {
            batch,
            version,
            deadline,
            reply,
        };
        queue.push(order).map_err(|_| StoreError::Closed)?;
        // A writer answers every order. Should it be gone, nobody knows what became of this one.
        let gone = |_| CommitError::Uncertain(StoreError::Unsettled);
        tokio::select! {
            answer = &mut answer => return answer.map_err(gone)?,
            () = sleep_until(deadline) => {}
        }
        if queue.withdraw(version) {
            return Err(self.writers.trouble.get().into());
        }
        answer.await.map_err(gone)?
    }

    /// One transaction of a sweep.
    async fn sweep_some(&self, due: i64, at_most: usize) -> Result<usize, StoreError> {
        let limit = i64::try_from(at_most).unwrap_or(i64::MAX);
        let parameters: &[(&(dyn tokio_postgres::types::ToSql + Sync), Type)] =
            &[(&due, Type::INT8), (&limit, Type::INT8)];
        let swept = self.readers.rows(&self.sql.sweep, parameters, |_| false).await?;
        let count: i64 = swept
            .first()
            .and_then(|row| row.try_get(0).ok())
            .ok_or_else(unreadable)?;
        usize::try_from(count).map_err(|_| unreadable())
    }
}

/// Dropping the store loses nothing: what is under way ends by itself.
impl Drop for Postgres {
    fn drop(&mut self) {
        self.writers.queue.close();
    }
}

/// Where a row belongs among those asked for, and its key.
fn placed<'a>(row: &Found, keys: &[&'a str]) -> Option<(usize, &'a str)> {
    let number: i32 = row.try_get(0).ok()?;
    let place = usize::try_from(number).ok()?.checked_sub(1)?;
    Some((place, *keys.get(place)?))
}

impl Store for Postgres {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Row>, StoreError>> {
        Box::pin(async move { Ok(self.read(&[key]).await?.pop().flatten()) })
    }

    fn get_many<'a>(&'a self, keys: &'a [&'a str]) -> BoxFuture<'a, Result<Vec<Option<Row>>, StoreError>> {
        Box::pin(self.read(keys))
    }

    fn scan<'a>(&'a self, scan: Scan) -> BoxFuture<'a, Result<Vec<Row>, StoreError>> {
        Box::pin(async move { self.page(&scan).await })
    }

    fn commit<'a>(&'a self, batch: Batch, version: Version) -> BoxFuture<'a, Result<(), CommitError>> {
        Box::pin(async move {
            batch.check_keys()?;
            self.check_open()?;
            match batch.is_empty() {
                true => Ok(()),
                false => self.write(batch, version).await,
            }
        })
    }

    fn sweep(&self, due: i64, at_most: usize) -> BoxFuture<'_, Result<usize, StoreError>> {
        Box::pin(async move {
            self.check_open()?;
            let mut deleted = 0;
            while deleted < at_most {
                let part = SWEPT.min(at_most - deleted);
                let count = self.sweep_some(due, part).await?;
                deleted += count;
                if count < part {
                    break;
                }
            }
            Ok(deleted)
        })
    }

    fn clock(&self) -> BoxFuture<'_, Result<Option<i64>, StoreError>> {
        Box::pin(async move {
            self.check_open()?;
            let told = self.readers.rows(CLOCK, &[], |_| false).await?;
            let told = told.first().and_then(|row| row.try_get(0).ok());
            told.map(Some).ok_or_else(unreadable)
        })
    }

    fn snapshot(&self) -> BoxFuture<'_, Result<Box<dyn Snapshot>, StoreError>> {
        Box::pin(async move {
            self.check_open()?;
            let scan = self.sql.scan.clone();
            let state = snapshot::State::take(&self.writers.connector, scan).await?;
            Ok(Box::new(state) as Box<dyn Snapshot>)
        })
    }
}
