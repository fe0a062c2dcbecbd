//! A store whose answers are written down.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::history::{Change, Heard, Operation, What, Written};
use super::judge::{Ordered, Unordered, judge};
use crate::batch::{Step, Write};
use crate::{
    Batch, BoxFuture, CommitError, Row, Scan, Snapshot, Store, StoreError, Version, commit_and_settle,
};

/// What all clients of some stores heard, in the order of their calls.
#[derive(Default)]
pub struct History {
    moment: AtomicU64,
    answered: AtomicUsize,
    operations: Mutex<Vec<Operation>>,
}

impl History {
    /// What was heard until now. A call that is not answered yet may still take effect.
    pub fn operations(&self) -> Vec<Operation> {
        self.lock().clone()
    }

    /// How many calls were answered, errors included.
    pub fn answered(&self) -> usize {
        self.answered.load(Ordering::SeqCst)
    }

    /// Judges what was heard until now.
    ///
    /// # Errors
    /// As [`judge`].
    pub fn judge(&self) -> Result<Ordered, Unordered> {
        judge(&self.operations())
    }

    fn now(&self) -> u64 {
        self.moment.fetch_add(1, Ordering::SeqCst)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Operation>> {
        self.operations.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A read is written down when it is answered: one that was not says nothing.
    fn read(&self, begun: u64, what: What) {
        let ended = Some(self.now());
        self.lock().push(Operation { begun, ended, what });
    }

    /// A commit is written down before it is made, for one whose caller is gone may still be applied.
    fn begin(&self, changes: Vec<Change>) -> usize {
        let begun = self.now();
        let mut operations = self.lock();
        operations.push(Operation {
            begun,
            ended: None,
            what: What::Commit {
                changes,
                heard: Heard::Nothing,
            },
        });
        operations.len() - 1
    }

    fn end(&self, at: usize, answer: &Result<(), CommitError>) {
        let told = match answer {
            Ok(()) => Heard::Applied,
            Err(CommitError::Conflict { key }) => Heard::Conflict(key.clone()),
            Err(CommitError::Store(_)) => Heard::Refused,
            Err(CommitError::Uncertain(_)) => return,
        };
        let now = self.now();
        if let Some(operation) = self.lock().get_mut(at) {
            operation.ended = Some(now);
            if let What::Commit { heard, .. } = &mut operation.what {
                *heard = told;
            }
        }
    }
}

/// A node's store, as a client of it: commits whose answers are lost are settled, and all that was heard is written down.
pub struct Recorded {
    history: Arc<History>,
    inner: Arc<dyn Store>,
}

impl Recorded {
    /// Writes into this history, which clients of other nodes on the same database may share.
    pub fn new(inner: Arc<dyn Store>, history: Arc<History>) -> Self {
        Self { history, inner }
    }

    fn answered<T>(&self, answer: T) -> T {
        self.history.answered.fetch_add(1, Ordering::SeqCst);
        answer
    }
}

fn changes(batch: &Batch, version: Version) -> Vec<Change> {
    let change = |(key, step): (&str, &Step)| Change {
        key: key.to_owned(),
        expects: step.expects().to_vec(),
        written: match step.write {
            Some(Write::Put { .. }) => Written::Put(version),
            Some(Write::Delete) => Written::Deleted,
            None => Written::Not,
        },
    };
    batch.steps().map(change).collect()
}

impl Store for Recorded {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Row>, StoreError>> {
        Box::pin(async move {
            let begun = self.history.now();
            let row = self.answered(self.inner.get(key).await)?;
            let version = row.as_ref().map(|row| row.version);
            self.history
                .read(begun, What::Read(BTreeMap::from([(key.to_owned(), version)])));
            Ok(row)
        })
    }

    fn get_many<'a>(&'a self, keys: &'a [&'a str]) -> BoxFuture<'a, Result<Vec<Option<Row>>, StoreError>> {
        Box::pin(async move {
            let begun = self.history.now();
            let rows = self.answered(self.inner.get_many(keys).await)?;
            let versions = rows.iter().map(|row| row.as_ref().map(|row| row.version));
            let read = keys.iter().map(|key| (*key).to_owned()).zip(versions).collect();
            self.history.read(begun, What::Read(read));
            Ok(rows)
        })
    }

    fn scan<'a>(&'a self, scan: Scan) -> BoxFuture<'a, Result<Vec<Row>, StoreError>> {
        Box::pin(async move {
            let (begun, asked) = (self.history.now(), scan.clone());
            let rows = self.answered(self.inner.scan(scan).await)?;
            // A page says nothing of what is not on it.
            if asked.after.is_none() && rows.len() < asked.limit {
                let found = rows.iter().map(|row| (row.key.clone(), row.version));
                let listed = What::Listed {
                    prefix: asked.prefix,
                    rows: found.collect(),
                };
                self.history.read(begun, listed);
            }
            Ok(rows)
        })
    }

    fn commit<'a>(&'a self, batch: Batch, version: Version) -> BoxFuture<'a, Result<(), CommitError>> {
        Box::pin(async move {
            let at = self.history.begin(changes(&batch, version));
            let answer = self.answered(commit_and_settle(&*self.inner, batch, version).await);
            self.history.end(at, &answer);
            answer
        })
    }

    fn sweep(&self, due: i64, at_most: usize) -> BoxFuture<'_, Result<usize, StoreError>> {
        self.inner.sweep(due, at_most)
    }

    fn clock(&self) -> BoxFuture<'_, Result<Option<i64>, StoreError>> {
        self.inner.clock()
    }

    fn snapshot(&self) -> BoxFuture<'_, Result<Box<dyn Snapshot>, StoreError>> {
        self.inner.snapshot()
    }
}
