//! How many round trips an operation takes, and how many rows it asks for.

use std::sync::{Mutex, PoisonError};

use crate::{Batch, BoxFuture, CommitError, Row, Scan, Snapshot, Store, StoreError, Version};

/// How often each call was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// [`Store::get`].
    pub gets: usize,
    /// [`Store::get_many`], whatever the number of keys.
    pub get_manys: usize,
    /// Rows asked for by key, whether they were there or not.
    pub rows: usize,
    /// [`Store::scan`].
    pub scans: usize,
    /// [`Store::commit`], whatever came of it.
    pub commits: usize,
    /// [`Store::sweep`].
    pub sweeps: usize,
}

impl Counts {
    /// Every call that only reads.
    #[must_use]
    pub fn reads(&self) -> usize {
        self.gets + self.get_manys + self.scans
    }
}

/// A store that counts the calls to it.
///
/// ```
/// # use poolhouse_store::{Memory, Store};
/// # use poolhouse_store::testing::{Counting, Counts};
/// # async fn test() {
/// let store = Counting::new(Memory::new());
/// store.get_many(&["a", "b", "c"]).await.unwrap();
/// assert_eq!(store.take(), Counts { get_manys: 1, rows: 3, ..Counts::default() });
/// # }
/// ```
pub struct Counting<S> {
    inner: S,
    counts: Mutex<Counts>,
}

impl<S: Store> Counting<S> {
    /// Around a store, with nothing counted.
    pub fn new(inner: S) -> Self {
        Self {
            inner,
            counts: Mutex::default(),
        }
    }

    /// The store behind this one, whose calls are not counted.
    pub fn inner(&self) -> &S {
        &self.inner
    }

    /// What was counted since the beginning or the last call of this function.
    pub fn take(&self) -> Counts {
        std::mem::take(&mut *self.counts.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn count(&self, one: impl FnOnce(&mut Counts)) {
        one(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl<S: Store> Store for Counting<S> {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Row>, StoreError>> {
        self.count(|counts| {
            counts.gets += 1;
            counts.rows += 1;
        });
        self.inner.get(key)
    }

    fn get_many<'a>(&'a self, keys: &'a [&'a str]) -> BoxFuture<'a, Result<Vec<Option<Row>>, StoreError>> {
        self.count(|counts| {
            counts.get_manys += 1;
            counts.rows += keys.len();
        });
        self.inner.get_many(keys)
    }

    fn scan<'a>(&'a self, scan: Scan) -> BoxFuture<'a, Result<Vec<Row>, StoreError>> {
        self.count(|counts| counts.scans += 1);
        self.inner.scan(scan)
    }

    fn commit<'a>(&'a self, batch: Batch, version: Version) -> BoxFuture<'a, Result<(), CommitError>> {
        self.count(|counts| counts.commits += 1);
        self.inner.commit(batch, version)
    }

    fn sweep(&self, due: i64, at_most: usize) -> BoxFuture<'_, Result<usize, StoreError>> {
        self.count(|counts| counts.sweeps += 1);
        self.inner.sweep(due, at_most)
    }

    fn clock(&self) -> BoxFuture<'_, Result<Option<i64>, StoreError>> {
        self.inner.clock()
    }

    fn snapshot(&self) -> BoxFuture<'_, Result<Box<dyn Snapshot>, StoreError>> {
        self.inner.snapshot()
    }
}
