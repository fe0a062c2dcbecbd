//! A store that can be broken.

use std::sync::atomic::{AtomicU32, Ordering};

use poolhouse_store::{
    Batch, BoxFuture, CommitError, Memory, Row, Scan, Snapshot, Store, StoreError, Version,
};
use tokio::sync::watch;

/// How a store misbehaves.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// It works.
    Well,
    /// Every call is an error.
    Fails,
    /// There is no room left: rows are read and none is written.
    Full,
    /// Every call panics.
    Panics,
    /// Calls wait until the mood changes.
    Hangs,
}

/// A store that can be broken while a server uses it.
pub struct Moody {
    inner: Memory,
    mood: watch::Sender<Mood>,
    hanging: AtomicU32,
}

impl Default for Moody {
    fn default() -> Moody {
        Moody {
            inner: Memory::new(),
            mood: watch::Sender::new(Mood::Well),
            hanging: AtomicU32::new(0),
        }
    }
}

impl Moody {
    /// Changes the mood.
    pub fn become_(&self, mood: Mood) {
        self.mood.send_replace(mood);
    }

    /// How many calls have hung so far.
    pub fn hanging(&self) -> u32 {
        self.hanging.load(Ordering::SeqCst)
    }

    async fn obey(&self) -> Result<(), StoreError> {
        let mood = *self.mood.borrow();
        match mood {
            Mood::Well | Mood::Full => Ok(()),
            Mood::Fails => Err(StoreError::Fenced),
            Mood::Panics => panic!("the store panics on purpose"),
            Mood::Hangs => {
                self.hanging.fetch_add(1, Ordering::SeqCst);
                let _ = self.mood.subscribe().wait_for(|mood| *mood != Mood::Hangs).await;
                Ok(())
            }
        }
    }
}

impl Store for Moody {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Row>, StoreError>> {
        Box::pin(async move {
            self.obey().await?;
            self.inner.get(key).await
        })
    }

    fn get_many<'a>(&'a self, keys: &'a [&'a str]) -> BoxFuture<'a, Result<Vec<Option<Row>>, StoreError>> {
        Box::pin(async move {
            self.obey().await?;
            self.inner.get_many(keys).await
        })
    }

    fn scan<'a>(&'a self, scan: Scan) -> BoxFuture<'a, Result<Vec<Row>, StoreError>> {
        // The outbox and the sweeper scan behind every test's back; only what requests do is to fail.
        self.inner.scan(scan)
    }

    fn commit<'a>(&'a self, batch: Batch, version: Version) -> BoxFuture<'a, Result<(), CommitError>> {
        Box::pin(async move {
            self.obey().await?;
            if *self.mood.borrow() == Mood::Full {
                return Err(CommitError::Store(StoreError::Full));
            }
            self.inner.commit(batch, version).await
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
