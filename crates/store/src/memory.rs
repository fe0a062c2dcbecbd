//! The engine for tests: a sorted map behind a mutex. Nothing outlives the process.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::batch::Write;
use crate::key;
use crate::scan::Start;
use crate::{Batch, BoxFuture, CommitError, Row, Scan, Snapshot, Store, StoreError, Version};

/// Rows in memory, with the same promises as every other engine but durability.
#[derive(Default)]
pub struct Memory {
    rows: Mutex<Rows>,
}

#[derive(Default)]
struct Rows {
    by_key: BTreeMap<String, Row>,
    /// Expiry and key of every row that has an expiry.
    by_expiry: BTreeSet<(i64, String)>,
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
        self.by_key.get(key).cloned()
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
            .map(|(_, row)| row.clone())
            .collect()
    }

    fn commit(&mut self, batch: Batch, version: Version) -> Result<(), CommitError> {
        for (key, step) in batch.steps() {
            if !step.holds(self.by_key.get(key).map(|row| row.version)) {
                return Err(CommitError::Conflict { key: key.to_owned() });
            }
        }
        for (key, step) in batch.into_steps() {
            match step.write {
                Some(Write::Put { body, expires }) => self.put(Row {
                    key,
                    version,
                    expires,
                    body,
                }),
                Some(Write::Delete) => self.delete(&key),
                None => {}
            }
        }
        Ok(())
    }

    fn put(&mut self, row: Row) {
        self.delete(&row.key);
        if let Some(expires) = row.expires {
            self.by_expiry.insert((expires, row.key.clone()));
        }
        self.by_key.insert(row.key.clone(), row);
    }

    fn delete(&mut self, key: &str) {
        if let Some(Row {
            key,
            expires: Some(expires),
            ..
        }) = self.by_key.remove(key)
        {
            self.by_expiry.remove(&(expires, key));
        }
    }

    fn sweep(&mut self, due: i64, at_most: usize) -> usize {
        let mut deleted = 0;
        while deleted < at_most
            && let Some((expires, _)) = self.by_expiry.first()
            && *expires <= due
            && let Some((_, key)) = self.by_expiry.pop_first()
        {
            self.by_key.remove(&key);
            deleted += 1;
        }
        deleted
    }
}

impl Store for Memory {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Row>, StoreError>> {
        Box::pin(async move {
            key::check(key)?;
            Ok(self.rows().get(key))
        })
    }

    fn get_many<'a>(&'a self, keys: &'a [&'a str]) -> BoxFuture<'a, Result<Vec<Option<Row>>, StoreError>> {
        Box::pin(async move {
            key::check_all(keys)?;
            let rows = self.rows();
            Ok(keys.iter().map(|key| rows.get(key)).collect())
        })
    }

    fn scan<'a>(&'a self, scan: Scan) -> BoxFuture<'a, Result<Vec<Row>, StoreError>> {
        Box::pin(async move {
            scan.check()?;
            Ok(self.rows().scan(&scan))
        })
    }

    fn commit<'a>(&'a self, batch: Batch, version: Version) -> BoxFuture<'a, Result<(), CommitError>> {
        Box::pin(async move {
            batch.check_keys()?;
            self.rows().commit(batch, version)
        })
    }

    fn sweep(&self, due: i64, at_most: usize) -> BoxFuture<'_, Result<usize, StoreError>> {
        Box::pin(async move { Ok(self.rows().sweep(due, at_most)) })
    }

    fn clock(&self) -> BoxFuture<'_, Result<Option<i64>, StoreError>> {
        Box::pin(async { Ok(None) })
    }

    fn snapshot(&self) -> BoxFuture<'_, Result<Box<dyn Snapshot>, StoreError>> {
        Box::pin(async move {
            let rows: VecDeque<Row> = self.rows().by_key.values().cloned().collect();
            Ok(Box::new(State(rows)) as Box<dyn Snapshot>)
        })
    }
}

/// A copy of all rows.
struct State(VecDeque<Row>);

impl Snapshot for State {
    fn next(&mut self, limit: usize) -> BoxFuture<'_, Result<Vec<Row>, StoreError>> {
        let page = self.0.drain(..limit.min(self.0.len())).collect();
        Box::pin(async move { Ok(page) })
    }
}
