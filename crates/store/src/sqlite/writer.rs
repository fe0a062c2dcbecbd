//! Writing: one transaction at a time, and as many callers as there are in it (group commit).
//!
//! A commit costs one sync of the log, whoever asked for it. Who finds the writer idle writes on the calling thread, and
//! nobody has to be woken for it. Who finds it busy queues, and a thread of its own takes everything that has queued into
//! the next transaction. Each batch is checked against what the transaction already holds and then applied, or skipped
//! whole, so one caller's conflict is nobody else's. Nobody is answered before the transaction's fate is known, not even
//! with a conflict, for that too was seen in its light.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::fault;
use super::health::Health;
use super::rows;
use crate::batch::Write;
use crate::{Batch, CommitError, StoreError, Version};

/// The most batches in one transaction: enough to spread the sync, few enough that the first does not wait long.
const GROUP: usize = 512;
/// Versions are reserved in blocks, so that their counter's page is not part of every transaction. What is left of a
/// block when the process ends is never used.
const BLOCK: u64 = 4096;

/// What one caller is told.
pub(super) type Answer = Result<Version, CommitError>;

/// A batch that queues, and where its answer goes.
pub(super) struct Order {
    pub(super) batch: Batch,
    pub(super) reply: oneshot::Sender<Answer>,
}

/// The connection that writes, and whoever may use it.
pub(super) struct Writer {
    /// `None` once the store is closed.
    open: Mutex<Option<Open>>,
    /// Set while the thread holds an order and waits for the connection, so that nobody slips in before it.
    next_is_thread: AtomicBool,
    /// How long the thread waits for a lock that another process holds.
    patience: Duration,
    health: Arc<Health>,
}

impl Writer {
    pub(super) fn new(connection: Connection, patience: Duration, health: Arc<Health>) -> Self {
        Self {
            open: Mutex::new(Some(Open {
                connection,
                synced: true,
                versions: Block::default(),
            })),
            next_is_thread: AtomicBool::new(false),
            patience,
            health,
        }
    }

    /// Commits the batch on this thread if nobody writes or waits to, here or in another process; else gives it back.
    pub(super) fn commit_if_idle(&self, batch: Batch) -> Result<Answer, Batch> {
        if self.next_is_thread.load(Ordering::Acquire) {
            return Err(batch);
        }
        let mut open = match self.open.try_lock() {
            Ok(open) => open,
            Err(TryLockError::WouldBlock) => return Err(batch),
            Err(TryLockError::Poisoned(_)) => return Ok(Err(self.fenced().into())),
        };
        let Some(open) = open.as_mut() else {
            return Ok(Err(StoreError::Closed.into()));
        };
        match open.begin(&self.health, Duration::ZERO, !batch.is_deferred()) {
            Ok(()) => {}
            Err(StoreError::Busy) => return Err(batch),
            Err(error) => return Ok(Err(error.into())),
        }
        let mut answers = match open.transact(&self.health, batch, &mut || None) {
            Ok(answers) => answers,
            Err(error) => return Ok(Err(error.into())),
        };
        // One batch has one answer.
        Ok(answers.pop().unwrap_or(Err(StoreError::Fenced.into())))
    }

    /// Reads on the writing connection, if nobody uses it: its pages are still good after its own commits, while a
    /// connection that only reads has to fetch them anew after each. `None`: read elsewhere.
    pub(super) fn read_if_idle<T>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Option<rusqlite::Result<T>> {
        let open = self.open.try_lock().ok()?;
        open.as_ref().map(|open| read(&open.connection))
    }

    /// Serves the queue until every sender is gone, and closes the connection. Every order is answered.
    pub(super) fn serve(&self, mut queue: mpsc::Receiver<Order>) {
        while let Some(first) = queue.blocking_recv() {
            self.transact(first, &mut queue);
        }
        // The last connection of a file moves the log into it.
        drop(self.open.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// One transaction over `first` and what is queued behind it, from its beginning to its answers.
    fn transact(&self, first: Order, queue: &mut mpsc::Receiver<Order>) {
        self.next_is_thread.store(true, Ordering::Release);
        let open = self.open.lock();
        self.next_is_thread.store(false, Ordering::Release);

        let mut replies = vec![first.reply];
        let mut next = || {
            if replies.len() >= GROUP {
                return None;
            }
            let Order { batch, reply } = queue.try_recv().ok()?;
            replies.push(reply);
            Some(batch)
        };
        let outcome = match open.ok().as_deref_mut() {
            Some(Some(open)) => open
                // Who else is in the group is not known yet.
                .begin(&self.health, self.patience, true)
                .and_then(|()| open.transact(&self.health, first.batch, &mut next)),
            Some(None) => Err(StoreError::Closed),
            None => Err(self.fenced()),
        };
        match outcome {
            // A caller who no longer waits does not need the answer.
            Ok(answers) => replies
                .into_iter()
                .zip(answers)
                .for_each(|(reply, answer)| drop(reply.send(answer))),
            Err(error) => {
                if matches!(error, StoreError::Busy) {
                    // Whoever queued while the lock was waited for would wait as long again, for the same answer. They
                    // are gathered before anybody is answered: what is asked after an answer deserves an attempt of
                    // its own.
                    replies.extend(std::iter::from_fn(|| queue.try_recv().ok()).map(|order| order.reply));
                }
                replies
                    .into_iter()
                    .for_each(|reply| drop(reply.send(Err(error.clone().into()))));
            }
        }
    }

    /// After a panic with the connection in hand nobody knows what it holds.
    fn fenced(&self) -> StoreError {
        self.health.fence();
        StoreError::Fenced
    }
}

/// The connection as long as it is open.
struct Open {
    connection: Connection,
    /// Whether commits are synced.
    synced: bool,
    versions: Block,
}

impl Open {
    /// Begins a transaction, which [`transact`](Self::transact) ends.
    fn begin(&mut self, health: &Health, patience: Duration, synced: bool) -> Result<(), StoreError> {
        health.check_fence()?;
        if self.synced != synced {
            rows::set_synced(&self.connection, synced).map_err(fault::classify)?;
            self.synced = synced;
        }
        rows::begin(&self.connection, patience).map_err(|error| self.abandon(health, fault::classify(error)))
    }

    /// Applies `first` and as many more as `next` has, and commits them.
    fn transact(
        &mut self,
        health: &Health,
        first: Batch,
        next: &mut dyn FnMut() -> Option<Batch>,
    ) -> Result<Vec<Answer>, StoreError> {
        self.fill(first, next)
            .map_err(|error| self.abandon(health, error))
    }

    fn fill(
        &mut self,
        first: Batch,
        next: &mut dyn FnMut() -> Option<Batch>,
    ) -> Result<Vec<Answer>, StoreError> {
        let mut answers = Vec::new();
        let mut batch = Some(first);
        while let Some(present) = batch {
            answers.push(self.apply(&present).map_err(fault::classify)?);
            batch = next();
        }
        rows::commit(&self.connection).map_err(fault::classify_commit)?;
        Ok(answers)
    }

    /// Checks the batch against the rows as the transaction has them, then applies it: whole or, on a conflict, not at
    /// all, so that nothing has to be taken back.
    fn apply(&mut self, batch: &Batch) -> rusqlite::Result<Answer> {
        let connection = &self.connection;
        for (key, step) in batch.steps() {
            if step.is_conditional() && !step.holds(rows::version_of(connection, key)?) {
                return Ok(Err(CommitError::Conflict { key: key.to_owned() }));
            }
        }
        let version = self.versions.next(connection)?;
        for (key, step) in batch.steps() {
            match &step.write {
                Some(Write::Put(body)) => rows::put(connection, key, version, body)?,
                Some(Write::Delete) => rows::delete(connection, key)?,
                None => {}
            }
        }
        Ok(Ok(version))
    }

    /// Leaves a transaction that cannot be committed, and says what its callers are told.
    fn abandon(&mut self, health: &Health, error: StoreError) -> StoreError {
        // The block may have been reserved inside the transaction.
        self.versions = Block::default();
        // After some errors SQLite has rolled back by itself.
        let left = self.connection.is_autocommit() || rows::rollback(&self.connection).is_ok();
        if !left || matches!(error, StoreError::Fenced) {
            health.fence();
            return StoreError::Fenced;
        }
        error
    }
}

/// Versions that this connection alone may give out.
#[derive(Default)]
struct Block {
    next: u64,
    left: u64,
}

impl Block {
    fn next(&mut self, connection: &Connection) -> rusqlite::Result<Version> {
        if self.left == 0 {
            let last = rows::reserve(connection, BLOCK)?;
            *self = Self {
                next: last - BLOCK + 1,
                left: BLOCK,
            };
        }
        let version = Version(self.next);
        self.next += 1;
        self.left -= 1;
        Ok(version)
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::Expect;
    use crate::sqlite::open;

    /// A writer on a new file of the test's own.
    fn writer(test: &str) -> (Writer, PathBuf) {
        let name = format!("poolhouse-store-{}-{test}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        let connection = open::writer(&directory.join("pool.db")).unwrap();
        (Writer::new(connection, Duration::ZERO, Arc::default()), directory)
    }

    #[test]
    fn who_finds_the_writer_busy_is_told_to_go_elsewhere() {
        let (writer, directory) = writer("busy-writer");
        let put = || Batch::new().put("a", Expect::Any, "{}");
        let version = || writer.read_if_idle(|connection| rows::version_of(connection, "a"));
        let written = writer.commit_if_idle(put()).unwrap().unwrap();
        assert_eq!(version().unwrap().unwrap(), Some(written));

        let writing = writer.open.lock().unwrap();
        assert!(version().is_none());
        assert!(writer.commit_if_idle(put()).is_err());
        drop(writing);

        writer.next_is_thread.store(true, Ordering::Release);
        assert!(writer.commit_if_idle(put()).is_err(), "the thread comes first");
        std::fs::remove_dir_all(directory).unwrap();
    }

    #[test]
    fn a_deferred_batch_is_not_synced_and_every_other_one_is() {
        let (writer, directory) = writer("deferred");
        let put = || Batch::new().put("a", Expect::Any, "{}");
        let (deferred, both) = (put().deferred(), put().deferred().merge(put()));
        for (batch, level) in [(put(), 2), (deferred.clone(), 1), (deferred, 1), (both, 2)] {
            writer.commit_if_idle(batch).unwrap().unwrap();
            let open = writer.open.lock().unwrap();
            let connection = &open.as_ref().unwrap().connection;
            let synchronous: i64 = connection
                .pragma_query_value(None, "synchronous", |row| row.get(0))
                .unwrap();
            assert_eq!(synchronous, level);
        }
        std::fs::remove_dir_all(directory).unwrap();
    }
}
