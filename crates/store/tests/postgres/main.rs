//! The engine for many nodes, on real servers.
//!
//! `cargo xtask test postgres` starts a server and a pooler and says in the environment where they are; the tests that
//! restart, cut and kill have servers of their own. Each test has a schema of its own.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    reason = "helpers of tests"
)]

mod cluster;
mod cut;
mod groups;
mod histories;
mod nodes;
mod outage;
mod proxy;
mod schema;
mod servers;
mod tls;

/// The suite on one node.
mod direct {
    use poolhouse_store::Postgres;

    use crate::servers::{self, Schema};

    async fn open() -> (Postgres, Schema) {
        let schema = Schema::new(&servers::shared());
        (schema.open(&["k", "row", "alias", "pair", "b"]).await, schema)
    }

    poolhouse_store::suite!(open);
}

/// The suite on three nodes in turn, where the database is all that they share.
mod three_nodes {
    use crate::nodes::Nodes;
    use crate::servers::{self, Schema};

    async fn open() -> (Nodes, Schema) {
        let schema = Schema::new(&servers::shared());
        (
            Nodes::open(&schema, 3, &["counter", "code", "flood", "pair"]).await,
            schema,
        )
    }

    poolhouse_store::suite!(open);
}

/// The suite through pgbouncer, which gives every transaction another session.
mod pooled {
    use crate::nodes::Nodes;
    use crate::servers::{self, Schema};

    async fn open() -> (Nodes, Schema) {
        let schema = Schema::new(&servers::pooler());
        (
            Nodes::open(&schema, 2, &["k", "pair", "alias", "counter"]).await,
            schema,
        )
    }

    poolhouse_store::suite!(open);
}
