//! The engine for one machine: SQLite, one connection that writes with group commit, readers beside it.
//!
//! **Durable**: WAL with `synchronous=FULL`; a commit is answered after the log was synced. Deferred ones are written to
//! the log and wait for the next sync, which is of the whole log.
//!
//! **Shared**: another process may open the same file (`poolhouse keys create` does while the server runs). Versions
//! are therefore reserved inside transactions, and a lock held elsewhere is waited for, up to five seconds, by the
//! writer's own thread.
//!
//! **Reads and uncontended commits run on the calling thread.** A point read takes a few microseconds and waits for
//! nobody: in WAL mode readers and writer do not block each other. Handing it to another thread and waking up again
//! costs three to four times as much CPU (the example `throughput` prints both). A commit waits for the disk, so it
//! keeps its thread from other work meanwhile, but never more than one thread at a time: whoever comes second queues
//! and lets go of its thread. A read takes the writing connection, whose pages stay warm, while nobody writes, and one of
//! the readers' otherwise. Scans of more than a page go to a blocking thread.

mod fault;
mod health;
mod open;
mod readers;
mod rows;
#[cfg(test)]
mod tests;
mod writer;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc, oneshot};

use crate::{Batch, BoxFuture, CommitError, Row, Scan, Store, StoreError, Version, key};
use health::Health;
use readers::Readers;
use writer::{Order, Writer};

/// Batches that may wait for the writer. Past that callers wait before they queue.
const QUEUE: usize = 1024;
/// The longest scan, in rows, that runs on the calling thread.
const SHORT_SCAN: usize = 64;
/// Long scans at a time.
const LONG_SCANS: usize = 2;

/// Rows in one SQLite file.
///
/// Must be used inside a tokio runtime: long scans and [`close`](Self::close) run on its blocking threads. One of the
/// runtime's threads may be waiting for the disk, so it should have more than one.
pub struct Sqlite {
    readers: Arc<Readers>,
    long_scans: Semaphore,
    writer: Arc<Writer>,
    queue: Mutex<Option<Queue>>,
    health: Arc<Health>,
}

/// Where those wait who find the writer busy.
struct Queue {
    orders: mpsc::Sender<Order>,
    thread: JoinHandle<()>,
}

impl Sqlite {
    /// Opens the store at `path`, and creates it if there is none.
    ///
    /// A new file gets mode 0600; a directory that has to be made for it, 0700.
    ///
    /// # Errors
    /// [`StoreError::Foreign`] when the file is something else or of an unknown format, [`StoreError::Busy`] when
    /// another process holds it, [`StoreError::Engine`] when it cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref();
        Self::start(path, open::writer(path)?, open::BUSY_TIMEOUT)
    }

    fn start(path: &Path, connection: rusqlite::Connection, patience: Duration) -> Result<Self, StoreError> {
        let (orders, queued) = mpsc::channel(QUEUE);
        let health = Arc::<Health>::default();
        let writer = Arc::new(Writer::new(connection, patience, Arc::clone(&health)));
        let thread = {
            let writer = Arc::clone(&writer);
            std::thread::Builder::new()
                .name("store-writer".to_owned())
                .spawn(move || writer.serve(queued))
        };
        let thread = thread.map_err(|error| StoreError::Engine(Arc::new(error)))?;
        Ok(Self {
            readers: Arc::new(Readers::new(path.to_owned())),
            long_scans: Semaphore::new(LONG_SCANS),
            writer,
            queue: Mutex::new(Some(Queue { orders, thread })),
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
        if let Some(Queue { orders, thread }) = queue {
            drop(orders);
            // Should the thread have panicked, the file is closed as well.
            let _ = tokio::task::spawn_blocking(|| thread.join()).await;
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
        let _place = self.long_scans.acquire().await.map_err(|_| StoreError::Closed)?;
        self.health.check()?;
        let readers = Arc::clone(&self.readers);
        let task = tokio::task::spawn_blocking(move || readers.read(read));
        // A task is only lost when the runtime shuts down.
        task.await.map_err(|_| StoreError::Closed)?
    }

    /// Commits behind others.
    async fn commit_queued(&self, batch: Batch) -> Result<Version, CommitError> {
        let orders = self.queue().as_ref().map(|queue| queue.orders.clone());
        let (reply, answer) = oneshot::channel();
        // The thread answers every order. Should it be gone, nobody knows what became of this one.
        orders
            .ok_or(StoreError::Closed)?
            .send(Order { batch, reply })
            .await
            .map_err(|_| StoreError::Fenced)?;
        answer.await.map_err(|_| StoreError::Fenced)?
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
            match self.writer.read_if_idle(|connection| rows::get(connection, key)) {
                Some(Ok(row)) => Ok(row),
                // Busy, or failing, which a connection of the readers' will say if it is the file's fault.
                Some(Err(_)) | None => self.readers.read(|connection| rows::get(connection, key)),
            }
        })
    }

    fn scan<'a>(&'a self, scan: Scan) -> BoxFuture<'a, Result<Vec<Row>, StoreError>> {
        Box::pin(async move {
            key::check_scan(&scan)?;
            self.health.check()?;
            if scan.limit <= SHORT_SCAN {
                return self.readers.read(|connection| rows::scan(connection, &scan));
            }
            self.read_elsewhere(move |connection| rows::scan(connection, &scan))
                .await
        })
    }

    fn commit<'a>(&'a self, batch: Batch) -> BoxFuture<'a, Result<Version, CommitError>> {
        Box::pin(async move {
            key::check_batch(&batch)?;
            self.health.check()?;
            match self.writer.commit_if_idle(batch) {
                Ok(answer) => answer,
                Err(batch) => self.commit_queued(batch).await,
            }
        })
    }
}
