//! Versions that store differently, on a database that servers share: neighbours run side by side, others do not begin.

use std::sync::Arc;

use poolhouse_pool::base::platform::Platform;
use poolhouse_pool::run::generation::{self, Apart};
use poolhouse_pool::run::nodes::nodes;
use poolhouse_pool::run::servers::{JoinError, Servers};
use poolhouse_pool::testing::{TestPool, TestStore};
use poolhouse_store::testing::Hooked;

/// Seconds after which a server says again that it runs.
const SAYS_AGAIN: i64 = 20;
/// Longer than a server counts that says nothing.
const GONE_AFTER: i64 = 91;

struct Scene {
    pool: TestPool,
    store: Arc<Hooked<TestStore>>,
}

impl Scene {
    async fn new() -> Scene {
        let store = Arc::new(Hooked::new(TestStore::new()));
        let pool = TestPool::on(store.clone(), 7, |_| {}).await;
        Scene { pool, store }
    }

    fn platform(&self) -> &Platform {
        &self.pool.app().platform
    }

    /// A server of a version of this generation, before it begins.
    fn server(&self, generation: u32) -> Servers {
        let servers = Servers::new(self.platform(), format!("of-{generation}"));
        servers
            .named(format!("host-{generation}"))
            .of_generation(generation)
    }

    async fn begun(&self, generation: u32) -> Servers {
        let mut servers = self.server(generation);
        servers.join().await.unwrap();
        servers
    }

    async fn refused(&self, generation: u32) -> Option<Apart> {
        match self.server(generation).join().await {
            Err(JoinError::Apart(apart)) => Some(apart),
            _ => None,
        }
    }

    async fn noted(&self) -> u32 {
        generation::noted(self.platform()).await.unwrap().0.0
    }

    fn advance(&self, seconds: i64) {
        self.pool.clock().advance_seconds(seconds);
    }
}

#[tokio::test]
async fn neighbouring_versions_run_side_by_side_and_the_older_is_left_behind_once_it_is_gone() {
    let scene = Scene::new().await;
    let mut older = scene.begun(1).await;
    let mut newer = scene.begun(2).await;
    assert_eq!(scene.refused(3).await, Some(Apart::Earlier(1, 3)));
    for _ in 0..3 {
        scene.advance(SAYS_AGAIN);
        older.renew().await.unwrap();
        newer.renew().await.unwrap();
        assert_eq!(scene.noted().await, 1, "the older reads no other");
    }
    older.leave().await;
    scene.advance(SAYS_AGAIN);
    newer.renew().await.unwrap();
    assert_eq!(scene.noted().await, 2);
    assert_eq!(scene.refused(1).await, Some(Apart::Later(2, 1)));
    scene.begun(3).await;
    assert_eq!(scene.refused(4).await, Some(Apart::Earlier(2, 4)));
}

#[tokio::test]
async fn a_server_of_the_older_version_that_died_is_waited_for_until_it_no_longer_counts() {
    let scene = Scene::new().await;
    drop(scene.begun(1).await);
    let mut newer = scene.begun(2).await;
    scene.advance(SAYS_AGAIN);
    newer.renew().await.unwrap();
    assert_eq!(scene.noted().await, 1);
    scene.advance(GONE_AFTER);
    // It was away as long, and begins anew.
    newer.renew().await.unwrap();
    scene.advance(SAYS_AGAIN);
    newer.renew().await.unwrap();
    assert_eq!(scene.noted().await, 2);
}

#[tokio::test]
async fn a_server_of_the_older_version_that_begins_at_the_moment_of_the_change_is_asked_too() {
    let scene = Scene::new().await;
    let mut newer = scene.begun(2).await;
    scene.advance(SAYS_AGAIN);
    let mut late = scene.server(1);
    scene
        .store
        .before_commit_at("meta/generation", move |_| async move {
            late.join().await.unwrap();
        });
    newer.renew().await.unwrap();
    assert_eq!((scene.noted().await, scene.store.waiting()), (1, 0));
}

#[tokio::test]
async fn a_server_of_the_older_version_does_not_begin_on_what_was_noted_meanwhile() {
    let scene = Scene::new().await;
    let mut newer = scene.begun(2).await;
    scene.advance(SAYS_AGAIN);
    let mut late = scene.server(1);
    scene
        .store
        .before_commit_at("meta/server/of-1", move |_| async move {
            newer.renew().await.unwrap();
        });
    let refused = late.join().await;
    assert!(
        matches!(refused, Err(JoinError::Apart(Apart::Later(2, 1)))),
        "{refused:?}"
    );
    assert_eq!(scene.store.waiting(), 0);
}

#[tokio::test]
async fn a_server_that_has_its_database_for_itself_leaves_the_version_before_behind_at_once() {
    let scene = Scene::new().await;
    generation::take_over(scene.platform(), 1).await.unwrap();
    assert_eq!(scene.noted().await, 1);
    generation::take_over(scene.platform(), 2).await.unwrap();
    generation::take_over(scene.platform(), 1).await.unwrap();
    assert_eq!(scene.noted().await, 2);
}

#[tokio::test]
async fn servers_say_who_they_are_and_a_silent_one_is_told_apart() {
    let scene = Scene::new().await;
    let first = scene.begun(1).await;
    scene.advance(GONE_AFTER);
    let second = scene.begun(2).await;
    let found = nodes(scene.platform()).await.unwrap();
    let told = found.iter().map(|node| {
        let about = node.said.as_ref().unwrap().about.as_ref().unwrap();
        (&*node.id, &*about.name, about.generation, node.runs)
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [("of-1", "host-1", 1, false), ("of-2", "host-2", 2, true)]
    );
    for server in [first, second] {
        server.leave().await;
    }
    assert!(nodes(scene.platform()).await.unwrap().is_empty());
}
