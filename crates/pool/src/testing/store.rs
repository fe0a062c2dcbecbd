//! The store of a test: memory, or PostgreSQL where the environment says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use poolhouse_store::postgres::{Address, Options};
use poolhouse_store::{
    Batch, BoxFuture, CommitError, Memory, Postgres, Row, Scan, Snapshot, Store, StoreError, Version,
};
use tokio::sync::OnceCell;

use crate::base::tls;
use crate::records::key::COME_AND_GO;

/// Names the database that tests take in place of memory: `cargo xtask test postgres` sets it.
const DATABASE: &str = "POOLHOUSE_TEST_STORE";

/// An empty store of the test's own.
pub struct TestStore(Engine);

enum Engine {
    Memory(Arc<Memory>),
    /// Opened at the first call, in a schema of its own.
    Postgres(Box<(Address, OnceCell<Postgres>)>),
}

impl TestStore {
    /// Memory, or a new schema of the database that the environment names.
    ///
    /// # Panics
    /// If what the environment names is no address.
    #[must_use]
    pub fn new() -> TestStore {
        #[expect(
            clippy::disallowed_methods,
            reason = "whoever runs the tests says on which store"
        )]
        let named = std::env::var(DATABASE).ok();
        TestStore(match named {
            None => Engine::Memory(Arc::default()),
            Some(url) => Engine::Postgres(Box::new((fresh_schema(&url), OnceCell::new()))),
        })
    }

    /// Another way to the same rows, as another server on the same database has: with connections of its own.
    #[must_use]
    pub fn another(&self) -> TestStore {
        TestStore(match &self.0 {
            Engine::Memory(memory) => Engine::Memory(memory.clone()),
            Engine::Postgres(place) => Engine::Postgres(Box::new((place.0.clone(), OnceCell::new()))),
        })
    }

    async fn engine(&self) -> &dyn Store {
        match &self.0 {
            Engine::Memory(memory) => &**memory,
            Engine::Postgres(place) => {
                let (address, opened) = &**place;
                opened
                    .get_or_init(|| async {
                        let mut options = Options::new(tls::provider());
                        options.brief = COME_AND_GO.to_vec();
                        // Hundreds of tests share one server.
                        (options.writers, options.readers) = (2, 2);
                        let opened = Postgres::open(address, options).await;
                        opened.expect("the test's schema can be made")
                    })
                    .await
            }
        }
    }
}

fn fresh_schema(url: &str) -> Address {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!(
        "pool{}_{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    );
    let address = Address::parse(url).and_then(|address| address.with_schema(&name));
    address.expect("POOLHOUSE_TEST_STORE is an address of PostgreSQL")
}

impl Default for TestStore {
    fn default() -> TestStore {
        TestStore::new()
    }
}

impl Store for TestStore {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Row>, StoreError>> {
        Box::pin(async move { self.engine().await.get(key).await })
    }

    fn get_many<'a>(&'a self, keys: &'a [&'a str]) -> BoxFuture<'a, Result<Vec<Option<Row>>, StoreError>> {
        Box::pin(async move { self.engine().await.get_many(keys).await })
    }

    fn scan<'a>(&'a self, scan: Scan) -> BoxFuture<'a, Result<Vec<Row>, StoreError>> {
        Box::pin(async move { self.engine().await.scan(scan).await })
    }

    fn commit<'a>(&'a self, batch: Batch, version: Version) -> BoxFuture<'a, Result<(), CommitError>> {
        Box::pin(async move { self.engine().await.commit(batch, version).await })
    }

    fn sweep(&self, due: i64, at_most: usize) -> BoxFuture<'_, Result<usize, StoreError>> {
        Box::pin(async move { self.engine().await.sweep(due, at_most).await })
    }

    fn clock(&self) -> BoxFuture<'_, Result<Option<i64>, StoreError>> {
        Box::pin(async move { self.engine().await.clock().await })
    }

    fn snapshot(&self) -> BoxFuture<'_, Result<Box<dyn Snapshot>, StoreError>> {
        Box::pin(async move { self.engine().await.snapshot().await })
    }
}
