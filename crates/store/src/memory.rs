//! The engine for tests: a sorted map behind a mutex. Nothing outlives the process.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::batch::Write;
use crate::key;
use crate::scan::Start;
use crate::{Batch, BoxFuture, CommitError, Row, Scan, Store, StoreError, Version};

/// Rows in memory, with the same promises as every other engine but durability.
#[derive(Default)]
pub struct Memory {
    rows: Mutex<Rows>,
}

#[derive(Default)]
struct Rows {
    by_key: BTreeMap<String, (Version, String)>,
    newest: u64,
}

impl Memory {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        // Nothing that runs under the lock can panic halfway through a batch, so a poisoned lock still guards whole
        // batches.
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rows {
    fn get(&self, key: &str) -> Option<Row> {
        self.by_key.get(key).map(|row| to_row(key, row))
    }

    fn scan(&self, scan: &Scan) -> Vec<Row> {
        let start = match scan.start() {
            (key, Start::Included) => Bound::Included(key),
            (key, Start::Excluded) => Bound::Excluded(key),
        };
        self.by_key
            .range::<str, _>((start, Bound::Unbounded))
            .take_while(|(key, _)| key.starts_with(&scan.prefix))
            .take(scan.limit)
            .map(|(key, row)| to_row(key, row))
            .collect()
    }

    fn commit(&mut self, batch: Batch) -> Result<Version, CommitError> {
        for (key, step) in batch.steps() {
            if !step.holds(self.by_key.get(key).map(|(version, _)| *version)) {
                return Err(CommitError::Conflict { key: key.to_owned() });
            }
        }
        self.newest += 1;
        let version = Version(self.newest);
        for (key, step) in batch.into_steps() {
            match step.write {
                Some(Write::Put(body)) => {
                    self.by_key.insert(key, (version, body));
                }
                Some(Write::Delete) => {
                    self.by_key.remove(&key);
                }
                None => {}
            }
        }
        Ok(version)
    }
}

fn to_row(key: &str, (version, body): &(Version, String)) -> Row {
    Row {
        key: key.to_owned(),
        version: *version,
        body: body.clone(),
    }
}

impl Store for Memory {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Row>, StoreError>> {
        Box::pin(async move {
            key::check(key)?;
            Ok(self.rows().get(key))
        })
    }

    fn scan<'a>(&'a self, scan: Scan) -> BoxFuture<'a, Result<Vec<Row>, StoreError>> {
        Box::pin(async move {
            key::check_scan(&scan)?;
            Ok(self.rows().scan(&scan))
        })
    }

    fn commit<'a>(&'a self, batch: Batch) -> BoxFuture<'a, Result<Version, CommitError>> {
        Box::pin(async move {
            key::check_batch(&batch)?;
            self.rows().commit(batch)
        })
    }
}
