//! Answers of commits are lost.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{Batch, BoxFuture, CommitError, Row, Scan, Snapshot, Store, StoreError, Version};

/// When the connection breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Before the batch arrives: it is not applied.
    Before,
    /// After the batch was judged, and applied if its expectations held.
    After,
    /// On its way: it is not applied yet, and may still be.
    Meanwhile,
}

/// The error behind the [`CommitError::Uncertain`] that a [`Losing`] store answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lost;

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection broke")
    }
}

impl std::error::Error for Lost {}

/// A store that answers [`CommitError::Uncertain`] when told to, whether or not it has applied the batch.
pub struct Losing<S> {
    inner: S,
    losses: Mutex<Vec<(String, Loss)>>,
}

impl<S: Store> Losing<S> {
    /// Around a store, losing nothing yet.
    pub fn new(inner: S) -> Self {
        Self {
            inner,
            losses: Mutex::default(),
        }
    }

    /// The store behind this one, which loses nothing.
    pub fn inner(&self) -> &S {
        &self.inner
    }

    /// Loses the answer of the next commit that writes or expects something at a key with this prefix. Of several losses
    /// that match, the first one asked for happens, and the others wait for the commits to come.
    pub fn lose(&self, prefix: impl Into<String>, loss: Loss) {
        self.losses().push((prefix.into(), loss));
    }

    /// How many losses have not happened yet.
    pub fn waiting(&self) -> usize {
        self.losses().len()
    }

    fn take(&self, batch: &Batch) -> Option<Loss> {
        let mut losses = self.losses();
        let place = losses.iter().position(|(prefix, _)| batch.touches(prefix))?;
        Some(losses.remove(place).1)
    }

    fn losses(&self) -> MutexGuard<'_, Vec<(String, Loss)>> {
        self.losses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Store> Store for Losing<S> {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Row>, StoreError>> {
        self.inner.get(key)
    }

    fn get_many<'a>(&'a self, keys: &'a [&'a str]) -> BoxFuture<'a, Result<Vec<Option<Row>>, StoreError>> {
        self.inner.get_many(keys)
    }

    fn scan<'a>(&'a self, scan: Scan) -> BoxFuture<'a, Result<Vec<Row>, StoreError>> {
        self.inner.scan(scan)
    }

    fn commit<'a>(&'a self, batch: Batch, version: Version) -> BoxFuture<'a, Result<(), CommitError>> {
        Box::pin(async move {
            match self.take(&batch) {
                None => return self.inner.commit(batch, version).await,
                Some(Loss::Before) => {}
                Some(Loss::Meanwhile) => return Err(CommitError::Uncertain(StoreError::Unsettled)),
                Some(Loss::After) => drop(self.inner.commit(batch, version).await),
            }
            Err(CommitError::Uncertain(StoreError::Engine(Arc::new(Lost))))
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
