//! Several nodes on one database, asked in turn.

use std::sync::atomic::{AtomicUsize, Ordering};

use poolhouse_store::{
    Batch, BoxFuture, CommitError, Postgres, Row, Scan, Snapshot, Store, StoreError, Version,
};

use crate::servers::Schema;

pub struct Nodes {
    nodes: Vec<Postgres>,
    next: AtomicUsize,
}

impl Nodes {
    pub async fn open(schema: &Schema, count: usize, brief: &[&'static str]) -> Self {
        let mut nodes = Vec::new();
        for _ in 0..count {
            nodes.push(schema.open(brief).await);
        }
        Self {
            nodes,
            next: AtomicUsize::new(0),
        }
    }

    fn node(&self) -> &Postgres {
        &self.nodes[self.next.fetch_add(1, Ordering::Relaxed) % self.nodes.len()]
    }
}

impl Store for Nodes {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Row>, StoreError>> {
        self.node().get(key)
    }

    fn get_many<'a>(&'a self, keys: &'a [&'a str]) -> BoxFuture<'a, Result<Vec<Option<Row>>, StoreError>> {
        self.node().get_many(keys)
    }

    fn scan<'a>(&'a self, scan: Scan) -> BoxFuture<'a, Result<Vec<Row>, StoreError>> {
        self.node().scan(scan)
    }

    fn commit<'a>(&'a self, batch: Batch, version: Version) -> BoxFuture<'a, Result<(), CommitError>> {
        self.node().commit(batch, version)
    }

    fn sweep(&self, due: i64, at_most: usize) -> BoxFuture<'_, Result<usize, StoreError>> {
        self.node().sweep(due, at_most)
    }

    fn clock(&self) -> BoxFuture<'_, Result<Option<i64>, StoreError>> {
        self.node().clock()
    }

    fn snapshot(&self) -> BoxFuture<'_, Result<Box<dyn Snapshot>, StoreError>> {
        self.node().snapshot()
    }
}
