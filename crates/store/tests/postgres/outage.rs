//! The database goes away, comes back, hangs, and is another one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use poolhouse_store::postgres::{Address, Options};
use poolhouse_store::testing::{WriteFresh as _, fresh_version};
use poolhouse_store::{Batch, CommitError, Expect, Postgres, Scan, Store, StoreError, commit_and_settle};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::cluster::Cluster;
use crate::servers::{administer, options};

const WRITERS: usize = 8;

fn address(cluster: &Cluster) -> Address {
    Address::parse(&cluster.url()).unwrap()
}

/// What each writer was told of each of its steps.
#[derive(Default)]
struct Ledger {
    acknowledged: Vec<String>,
    refused: Vec<String>,
    unknown: Vec<String>,
}

/// Puts one row after the other and raises a counter of its own, until told to stop.
async fn write(store: Arc<Postgres>, writer: usize, over: Arc<AtomicBool>, done: Arc<AtomicUsize>) -> Ledger {
    let mut ledger = Ledger::default();
    for n in 0.. {
        if over.load(Ordering::SeqCst) {
            break;
        }
        let name = format!("{writer}/{n}");
        let batch = Batch::new()
            .put(format!("left/{name}"), Expect::Absent, "{}")
            .put_until(format!("right/{name}"), Expect::Absent, "{}", 1);
        match commit_and_settle(&*store, batch, fresh_version()).await {
            Ok(()) => {
                ledger.acknowledged.push(name);
                done.fetch_add(1, Ordering::SeqCst);
            }
            Err(CommitError::Store(_)) => ledger.refused.push(name),
            Err(CommitError::Uncertain(_)) => ledger.unknown.push(name),
            // No row is put twice: nothing of an earlier attempt may be there.
            Err(conflict) => panic!("applied twice: {conflict:?}"),
        }
    }
    ledger
}

async fn until(done: &AtomicUsize, count: usize) {
    let aim = done.load(Ordering::SeqCst) + count;
    let reached = async {
        while done.load(Ordering::SeqCst) < aim {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), reached)
        .await
        .expect("no commit for a minute");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_again_and_again_loses_nothing_and_applies_nothing_twice() {
    let cluster = Cluster::new();
    let store = Arc::new(Postgres::open(&address(&cluster), options()).await.unwrap());
    let (over, done) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        writers.spawn(write(
            Arc::clone(&store),
            writer,
            Arc::clone(&over),
            Arc::clone(&done),
        ));
    }
    for life in 0..6 {
        until(&done, 40).await;
        match life % 2 {
            0 => {
                cluster.crash();
                cluster.start();
            }
            // One session is killed, for which the server ends all and recovers.
            _ => {
                let victims = "SELECT pid FROM pg_stat_activity WHERE application_name = 'poolhouse' LIMIT 1";
                cluster.signal("KILL", process(&cluster, victims).await);
            }
        }
    }
    until(&done, 40).await;
    over.store(true, Ordering::SeqCst);
    let ledgers = writers.join_all().await;

    let rows = store.scan(Scan::prefix("", usize::MAX)).await.unwrap();
    let is_there = |side: &str, name: &String| {
        let key = format!("{side}/{name}");
        rows.binary_search_by(|row| row.key.as_str().cmp(&key)).is_ok()
    };
    for ledger in ledgers {
        for name in &ledger.acknowledged {
            assert!(is_there("left", name), "{name} was acknowledged and is lost");
        }
        for name in &ledger.refused {
            assert!(!is_there("left", name), "{name} was refused and is there");
        }
        for name in ledger
            .acknowledged
            .iter()
            .chain(&ledger.refused)
            .chain(&ledger.unknown)
        {
            assert_eq!(is_there("left", name), is_there("right", name), "half of {name}");
        }
    }
}

async fn process(cluster: &Cluster, sql: &str) -> i32 {
    let (client, connection) = tokio_postgres::connect(&cluster.url(), tokio_postgres::NoTls)
        .await
        .unwrap();
    let connection = tokio::spawn(connection);
    let process = client.query_one(sql, &[]).await.unwrap().get(0);
    drop(client);
    connection.await.unwrap().unwrap();
    process
}

#[tokio::test]
async fn who_asks_a_database_that_is_away_waits_a_while_and_is_told() {
    let cluster = Cluster::new();
    let patient = Options {
        patience: Duration::from_millis(700),
        ..options()
    };
    let store = Postgres::open(&address(&cluster), patient).await.unwrap();
    store
        .write(Batch::new().put("k", Expect::Absent, "{}"))
        .await
        .unwrap();
    cluster.crash();
    let begun = Instant::now();
    let read = store.get("k").await.err().unwrap();
    let written = store
        .write(Batch::new().put("k", Expect::Any, "2"))
        .await
        .err()
        .unwrap();
    let waited = begun.elapsed();
    assert!(
        matches!(read, StoreError::Unreachable(_)) && read.is_transient(),
        "{read:?}"
    );
    assert!(
        matches!(written, CommitError::Store(StoreError::Unreachable(_))),
        "{written:?}"
    );
    assert!(
        (Duration::from_millis(700)..Duration::from_secs(5)).contains(&waited),
        "{waited:?}"
    );

    cluster.start();
    // Whoever comes now is served, as soon as the server is there.
    let row = store.get("k").await.unwrap().unwrap();
    assert_eq!(row.body, "{}");
    store
        .write(Batch::new().put("k", Expect::Version(row.version), "3"))
        .await
        .unwrap();
}

/// A standby takes no writes, and goes on answering reads with what was true.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_demoted_server_is_left_for_the_one_that_takes_writes() {
    let (old, new) = (Cluster::new(), Cluster::new());
    let address = format!(
        "postgres://postgres@127.0.0.1:{},127.0.0.1:{}/postgres",
        old.port(),
        new.port()
    );
    let address = Address::parse(&address).unwrap();
    // The schema is on both, as a replica would have it.
    let successor = Postgres::open(&Address::parse(&new.url()).unwrap(), options())
        .await
        .unwrap();
    successor
        .write(Batch::new().put("where", Expect::Absent, "new"))
        .await
        .unwrap();
    let store = Postgres::open(&address, options()).await.unwrap();
    store
        .write(Batch::new().put("where", Expect::Absent, "old"))
        .await
        .unwrap();
    assert_eq!(store.get("where").await.unwrap().unwrap().body, "old");

    // It comes back as a standby at the same place, as after a failover.
    old.crash();
    std::fs::write(old.data().join("standby.signal"), "").unwrap();
    old.start();
    assert_eq!(store.get("where").await.unwrap().unwrap().body, "new");
    store
        .write(Batch::new().put("where", Expect::Present, "newer"))
        .await
        .unwrap();
    assert_eq!(successor.get("where").await.unwrap().unwrap().body, "newer");
}

/// The connections live on, and nothing can be written any more: only the answer to a commit says so.
#[tokio::test]
async fn a_server_that_is_made_read_only_under_way_is_noticed_by_its_answer() {
    let cluster = Cluster::new();
    let patient = Options {
        patience: Duration::from_millis(700),
        ..options()
    };
    let store = Postgres::open(&address(&cluster), patient).await.unwrap();
    store
        .write(Batch::new().put("k", Expect::Absent, "1"))
        .await
        .unwrap();
    administer(
        &cluster.url(),
        "ALTER SYSTEM SET default_transaction_read_only = on",
    )
    .await;
    administer(&cluster.url(), "SELECT pg_reload_conf()").await;
    // Sessions take the setting over between two statements, and not at once.
    let refused = async {
        loop {
            match store.write(Batch::new().put("k", Expect::Any, "2")).await {
                Ok(_) => tokio::task::yield_now().await,
                Err(refused) => return refused,
            }
        }
    };
    let refused = tokio::time::timeout(Duration::from_secs(20), refused)
        .await
        .unwrap();
    assert!(
        matches!(refused, CommitError::Store(StoreError::Unreachable(_))),
        "{refused:?}"
    );
    administer(&cluster.url(), "ALTER SYSTEM RESET default_transaction_read_only").await;
    administer(&cluster.url(), "SELECT pg_reload_conf()").await;
    let served = async {
        while store
            .write(Batch::new().put("k", Expect::Any, "3"))
            .await
            .is_err()
        {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), served)
        .await
        .unwrap();
}
