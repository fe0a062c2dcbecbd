//! What clients of several nodes hear of one database, whatever happens to it.

use std::sync::Arc;
use std::time::Duration;

use poolhouse_store::postgres::{Address, Options};
use poolhouse_store::suite::histories::Storm;
use poolhouse_store::testing::linear::History;
use poolhouse_store::{Postgres, Store};

use crate::cluster::Cluster;
use crate::proxy::{ALL, Proxy};
use crate::servers::{administer, options};

const STORM: Storm = Storm {
    seed: 3,
    clients: 9,
    calls: 260,
    groups: 4,
};
/// Answers between two faults.
const BETWEEN: usize = 150;
const FAULTS: usize = 15;

async fn node(url: &str) -> Arc<dyn Store> {
    let options = Options {
        brief: vec!["pair"],
        ..options()
    };
    Arc::new(
        Postgres::open(&Address::parse(url).unwrap(), options)
            .await
            .unwrap(),
    )
}

async fn until(history: &History, answered: usize) {
    let reached = async {
        while history.answered() < answered {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), reached)
        .await
        .expect("no answer for a minute");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_of_a_database_that_is_killed_and_cut_off_hear_what_has_an_order() {
    let cluster = Cluster::new();
    let proxy = Proxy::start(cluster.port()).await;
    let nodes = vec![
        node(&cluster.url()).await,
        node(&cluster.url()).await,
        node(&proxy.url()).await,
    ];
    let history = Arc::<History>::default();
    let storm = {
        let history = Arc::clone(&history);
        tokio::spawn(async move { STORM.rage(nodes, &history).await })
    };
    for fault in 0..FAULTS {
        until(&history, (fault + 1) * BETWEEN).await;
        match fault % 3 {
            0 => {
                cluster.crash();
                cluster.start();
            }
            1 => {
                let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'poolhouse'";
                administer(&cluster.url(), end).await;
            }
            // Towards the server, or back.
            _ if fault % 2 == 0 => proxy.cut_after(40 * fault, ALL),
            _ => proxy.cut_after(ALL, 7 * fault),
        }
    }
    storm.await.unwrap();
    assert!(proxy.cuts() > 0, "no connection was cut");
    let ordered = history.judge().unwrap_or_else(|why| panic!("{why}"));
    assert_eq!(ordered.parts, STORM.groups);
    assert!(ordered.operations > FAULTS * BETWEEN / 2, "{ordered:?}");
}
