//! The connection is cut in a commit: after every byte of the answer, and around every message of the question.

use std::collections::BTreeSet;

use poolhouse_store::postgres::{Address, Options};
use poolhouse_store::testing::{WriteFresh as _, fresh_version};
use poolhouse_store::{Batch, CommitError, Expect, Postgres, Store, commit_and_settle};

use crate::proxy::{ALL, Proxy};
use crate::servers::{self, Schema, options};

/// One writer, so that the next bytes are the commit's.
fn one_writer() -> Options {
    Options {
        writers: 1,
        readers: 1,
        ..options()
    }
}

struct World {
    proxy: Proxy,
    /// Sees what is there without the proxy.
    direct: Postgres,
    address: Address,
}

impl World {
    async fn new() -> Self {
        let schema = Schema::new(&servers::shared());
        let direct = schema.open(&["brief"]).await;
        let port = servers::shared()
            .rsplit_once(':')
            .unwrap()
            .1
            .split('/')
            .next()
            .unwrap()
            .parse();
        let proxy = Proxy::start(port.unwrap()).await;
        let address = Address::parse(&proxy.url())
            .unwrap()
            .with_schema(schema.address.schema());
        Self {
            address: address.unwrap(),
            proxy,
            direct,
        }
    }

    /// A store through the proxy whose connections are made and used.
    async fn store(&self) -> Postgres {
        let store = Postgres::open(&self.address, one_writer()).await.unwrap();
        store
            .write(Batch::new().put("warm", Expect::Any, "{}"))
            .await
            .unwrap();
        store.get("warm").await.unwrap();
        store
    }

    async fn counter(&self) -> u64 {
        let row = self.direct.get("counter").await.unwrap().unwrap();
        row.body.parse().unwrap()
    }
}

/// Raises the counter by one and uses up a row, as a sign-in step does.
async fn step(store: &Postgres, n: u64) -> (Batch, String) {
    let counter = store.get("counter").await.unwrap().unwrap();
    let name = format!("brief/{n}");
    let batch = Batch::new()
        .put("counter", Expect::Version(counter.version), (n + 1).to_string())
        .put_until(
            name.as_str(),
            Expect::Absent,
            format!("\"{}\"", "x".repeat(300)),
            1,
        );
    (batch, name)
}

/// Cuts one commit, and holds what its caller is told against what is there.
async fn cut_once(world: &World, n: u64, up: usize, down: usize) -> u64 {
    let store = world.store().await;
    let (batch, name) = step(&store, n).await;
    let version = fresh_version();
    world.proxy.cut_after(up, down);
    let told = commit_and_settle(&store, batch, version).await;
    let there = world.counter().await;
    match &told {
        Ok(()) => assert_eq!(there, n + 1, "acknowledged and lost at {up}/{down}"),
        Err(CommitError::Store(_)) => assert_eq!(there, n, "refused and applied at {up}/{down}"),
        other => panic!("nobody knows at {up}/{down}: {other:?}"),
    }
    let brief = world.direct.get(&name).await.unwrap();
    assert_eq!(brief.is_some(), there == n + 1, "half a batch at {up}/{down}");
    // And whoever comes next is served.
    store
        .write(Batch::new().put("warm", Expect::Any, "{}"))
        .await
        .unwrap();
    there
}

/// The places to cut at: all of a short way, the ends and a spread of a long one.
fn places(bytes: usize) -> BTreeSet<usize> {
    let spread = (0..bytes).step_by((bytes / 24).max(1));
    let ends = (0..8).flat_map(|n| [n, bytes.saturating_sub(n + 1)]);
    spread.chain(ends).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_connection_is_cut_at_any_byte_is_told_apart() {
    let world = World::new().await;
    world
        .direct
        .write(Batch::new().put("counter", Expect::Absent, "0"))
        .await
        .unwrap();
    // How many bytes a commit takes, each way.
    let store = world.store().await;
    let (batch, _) = step(&store, 0).await;
    let before = world.proxy.passed();
    store.write(batch).await.unwrap();
    let after = world.proxy.passed();
    let (up, down) = (after.0 - before.0, after.1 - before.1);
    drop(store);
    assert!(up > 500 && down > 50, "{up} up, {down} down");

    let (mut n, mut cuts) = (1, 0);
    for place in places(up) {
        n = cut_once(&world, n, place, ALL).await;
        cuts += 1;
    }
    let cut_before = n;
    assert_eq!(cut_before, 1, "a commit that was not sent whole was applied");
    for place in places(down) {
        n = cut_once(&world, n, ALL, place).await;
        cuts += 1;
    }
    assert!(
        n > cut_before,
        "a commit whose answer alone was cut was never applied"
    );
    assert_eq!(world.proxy.cuts(), cuts, "some connection was not cut");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_proves_nothing_is_not_taken_for_refused() {
    let world = World::new().await;
    world
        .direct
        .write(Batch::new().put("gone", Expect::Absent, "{}"))
        .await
        .unwrap();
    let store = world.store().await;
    world.proxy.cut_after(ALL, 0);
    // The row is deleted, and who did it cannot be told.
    let told = commit_and_settle(
        &store,
        Batch::new().delete("gone", Expect::Present),
        fresh_version(),
    )
    .await;
    assert!(matches!(told, Err(CommitError::Uncertain(_))), "{told:?}");
    assert_eq!(world.direct.get("gone").await.unwrap(), None);
}
