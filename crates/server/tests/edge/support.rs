//! What several of these tests need.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use poolhouse_store::{Batch, BoxFuture, CommitError, Memory, Row, Scan, Store, StoreError, Version};
use tokio::sync::watch;

/// A directory of a test's own, gone when dropped.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new() -> Scratch {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "poolhouse-edge-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::SeqCst)
        );
        let directory = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&directory).unwrap();
        Scratch(directory)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn write(&self, path: &str, content: &str) {
        let path = self.0.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// How a store misbehaves.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    Well,
    Fails,
    Panics,
    Hangs,
}

/// A store that can be broken while a server uses it.
pub struct Moody {
    inner: Memory,
    mood: watch::Sender<Mood>,
    hanging: AtomicU32,
}

impl Moody {
    pub fn new() -> Moody {
        Moody {
            inner: Memory::new(),
            mood: watch::Sender::new(Mood::Well),
            hanging: AtomicU32::new(0),
        }
    }

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
            Mood::Well => Ok(()),
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

    fn scan<'a>(&'a self, scan: Scan) -> BoxFuture<'a, Result<Vec<Row>, StoreError>> {
        // The outbox and the sweeper scan behind every test's back; only what requests do is to fail.
        self.inner.scan(scan)
    }

    fn commit<'a>(&'a self, batch: Batch) -> BoxFuture<'a, Result<Version, CommitError>> {
        Box::pin(async move {
            self.obey().await?;
            self.inner.commit(batch).await
        })
    }
}
