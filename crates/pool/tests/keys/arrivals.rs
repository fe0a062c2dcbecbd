//! A database that is put back or copied, and keys that are rotated before, meanwhile or after.

use std::sync::Arc;

use poolhouse_pool::base::key_ring::RootKey;
use poolhouse_pool::base::platform::Platform;
use poolhouse_pool::records::restored::{comes_back, is_of_its_place};
use poolhouse_pool::records::server_keys::SERVERS;
use poolhouse_pool::run::restoration::{self, Arriving};
use poolhouse_pool::run::servers::{JoinError, Servers, running, runs_until};
use poolhouse_pool::testing::{TestPool, TestStore};
use poolhouse_store::testing::{Hooked, WriteFresh as _};
use poolhouse_store::{Batch, Expect, Row, Store};

use crate::{Scene, announce, outlive, work};

/// A server begins on the database.
async fn join(platform: &Platform) -> Result<(), JoinError> {
    Servers::new(platform, "a server".to_owned()).join().await
}

/// Every row of a database.
async fn rows(store: &dyn Store) -> Vec<Row> {
    let mut snapshot = store.snapshot().await.unwrap();
    snapshot.next(usize::MAX).await.unwrap()
}

/// A database that several servers can share, into which these rows came as they do with `what`, and a server with this scene's keys on it.
async fn arrived(scene: &Scene, rows: Vec<Row>, what: Arriving) -> (TestPool, Arc<TestStore>) {
    let store = Arc::new(TestStore::new());
    let put = |batch: Batch, row: Row| match row.expires {
        Some(expires) => batch.put_until(row.key, Expect::Any, row.body, expires),
        None => batch.put(row.key, Expect::Any, row.body),
    };
    let is_brought = |key: &str| match what {
        Arriving::Restore => comes_back(key),
        Arriving::InPlace => true,
        Arriving::Copy => !is_of_its_place(key),
    };
    let rows = rows.into_iter().filter(|row| is_brought(&row.key));
    store.write(rows.fold(Batch::new(), put)).await.unwrap();
    let there = TestPool::with_keys(store.clone(), 80, scene.keys.ring());
    let platform = &there.app().platform;
    there.clock().set(scene.server.app().platform.now());
    restoration::begin(platform, what).await.unwrap();
    if what == Arriving::InPlace {
        restoration::purge(platform).await.unwrap();
    }
    restoration::end(platform, true).await.unwrap();
    (there, store)
}

const EVERY: [Arriving; 3] = [Arriving::Restore, Arriving::InPlace, Arriving::Copy];

#[tokio::test]
async fn a_database_whose_keys_were_rotated_away_from_other_servers_can_be_shared_again() {
    let scene = Scene::new().await;
    join(&scene.server.app().platform).await.unwrap();
    // From here on as on a database that one server has alone, which says nothing of its keys.
    let mut rotation = scene.rotation();
    scene.announce(RootKey::Master, 2);
    work(&mut rotation).await;
    outlive(&scene.server, &mut rotation).await;
    assert!(scene.keys.ring().master.before.is_none());
    for what in EVERY {
        let (there, _) = arrived(&scene, rows(&*scene.store).await, what).await;
        let joined = join(&there.app().platform).await;
        assert!(joined.is_ok(), "{what:?}: {joined:?}");
    }
}

#[tokio::test]
async fn servers_that_ran_when_the_rows_were_taken_do_not_run_where_they_arrive() {
    let scene = Scene::new().await;
    let platform = &scene.server.app().platform;
    join(platform).await.unwrap();
    let until = platform.now().plus_seconds(90);
    assert_eq!(runs_until(platform).await.unwrap(), Some(until));
    let taken = rows(&*scene.store).await;
    scene.keys.command(|ring| {
        announce(ring, RootKey::Master, 2);
        ring.promote(platform.now());
    });
    for what in EVERY {
        let (there, _) = arrived(&scene, taken.clone(), what).await;
        let platform = &there.app().platform;
        assert_eq!(running(platform).await.unwrap(), [], "{what:?}");
        assert_eq!(runs_until(platform).await.unwrap(), None);
        let joined = join(platform).await;
        assert!(joined.is_ok(), "{what:?}: {joined:?}");
    }
}

#[tokio::test]
async fn a_server_that_begins_while_rows_arrive_is_refused_or_seen() {
    let store = Arc::new(Hooked::new(TestStore::new()));
    let scene = Scene::on(store.clone()).await;
    let platform = &scene.server.app().platform;
    // A restore begins after the server has looked and before its commit.
    let other = platform.clone();
    store.before_commit_at(SERVERS, move |_| async move {
        restoration::begin(&other, Arriving::InPlace).await.unwrap();
        assert_eq!(runs_until(&other).await.unwrap(), None);
    });
    let refused = join(platform).await;
    assert!(matches!(refused, Err(JoinError::Arriving)), "{refused:?}");
    assert_eq!(runs_until(platform).await.unwrap(), None);
    restoration::end(platform, true).await.unwrap();
    join(platform).await.unwrap();
    restoration::begin(platform, Arriving::InPlace).await.unwrap();
    assert!(runs_until(platform).await.unwrap().is_some());
}

#[tokio::test]
async fn a_server_with_a_key_that_is_not_here_is_seen_too() {
    let scene = Scene::new().await;
    let mut ring = TestPool::first_keys();
    announce(&mut ring, RootKey::Master, 2);
    ring.promote(scene.server.app().platform.now());
    let newer = scene.beside(9, ring);
    join(&newer.server.app().platform).await.unwrap();
    let platform = &scene.server.app().platform;
    assert_eq!(running(platform).await.unwrap(), [None]);
    let until = platform.now().plus_seconds(90);
    assert_eq!(runs_until(platform).await.unwrap(), Some(until));
    scene.server.clock().advance_seconds(90);
    assert_eq!(runs_until(platform).await.unwrap(), None);
}

#[tokio::test]
async fn no_server_begins_without_a_key_that_rows_may_have_arrived_with() {
    let scene = Scene::new().await;
    scene.announce(RootKey::Master, 2);
    for what in EVERY {
        let (there, store) = arrived(&scene, rows(&*scene.store).await, what).await;
        let late = TestPool::with_keys(store, 81, TestPool::first_keys());
        let refused = join(&late.app().platform).await;
        assert!(matches!(refused, Err(JoinError::Lacks)), "{what:?}: {refused:?}");
        join(&there.app().platform).await.unwrap();
    }
}

#[tokio::test]
async fn rows_of_a_key_that_is_gone_are_found_though_others_open() {
    let scene = Scene::new().await;
    let platform = &scene.server.app().platform;
    let all = |_: &str| true;
    assert_eq!(restoration::first_without_key(platform, all).await.unwrap(), None);
    let mut rotation = scene.rotation();
    scene.announce(RootKey::Master, 2);
    rotation.round().await.unwrap();
    // One row is not sealed again yet when the key before goes.
    let ring = TestPool::first_keys();
    let before = scene.beside(9, ring);
    let batch = Batch::new().put("zz", Expect::Any, "1");
    before.server.app().platform.commit(batch).await.unwrap();
    scene.keys.command(|ring| ring.end());
    let after = scene.restarted(10);
    let platform = &after.server.app().platform;
    let found = restoration::first_without_key(platform, all).await.unwrap();
    assert_eq!(found.as_deref(), Some("zz"));
    let found = restoration::first_without_key(platform, |key| key != "zz").await;
    assert_eq!(found.unwrap(), None);
}
