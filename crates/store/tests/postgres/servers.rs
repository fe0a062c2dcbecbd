//! The servers that are there, and schemas on them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use poolhouse_store::Postgres;
use poolhouse_store::postgres::{Address, Options};

static NEXT: AtomicU32 = AtomicU32::new(0);

#[expect(
    clippy::disallowed_methods,
    reason = "the tests are told by the environment which servers there are"
)]
fn told(name: &str) -> String {
    std::env::var(name)
        .unwrap_or_else(|_| panic!("{name} is not set: run these tests by `cargo xtask test postgres`"))
}

/// The server that all tests share.
pub fn shared() -> String {
    told("POOLHOUSE_POSTGRES")
}

/// The pooler in front of it.
pub fn pooler() -> String {
    told("POOLHOUSE_PGBOUNCER")
}

/// The folder of PostgreSQL's programs.
pub fn programs() -> String {
    told("POOLHOUSE_POSTGRES_PROGRAMS")
}

/// A schema that no other test has.
pub struct Schema {
    pub address: Address,
}

impl Schema {
    pub fn new(url: &str) -> Self {
        let name = format!("t{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let address = Address::parse(url).unwrap().with_schema(&name).unwrap();
        Self { address }
    }

    /// The store in it, as a node has it.
    pub async fn open(&self, brief: &[&'static str]) -> Postgres {
        let options = Options {
            brief: brief.to_vec(),
            ..options()
        };
        Postgres::open(&self.address, options).await.unwrap()
    }
}

pub fn options() -> Options {
    Options::new(Arc::new(rustls::crypto::ring::default_provider()))
}

/// A plain connection, for what only a database administrator does.
pub async fn administer(url: &str, sql: &str) {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    client.batch_execute(sql).await.unwrap();
    drop(client);
    connection.await.unwrap().unwrap();
}
