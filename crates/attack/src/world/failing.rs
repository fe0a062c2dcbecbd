//! A store that fails at one call.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use poolhouse_store::{
    Batch, BoxFuture, CommitError, Memory, Row, Scan, Snapshot, Store, StoreError, Version,
};

/// Memory that counts calls and fails at one of them.
#[derive(Clone)]
pub struct Failing(Arc<Inner>);

struct Inner {
    memory: Memory,
    calls: AtomicUsize,
    fails_at: AtomicUsize,
}

impl Failing {
    pub fn new() -> Failing {
        Failing(Arc::new(Inner {
            memory: Memory::new(),
            calls: AtomicUsize::new(0),
            fails_at: AtomicUsize::new(usize::MAX),
        }))
    }

    /// Counts from 0 again, and fails at this call.
    pub fn fail_at(&self, call: usize) {
        self.0.fails_at.store(call, Ordering::SeqCst);
        self.0.calls.store(0, Ordering::SeqCst);
    }

    /// Works from now on; returns how many calls there were.
    pub fn heal(&self) -> usize {
        self.0.fails_at.store(usize::MAX, Ordering::SeqCst);
        self.0.calls.load(Ordering::SeqCst)
    }

    fn call(&self) -> Result<(), StoreError> {
        let call = self.0.calls.fetch_add(1, Ordering::SeqCst);
        match call == self.0.fails_at.load(Ordering::SeqCst) {
            true => Err(StoreError::Fenced),
            false => Ok(()),
        }
    }
}

impl Store for Failing {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Row>, StoreError>> {
        Box::pin(async move {
            self.call()?;
            self.0.memory.get(key).await
        })
    }

    fn get_many<'a>(&'a self, keys: &'a [&'a str]) -> BoxFuture<'a, Result<Vec<Option<Row>>, StoreError>> {
        Box::pin(async move {
            self.call()?;
            self.0.memory.get_many(keys).await
        })
    }

    fn scan<'a>(&'a self, scan: Scan) -> BoxFuture<'a, Result<Vec<Row>, StoreError>> {
        // The outbox scans behind every request's back; only what requests ask for is to fail.
        self.0.memory.scan(scan)
    }

    fn commit<'a>(&'a self, batch: Batch, version: Version) -> BoxFuture<'a, Result<(), CommitError>> {
        Box::pin(async move {
            self.call()?;
            self.0.memory.commit(batch, version).await
        })
    }

    fn sweep(&self, due: i64, at_most: usize) -> BoxFuture<'_, Result<usize, StoreError>> {
        self.0.memory.sweep(due, at_most)
    }

    fn clock(&self) -> BoxFuture<'_, Result<Option<i64>, StoreError>> {
        self.0.memory.clock()
    }

    fn snapshot(&self) -> BoxFuture<'_, Result<Box<dyn Snapshot>, StoreError>> {
        self.0.memory.snapshot()
    }
}
