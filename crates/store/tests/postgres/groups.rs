//! Many batches in one statement.

use std::sync::Arc;

use poolhouse_store::postgres::Options;
use poolhouse_store::testing::{WriteFresh as _, fresh_version};
use poolhouse_store::{Batch, CommitError, Expect, Postgres, Scan, Store};
use tokio::task::JoinSet;

use crate::servers::{self, Schema, options};

async fn one_writer(schema: &Schema) -> Arc<Postgres> {
    let options = Options {
        writers: 1,
        ..options()
    };
    Arc::new(Postgres::open(&schema.address, options).await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn batches_that_wait_share_a_statement_and_each_is_judged_for_itself() {
    let schema = Schema::new(&servers::shared());
    let store = one_writer(&schema).await;
    store
        .write(Batch::new().put("taken", Expect::Absent, "{}"))
        .await
        .unwrap();
    let before = store.statements();
    let mut callers = JoinSet::new();
    for n in 0..200 {
        let store = Arc::clone(&store);
        callers.spawn(async move {
            let batch =
                Batch::new()
                    .check("taken", Expect::Present)
                    .put(format!("row/{n:03}"), Expect::Absent, "{}");
            let batch = match n % 4 {
                0 => batch.check("taken", Expect::Absent),
                _ => batch,
            };
            (n, store.write(batch).await)
        });
    }
    for (n, told) in callers.join_all().await {
        match told {
            Ok(_) => assert_ne!(n % 4, 0),
            Err(CommitError::Conflict { key }) => assert_eq!((n % 4, key.as_str()), (0, "taken")),
            other => panic!("{other:?}"),
        }
    }
    let statements = store.statements() - before;
    assert!(
        (1..100).contains(&statements),
        "{statements} statements for 200 batches"
    );
    assert_eq!(store.scan(Scan::prefix("row/", 300)).await.unwrap().len(), 150);
}

/// Two nodes that put the same new rows at once: the group that comes second finds one of its keys taken halfway.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_group_that_loses_one_race_loses_only_that_batch() {
    let schema = Schema::new(&servers::shared());
    let nodes = [one_writer(&schema).await, one_writer(&schema).await];
    for round in 0..20 {
        let mut callers = JoinSet::new();
        for (name, node) in nodes.iter().enumerate() {
            for n in 0..12 {
                let node = Arc::clone(node);
                // The last of each node's batches contend; all others have keys of their own.
                let key = match n {
                    11 => format!("{round}/shared"),
                    _ => format!("{round}/{name}/{n:02}"),
                };
                callers.spawn(async move {
                    let told = node.commit(Batch::new().put(key, Expect::Absent, "{}"), fresh_version());
                    (n, told.await.is_ok())
                });
            }
        }
        let told = callers.join_all().await;
        assert_eq!(told.iter().filter(|(n, won)| *n < 11 && *won).count(), 22);
        assert_eq!(told.iter().filter(|(n, won)| *n == 11 && *won).count(), 1);
    }
}
