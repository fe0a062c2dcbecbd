//! The engine for one machine: SQLite, one connection that writes with group commit, readers beside it.
//!
//! **Durable**: WAL with `synchronous=FULL`; a commit is answered after the log was synced. Deferred ones are written to
//! the log and wait for the next sync, which is of the whole log.
//!
//! **Shared**: another process may open the same file (`poolhouse keys create` does while the server runs). A lock held
//! elsewhere is waited for, up to five seconds, by the writer's own thread.
//!
//! **Two tables**: rows that expire lie apart from those that last, so that the pages of the latter stay dense, and only the
//! former pay for an index of expiries. A key lies in one of the two, whichever its last put said. A read searches both
//! indexes of keys in one statement, a scan merges two walks.
//!
//! **Reads and uncontended commits run on the calling thread.** A point read takes a few microseconds and waits for
//! nobody: in WAL mode readers and writer do not block each other. Handing it to another thread and waking up again
//! costs three to four times as much CPU (the example `throughput` prints both). A commit waits for the disk, so it
//! keeps its thread from other work meanwhile, but never more than one thread at a time: a second one queues
//! and lets go of its thread. A read takes the writing connection, whose pages stay warm, while nobody writes, and one of
//! the readers' otherwise. Scans of more than a page go to a blocking thread.

mod checkpoint;
mod fault;
mod health;
mod open;
mod readers;
mod rows;
mod snapshot;
#[cfg(test)]
mod tests;
mod transaction;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc, oneshot};

use crate::{Batch, BoxFuture, CommitError, Row, Scan, Snapshot, Store, StoreError, Version, key};
use health::Health;
use readers::Readers;
use writer::{Commit, Order, Sweep, Writer};

/// Batches that may wait for the writer. Past that callers wait before they queue.
const QUEUE: usize = 1024;
/// The longest read, in rows, that runs on the calling thread.
const SHORT_READ: usize = 64;
/// Long reads at a time.
const LONG_READS: usize = 2;
/// The most rows that one transaction of a sweep deletes: few enough that a commit does not wait long behind it.
const SWEPT: usize = 50;

/// Rows in one SQLite file.
///
/// Must be used inside a tokio runtime: long reads and [`close`](Self::close) run on its blocking threads. One of the
/// runtime's threads may be waiting for the disk, so it should have more than one.
pub struct Sqlite {
    path: PathBuf,
    readers: Arc<Readers>,
    long_reads: Semaphore,
    writer: Arc<Writer>,
    queue: Mutex<Option<Queue>>,
    health: Arc<Health>,
}

/// Where those wait who find the writer busy.
struct Queue {
    orders: mpsc::Sender<Order>,
    /// The writer's, and the one that moves the log, which ends after it.
    threads: [JoinHandle<()>; 2],
}

impl Sqlite {
    /// Opens the store at `path`, and creates it if there is none.
    ///
    /// A new file gets mode 0600; a directory that has to be made for it, 0700.
    ///
    /// # Errors
    /// [`StoreError::Foreign`] when the file is something else, [`StoreError::Format`] when an earlier or a later version
    /// of this program made it, [`StoreError::Busy`] when another process holds it, [`StoreError::Engine`] when it cannot
    /// be opened.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref();
        Self::start(path, open::writer(path)?, open::BUSY_TIMEOUT)
    }

    fn start(
        path: &Path,
        mut connection: rusqlite::Connection,
        patience: Duration,
    ) -> Result<Self, StoreError> {
        let (orders, queued) = mpsc::channel(QUEUE);
        let health = Arc::<Health>::default();
        let log = checkpoint::start(path, &mut connection, Arc::clone(&health))?;
        let writer = Arc::new(Writer::new(connection, patience, Arc::clone(&health)));
        let thread = {
            let writer = Arc::clone(&writer);
            std::thread::Builder::new()
                .name("store-writer".to_owned())
                .spawn(move || writer.serve(queued))
        };
        let thread = thread.map_err(|error| StoreError::Engine(Arc::new(error)))?;
        Ok(Self {
            path: path.to_owned(),
            readers: Arc::new(Readers::new(path.to_owned())),
            long_reads: Semaphore::new(LONG_READS),
            writer,
            queue: Mutex::new(Some(Queue {
                orders,
                threads: [thread, log],
            })),
            health,
        })
    }

    /// Lets every commit that is under way finish, moves the log into the database and closes the file. Every later
    /// call answers [`StoreError::Closed`].
    ///
    /// A store that is dropped instead loses nothing: the log is read at the next start.
    pub async fn close(&self) {
        self.health.close();
        self.readers.close();
        let queue = self.queue().take();
        if let Some(Queue { orders, threads }) = queue {
            drop(orders);
            // Should one of them have panicked, the file is closed as well.
            let _ = tokio::task::spawn_blocking(|| threads.map(JoinHandle::join)).await;
        }
    }

    /// Reads the whole file and answers what is wrong with it: nothing, if it is sound.
    ///
    /// # Errors
    /// When the file cannot be read at all.
    pub async fn integrity_check(&self) -> Result<Vec<String>, StoreError> {
        let mut findings = self
            .read_elsewhere(|connection| {
                let mut check = connection.prepare("PRAGMA integrity_check")?;
                check
                    .query_map([], |row| row.get::<_, String>(0))?
                    .collect::<Result<Vec<_>, _>>()
            })
            .await?;
        findings.retain(|finding| finding != "ok");
        Ok(findings)
    }

    /// Runs a long read on a blocking thread, when one of a few places is free.
    async fn read_elsewhere<T: Send + 'static>(
        &self,
        read: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let _place = self.long_reads.acquire().await.map_err(|_| StoreError::Closed)?;
        self.health.check()?;
        let readers = Arc::clone(&self.readers);
        let task = tokio::task::spawn_blocking(move || readers.read(read));
        // A task is only lost when the runtime shuts down.
        task.await.map_err(|_| StoreError::Closed)?
    }

    /// A read of few rows: on the writing connection if that is idle, on one of the readers' otherwise.
    fn read_here<T>(
        &self,
        read: impl Fn(&rusqlite::Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        match self.writer.read_if_idle(&read) {
            Some(Ok(rows)) => Ok(rows),
            // Busy, or failing, which a connection of the readers' will say if it is the file's fault.
            Some(Err(_)) | None => self.readers.read(read),
        }
    }

    /// Commits behind others.
    async fn commit_queued(&self, batch: Batch, version: Version) -> Result<(), CommitError> {
        let (reply, answer) = oneshot::channel();
        let order = Order::Commit(Commit {
            batch,
            version,
            reply,
        });
        self.enqueue(order).await?;
        // The thread answers every order. Should it be gone, nobody knows what became of this one.
        answer
            .await
            .map_err(|_| CommitError::Uncertain(StoreError::Fenced))?
    }

    /// One transaction of a sweep, behind whatever is queued.
    async fn sweep_some(&self, due: i64, at_most: usize) -> Result<usize, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.enqueue(Order::Sweep(Sweep { due, at_most, reply })).await?;
        answer.await.map_err(|_| StoreError::Fenced)?
    }

    /// Hands an order to the writer's thread. After an error it has not got it.
    async fn enqueue(&self, order: Order) -> Result<(), StoreError> {
        let orders = self.queue().as_ref().map(|queue| queue.orders.clone());
        let sent = orders.ok_or(StoreError::Closed)?.send(order).await;
        sent.map_err(|_| StoreError::Fenced)
    }

    fn queue(&self) -> MutexGuard<'_, Option<Queue>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for Sqlite {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Row>, StoreError>> {
        Box::pin(async move {
            key::check(key)?;
            self.health.check()?;
            self.read_here(|connection| rows::get(connection, key))
        })
    }

    fn get_many<'a>(&'a self, keys: &'a [&'a str]) -> BoxFuture<'a, Result<Vec<Option<Row>>, StoreError>> {
        Box::pin(async move {
            key::check_all(keys)?;
            self.health.check()?;
            if keys.len() <= SHORT_READ {
                return self.read_here(|connection| rows::get_many(connection, keys));
            }
            let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
            self.read_elsewhere(move |connection| rows::get_many(connection, &keys))
                .await
        })
    }

    fn scan<'a>(&'a self, scan: Scan) -> BoxFuture<'a, Result<Vec<Row>, StoreError>> {
        Box::pin(async move {
            scan.check()?;
            self.health.check()?;
            if scan.limit <= SHORT_READ {
                return self.readers.read(|connection| rows::scan(connection, &scan));
            }
            self.read_elsewhere(move |connection| rows::scan(connection, &scan))
                .await
        })
    }

    fn commit<'a>(&'a self, batch: Batch, version: Version) -> BoxFuture<'a, Result<(), CommitError>> {
        Box::pin(async move {
            batch.check_keys()?;
            self.health.check()?;
            match self.writer.commit_if_idle(batch, version) {
                Ok(answer) => answer,
                Err(batch) => self.commit_queued(batch, version).await,
            }
        })
    }

    fn sweep(&self, due: i64, at_most: usize) -> BoxFuture<'_, Result<usize, StoreError>> {
        Box::pin(async move {
            self.health.check()?;
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
        Box::pin(async { Ok(None) })
    }

    fn snapshot(&self) -> BoxFuture<'_, Result<Box<dyn Snapshot>, StoreError>> {
        Box::pin(async move {
            let state = snapshot::State::take(&self.path, Arc::clone(&self.health)).await?;
            Ok(Box::new(state) as Box<dyn Snapshot>)
        })
    }
}
