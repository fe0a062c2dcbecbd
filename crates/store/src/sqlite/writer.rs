//! Writing: one transaction at a time, and as many callers as there are in it (group commit).
//!
//! A commit costs one sync of the log. A caller that finds the writer idle writes on its own thread, and
//! nobody has to be woken for it. Who finds it busy queues, and a thread of its own takes everything that has queued into
//! the next transaction. Each batch is checked against what the transaction already holds and then applied, or skipped
//! whole, so one caller's conflict is nobody else's. Nobody is answered before the transaction's fate is known, not even
//! with a conflict, for that too was seen in its light.
//!
//! A sweep is many small transactions, each of which queues like a commit, so that between two of them everybody has a turn.

#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LockResult, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::health::Health;
use super::transaction::{Answer, Open};
use crate::{Batch, CommitError, StoreError, Version};

/// The most batches in one transaction: enough to spread the sync, few enough that the first does not wait long.
const GROUP: usize = 512;

/// What queues for the writer.
pub(super) enum Order {
    Commit(Commit),
    Sweep(Sweep),
}

/// A batch that queues, and where its answer goes.
pub(super) struct Commit {
    pub(super) batch: Batch,
    pub(super) version: Version,
    pub(super) reply: oneshot::Sender<Answer>,
}

/// One transaction of a sweep.
pub(super) struct Sweep {
    pub(super) due: i64,
    pub(super) at_most: usize,
    pub(super) reply: oneshot::Sender<Result<usize, StoreError>>,
}

impl Order {
    /// A caller who no longer waits does not need the answer.
    fn refuse(self, error: StoreError) {
        match self {
            Self::Commit(Commit { reply, .. }) => drop(reply.send(Err(error.into()))),
            Self::Sweep(Sweep { reply, .. }) => drop(reply.send(Err(error))),
        }
    }
}

/// The connection that writes, and who may use it.
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
            open: Mutex::new(Some(Open::new(connection))),
            next_is_thread: AtomicBool::new(false),
            patience,
            health,
        }
    }

    /// Commits the batch on this thread if nobody writes or waits to, here or in another process; else gives it back.
    pub(super) fn commit_if_idle(&self, batch: Batch, version: Version) -> Result<Answer, Batch> {
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
        let mut answers = match open.transact(&self.health, (batch, version), &mut || None) {
            Ok(answers) => answers,
            Err(error) => return Ok(Err(error)),
        };
        // One batch has one answer.
        Ok(answers
            .pop()
            .unwrap_or(Err(CommitError::Uncertain(StoreError::Fenced))))
    }

    /// Reads on the writing connection, if nobody uses it: its pages are still good after its own commits, while a
    /// connection that only reads has to fetch them anew after each. `None`: read elsewhere.
    pub(super) fn read_if_idle<T>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Option<rusqlite::Result<T>> {
        let open = self.open.try_lock().ok()?;
        open.as_ref().map(|open| read(open.connection()))
    }

    /// Serves the queue until every sender is gone, and closes the connection. Every order is answered.
    pub(super) fn serve(&self, mut queue: mpsc::Receiver<Order>) {
        while let Some(first) = queue.blocking_recv() {
            let mut next = Some(first);
            while let Some(order) = next.take() {
                match order {
                    Order::Commit(first) => next = self.transact(first, &mut queue),
                    Order::Sweep(sweep) => self.sweep(sweep),
                }
            }
        }
        // The last connection of a file moves the log into it.
        drop(self.open.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// One transaction over `first` and the commits that are queued behind it, from its beginning to its answers.
    /// Returns what was taken from the queue and is not a commit.
    fn transact(&self, first: Commit, queue: &mut mpsc::Receiver<Order>) -> Option<Order> {
        let open = self.lock();
        let Commit {
            batch,
            version,
            reply,
        } = first;
        let (mut replies, mut other) = (vec![reply], None);
        let mut next = || {
            if replies.len() >= GROUP {
                return None;
            }
            match queue.try_recv().ok()? {
                Order::Commit(Commit {
                    batch,
                    version,
                    reply,
                }) => {
                    replies.push(reply);
                    Some((batch, version))
                }
                order @ Order::Sweep(_) => {
                    other = Some(order);
                    None
                }
            }
        };
        let outcome = match open.ok().as_deref_mut() {
            Some(Some(open)) => open
                // Who else is in the group is not known yet.
                .begin(&self.health, self.patience, true)
                .map_err(CommitError::from)
                .and_then(|()| open.transact(&self.health, (batch, version), &mut next)),
            Some(None) => Err(StoreError::Closed.into()),
            None => Err(self.fenced().into()),
        };
        match outcome {
            // A caller who no longer waits does not need the answer.
            Ok(answers) => replies
                .into_iter()
                .zip(answers)
                .for_each(|(reply, answer)| drop(reply.send(answer))),
            Err(error) => refuse(&error, replies, queue),
        }
        other
    }

    /// One transaction of a sweep. It is not synced: what a power cut takes of it is due again.
    fn sweep(&self, order: Sweep) {
        let outcome = match self.lock().ok().as_deref_mut() {
            Some(Some(open)) => open
                .begin(&self.health, self.patience, false)
                .and_then(|()| open.sweep(&self.health, order.due, order.at_most)),
            Some(None) => Err(StoreError::Closed),
            None => Err(self.fenced()),
        };
        drop(order.reply.send(outcome));
    }

    /// For the thread: waits for the connection, and is the next to have it.
    fn lock(&self) -> LockResult<MutexGuard<'_, Option<Open>>> {
        self.next_is_thread.store(true, Ordering::Release);
        let open = self.open.lock();
        self.next_is_thread.store(false, Ordering::Release);
        open
    }

    /// After a panic with the connection in hand nobody knows what it holds.
    fn fenced(&self) -> StoreError {
        self.health.fence();
        StoreError::Fenced
    }
}

/// Answers a group that failed, and those who would fail like it.
fn refuse(error: &CommitError, replies: Vec<oneshot::Sender<Answer>>, queue: &mut mpsc::Receiver<Order>) {
    let queued: Vec<Order> = match error {
        // Batches queued while the lock was waited for would wait as long again, for the same answer. They are gathered
        // before anybody is answered: what is asked after an answer deserves an attempt of its own.
        CommitError::Store(StoreError::Busy) => std::iter::from_fn(|| queue.try_recv().ok()).collect(),
        _ => Vec::new(),
    };
    for reply in replies {
        drop(reply.send(Err(error.clone())));
    }
    for order in queued {
        order.refuse(StoreError::Busy);
    }
}
