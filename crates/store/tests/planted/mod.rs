//! A store with a fault that somebody put there.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use poolhouse_store::{Batch, BoxFuture, CommitError, Row, Scan, Snapshot, Store, StoreError, Version};

/// What the store does wrong, every so many calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It answers with a row as it was some reads ago.
    AnswersAStaleRead,
    /// It applies a batch again behind the commits that followed.
    AppliesABatchTwice,
    /// It acknowledges a batch and forgets it.
    ForgetsWhatItAcknowledged,
    /// It applies a batch and says that it did not.
    DeniesWhatItApplied,
    /// It says that a row was not as expected which was.
    InventsAConflict,
    /// It says that a batch was applied whose expectations did not hold.
    AcknowledgesAConflict,
    /// A list of rows lacks the last.
    ShortensAList,
}

impl Fault {
    pub const ALL: [Fault; 7] = [
        Fault::AnswersAStaleRead,
        Fault::AppliesABatchTwice,
        Fault::ForgetsWhatItAcknowledged,
        Fault::DeniesWhatItApplied,
        Fault::InventsAConflict,
        Fault::AcknowledgesAConflict,
        Fault::ShortensAList,
    ];
}

/// Of the calls that could go wrong, one of so many does.
const EVERY: usize = 7;

pub struct Planted<S> {
    inner: S,
    fault: Option<Fault>,
    calls: AtomicUsize,
    happened: AtomicUsize,
    /// What the first read of each row answered.
    stale: Mutex<BTreeMap<String, Option<Row>>>,
    /// A batch that is applied again by the next commit but two.
    again: Mutex<Vec<(usize, Batch, Version)>>,
}

impl<S: Store> Planted<S> {
    pub fn new(inner: S, fault: Option<Fault>) -> Self {
        Self {
            inner,
            fault,
            calls: AtomicUsize::new(0),
            happened: AtomicUsize::new(0),
            stale: Mutex::default(),
            again: Mutex::default(),
        }
    }

    /// How often it did something wrong.
    pub fn happened(&self) -> usize {
        self.happened.load(Ordering::SeqCst)
    }

    /// Whether this call goes wrong in this way.
    fn does(&self, fault: Fault) -> bool {
        self.fault == Some(fault) && self.calls.fetch_add(1, Ordering::SeqCst) % EVERY == EVERY - 1
    }

    fn happens(&self) {
        self.happened.fetch_add(1, Ordering::SeqCst);
    }

    fn aged(&self, key: &str, row: Option<Row>) -> Option<Row> {
        let is_stale = self.does(Fault::AnswersAStaleRead);
        let mut kept = self.stale.lock().unwrap_or_else(PoisonError::into_inner);
        let old = kept.entry(key.to_owned()).or_insert_with(|| row.clone()).clone();
        if is_stale && old != row {
            self.happens();
            return old;
        }
        row
    }

    /// Applies batches again whose time has come.
    async fn apply_again(&self) {
        let due = {
            let mut again = self.again.lock().unwrap_or_else(PoisonError::into_inner);
            for (left, ..) in again.iter_mut() {
                *left = left.saturating_sub(1);
            }
            let place = again.iter().position(|(left, ..)| *left == 0);
            place.map(|place| again.remove(place))
        };
        if let Some((_, batch, version)) = due
            && self.inner.commit(batch, version).await.is_ok()
        {
            self.happens();
        }
    }

    async fn commit_wrongly(&self, batch: Batch, version: Version) -> Result<(), CommitError> {
        self.apply_again().await;
        let is_blind = batch.keys().all(|key| batch.expects(key).is_empty());
        let written = batch.keys().find(|key| batch.writes(key)).map(str::to_owned);
        let Some(key) = written else {
            return self.inner.commit(batch, version).await;
        };
        if is_blind && self.does(Fault::AppliesABatchTwice) {
            let mut again = self.again.lock().unwrap_or_else(PoisonError::into_inner);
            again.push((3, batch.clone(), version));
        }
        if is_blind && self.does(Fault::ForgetsWhatItAcknowledged) {
            self.happens();
            return Ok(());
        }
        if !is_blind && self.does(Fault::AcknowledgesAConflict) {
            let answer = self.inner.commit(batch, version).await;
            if matches!(answer, Err(CommitError::Conflict { .. })) {
                self.happens();
                return Ok(());
            }
            return answer;
        }
        // Nobody wrote it, so that it has no version to be expected at.
        let is_there = batch.expects(&key).is_empty();
        if is_there && self.does(Fault::InventsAConflict) {
            self.happens();
            return Err(CommitError::Conflict { key });
        }
        let denies = self.does(Fault::DeniesWhatItApplied);
        let answer = self.inner.commit(batch, version).await;
        if denies && answer.is_ok() {
            self.happens();
            return Err(CommitError::Store(StoreError::Busy));
        }
        answer
    }
}

impl<S: Store> Store for Planted<S> {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Row>, StoreError>> {
        Box::pin(async move { Ok(self.aged(key, self.inner.get(key).await?)) })
    }

    fn get_many<'a>(&'a self, keys: &'a [&'a str]) -> BoxFuture<'a, Result<Vec<Option<Row>>, StoreError>> {
        Box::pin(async move {
            let rows = self.inner.get_many(keys).await?;
            Ok(keys
                .iter()
                .zip(rows)
                .map(|(key, row)| self.aged(key, row))
                .collect())
        })
    }

    fn scan<'a>(&'a self, scan: Scan) -> BoxFuture<'a, Result<Vec<Row>, StoreError>> {
        Box::pin(async move {
            let mut rows = self.inner.scan(scan).await?;
            if self.does(Fault::ShortensAList) && rows.pop().is_some() {
                self.happens();
            }
            Ok(rows)
        })
    }

    fn commit<'a>(&'a self, batch: Batch, version: Version) -> BoxFuture<'a, Result<(), CommitError>> {
        Box::pin(self.commit_wrongly(batch, version))
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
