//! The one thread that writes: it drains its queue into one transaction (group commit).
//!
//! A commit costs one sync of the log, whoever asked for it. While one transaction is brought to disk, the next
//! callers queue; the thread then takes all of them into its next transaction. Each batch is checked against what the
//! transaction already holds and then applied, or skipped whole, so one caller's conflict is nobody else's. Nobody is
//! answered before the transaction's fate is known, not even with a conflict, for that too was seen in its light.

use std::sync::Arc;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::fault;
use super::health::Health;
use super::rows::WriteStatements;
use crate::batch::Write;
use crate::{Batch, CommitError, StoreError, Version};

/// The most batches in one transaction: enough to spread the sync, few enough that the first does not wait long.
const GROUP: usize = 512;
/// Versions are reserved in blocks, so that their counter's page is not part of every transaction. What is left of a
/// block when the process ends is never used.
const BLOCK: u64 = 4096;

/// A batch on its way, and where its answer goes.
pub(super) struct Order {
    pub(super) batch: Batch,
    pub(super) reply: Reply,
}

type Reply = oneshot::Sender<Answer>;
type Answer = Result<Version, CommitError>;

/// Serves the queue until every sender is gone. Every order is answered.
pub(super) fn run(connection: &Connection, mut queue: mpsc::Receiver<Order>, health: &Arc<Health>) {
    let mut statements = match WriteStatements::prepare(connection) {
        Ok(statements) => statements,
        Err(error) => {
            health.fence();
            let error = fault::classify(error);
            while let Some(order) = queue.blocking_recv() {
                refuse(order.reply, &error);
            }
            return;
        }
    };
    let mut writer = Writer {
        connection,
        statements: &mut statements,
        versions: Block::default(),
        health,
    };
    while let Some(first) = queue.blocking_recv() {
        writer.transact(first, &mut queue);
    }
}

struct Writer<'w, 'c> {
    connection: &'c Connection,
    statements: &'w mut WriteStatements<'c>,
    versions: Block,
    health: &'w Health,
}

impl Writer<'_, '_> {
    /// One transaction over `first` and what is queued behind it, from its beginning to its answers.
    fn transact(&mut self, first: Order, queue: &mut mpsc::Receiver<Order>) {
        let mut group = Group::default();
        let Err(error) = self.fill(&mut group, first, queue) else {
            return group.answer();
        };
        let error = self.abandon(error);
        if matches!(error, StoreError::Busy) {
            // Whoever queued while the lock was waited for would wait as long again, for the same answer. They are
            // gathered before anybody is answered: what is asked after an answer deserves an attempt of its own.
            while let Ok(order) = queue.try_recv() {
                group.admit(order);
            }
        }
        group.refuse(&error);
    }

    fn fill(
        &mut self,
        group: &mut Group,
        first: Order,
        queue: &mut mpsc::Receiver<Order>,
    ) -> Result<(), StoreError> {
        let mut next = Some(group.admit(first));
        self.health.check_fence()?;
        self.statements.begin.execute([]).map_err(fault::classify)?;
        while let Some(batch) = next {
            group.answers.push(self.apply(batch).map_err(fault::classify)?);
            next = match group.is_full() {
                true => None,
                false => queue.try_recv().ok().map(|order| group.admit(order)),
            };
        }
        self.statements
            .commit
            .execute([])
            .map(drop)
            .map_err(fault::classify_commit)
    }

    /// Checks the batch against the rows as the transaction has them, then applies it: whole or, on a conflict, not at
    /// all, so that nothing has to be taken back.
    fn apply(&mut self, batch: Batch) -> rusqlite::Result<Answer> {
        for (key, step) in batch.steps() {
            if step.is_conditional() && !step.holds(self.statements.version(key)?) {
                return Ok(Err(CommitError::Conflict { key: key.to_owned() }));
            }
        }
        let version = self.versions.next(self.statements)?;
        for (key, step) in batch.steps() {
            match &step.write {
                Some(Write::Put(body)) => self.statements.put(key, version, body)?,
                Some(Write::Delete) => self.statements.delete(key)?,
                None => {}
            }
        }
        Ok(Ok(version))
    }

    /// Leaves a transaction that cannot be committed, and says what its callers are told.
    fn abandon(&mut self, error: StoreError) -> StoreError {
        // The block may have been reserved inside the transaction.
        self.versions = Block::default();
        // After some errors SQLite has rolled back by itself.
        let left = self.connection.is_autocommit() || self.statements.rollback.execute([]).is_ok();
        if !left || matches!(error, StoreError::Fenced) {
            self.health.fence();
            return StoreError::Fenced;
        }
        error
    }
}

/// The callers of one transaction, and what each is told if it commits.
#[derive(Default)]
struct Group {
    replies: Vec<Reply>,
    answers: Vec<Answer>,
}

impl Group {
    fn admit(&mut self, order: Order) -> Batch {
        self.replies.push(order.reply);
        order.batch
    }

    fn is_full(&self) -> bool {
        self.replies.len() >= GROUP
    }

    fn answer(self) {
        for (reply, answer) in self.replies.into_iter().zip(self.answers) {
            // A caller who no longer waits does not need the answer.
            let _ = reply.send(answer);
        }
    }

    fn refuse(self, error: &StoreError) {
        for reply in self.replies {
            refuse(reply, error);
        }
    }
}

fn refuse(reply: Reply, error: &StoreError) {
    let _ = reply.send(Err(CommitError::Store(error.clone())));
}

/// Versions that this connection alone may give out.
#[derive(Default)]
struct Block {
    next: u64,
    left: u64,
}

impl Block {
    fn next(&mut self, statements: &mut WriteStatements<'_>) -> rusqlite::Result<Version> {
        if self.left == 0 {
            let last = statements.reserve(BLOCK)?;
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
