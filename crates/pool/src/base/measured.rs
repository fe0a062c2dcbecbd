//! A store whose calls are timed.

use std::sync::Arc;

use poolhouse_store::{Batch, BoxFuture, CommitError, Row, Scan, Snapshot, Store, StoreError, Version};
use tokio::time::Instant;
use tracing::Instrument as _;

use super::metrics::Numbers;
use super::spans;

/// Around a store.
pub struct Measured {
    inner: Arc<dyn Store>,
    numbers: Arc<Numbers>,
}

impl Measured {
    /// Counts the calls of `inner`.
    pub fn new(inner: Arc<dyn Store>, numbers: Arc<Numbers>) -> Measured {
        Measured { inner, numbers }
    }

    async fn timed<T>(
        &self,
        call: &'static str,
        answer: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let began = Instant::now();
        let answer = answer.instrument(spans::store(call)).await;
        self.numbers.store_seconds.add([call], began.elapsed());
        if answer.is_err() {
            self.numbers.store_errors.add([call]);
        }
        answer
    }
}

impl Store for Measured {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Row>, StoreError>> {
        Box::pin(self.timed("get", self.inner.get(key)))
    }

    fn get_many<'a>(&'a self, keys: &'a [&'a str]) -> BoxFuture<'a, Result<Vec<Option<Row>>, StoreError>> {
        Box::pin(self.timed("get_many", self.inner.get_many(keys)))
    }

    fn scan<'a>(&'a self, scan: Scan) -> BoxFuture<'a, Result<Vec<Row>, StoreError>> {
        Box::pin(self.timed("scan", self.inner.scan(scan)))
    }

    fn commit<'a>(&'a self, batch: Batch, version: Version) -> BoxFuture<'a, Result<(), CommitError>> {
        Box::pin(async move {
            let began = Instant::now();
            let committed = self.inner.commit(batch, version);
            let answer = committed.instrument(spans::store("commit")).await;
            self.numbers.store_seconds.add(["commit"], began.elapsed());
            match &answer {
                Ok(()) => {}
                Err(CommitError::Conflict { .. }) => self.numbers.store_conflicts.add([]),
                Err(CommitError::Store(_) | CommitError::Uncertain(_)) => {
                    self.numbers.store_errors.add(["commit"]);
                }
            }
            answer
        })
    }

    fn sweep(&self, due: i64, at_most: usize) -> BoxFuture<'_, Result<usize, StoreError>> {
        Box::pin(self.timed("sweep", self.inner.sweep(due, at_most)))
    }

    fn clock(&self) -> BoxFuture<'_, Result<Option<i64>, StoreError>> {
        Box::pin(self.timed("clock", self.inner.clock()))
    }

    fn snapshot(&self) -> BoxFuture<'_, Result<Box<dyn Snapshot>, StoreError>> {
        Box::pin(self.timed("snapshot", self.inner.snapshot()))
    }
}
