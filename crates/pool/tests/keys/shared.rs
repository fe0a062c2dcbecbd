//! Rotations on a database that two servers share, each with a key file of its own.

use std::sync::Arc;

use poolhouse_pool::base::key_ring::{KeyRing, MASTER_HELD, RootKey};
use poolhouse_pool::base::shutdown;
use poolhouse_pool::run::Rotation;
use poolhouse_pool::run::rotation::{ROW_HELD, RotationError};
use poolhouse_pool::run::servers::{JoinError, Servers, running};
use poolhouse_pool::testing::{TestPool, TestStore, Trouble};
use poolhouse_store::Store;
use poolhouse_store::testing::Hooked;
use serde_json::{Value, json};

use crate::{Scene, work};

/// Longer than a server counts that says nothing.
const GONE_AFTER: i64 = 91;

/// A server of two, and what rotates its keys.
struct Node {
    scene: Scene,
    rotation: Rotation,
}

impl Node {
    async fn begin(scene: Scene, id: &str) -> Node {
        let mut servers = Servers::new(&scene.server.app().platform, id.to_owned());
        servers.join().await.unwrap();
        let rotation = scene.rotation().among(servers);
        Node { scene, rotation }
    }

    async fn work(&mut self) {
        work(&mut self.rotation).await;
    }

    /// A stop in good order.
    async fn leave(self) {
        let (stop, shutdown) = shutdown::channel();
        stop.request();
        self.rotation.run(shutdown).await;
    }

    fn ring(&self) -> KeyRing {
        self.scene.keys.ring()
    }

    fn uses(&self) -> [u8; 2] {
        let ring = self.ring();
        [ring.master.current.epoch, ring.code.current.epoch]
    }

    /// A sign-in that begins on this server and ends on the other.
    async fn sign_in_across(&self, other: &Node) -> Value {
        let challenge = self.scene.challenge("mara").await.ok();
        let code = self.scene.server.code_to("mara@example.com").await;
        let body = json!({
            "ChallengeName": "CUSTOM_CHALLENGE",
            "ClientId": other.scene.client,
            "Session": challenge["Session"],
            "ChallengeResponses": { "USERNAME": "mara", "ANSWER": code },
        });
        let answer = other.scene.server.call("RespondToAuthChallenge", body).await;
        answer.ok()["AuthenticationResult"].clone()
    }

    fn advance(&self, seconds: i64) {
        self.scene.server.clock().advance_seconds(seconds);
    }
}

/// Two servers on one store.
async fn two() -> (Node, Node) {
    two_on(Arc::new(TestStore::new())).await
}

async fn two_on(store: Arc<dyn Store>) -> (Node, Node) {
    let first = Scene::on(store).await;
    let second = first.beside(8, TestPool::first_keys());
    (
        Node::begin(first, "first").await,
        Node::begin(second, "second").await,
    )
}

/// What copying `master.key` does.
fn copy(from: &Node, to: &Node) {
    let ring = from.ring();
    to.scene.keys.command(|theirs| *theirs = ring);
}

#[tokio::test]
async fn a_key_is_put_to_use_when_both_servers_have_it_and_sign_ins_go_on_across_them() {
    let (mut first, mut second) = two().await;
    let token = first.sign_in_across(&second).await["RefreshToken"].clone();
    first.scene.announce(RootKey::Master, 2);
    first.scene.announce(RootKey::Code, 3);
    for _ in 0..3 {
        first.work().await;
        second.work().await;
        assert_eq!((first.uses(), second.uses()), ([1, 1], [1, 1]));
        first.sign_in_across(&second).await;
    }
    copy(&first, &second);
    second.work().await;
    // One seals with the new key and the other with the old one.
    assert_eq!((first.uses(), second.uses()), ([1, 1], [2, 2]));
    second.sign_in_across(&first).await;
    let newer = first.sign_in_across(&second).await["RefreshToken"].clone();
    assert!(first.scene.refresh(&newer).await.ok()["AuthenticationResult"].is_object());
    first.work().await;
    assert_eq!(first.uses(), [2, 2]);
    for seconds in [MASTER_HELD, ROW_HELD] {
        for node in [&first, &second] {
            node.advance(seconds);
        }
        for _ in 0..3 {
            first.work().await;
            second.work().await;
        }
    }
    for node in [&first, &second] {
        assert!(node.ring().master.before.is_none());
        assert_eq!(node.scene.older_rows().await, Vec::<String>::new());
    }
    second.sign_in_across(&first).await;
    assert!(second.scene.refresh(&token).await.ok()["AuthenticationResult"].is_object());
}

#[tokio::test]
async fn two_different_next_keys_are_never_put_to_use() {
    let (mut first, mut second) = two().await;
    first.scene.announce(RootKey::Master, 2);
    second.scene.announce(RootKey::Master, 3);
    for _ in 0..3 {
        first.work().await;
        second.work().await;
    }
    assert_eq!((first.uses(), second.uses()), ([1, 1], [1, 1]));
    copy(&first, &second);
    second.work().await;
    first.work().await;
    second.work().await;
    assert_eq!((first.uses(), second.uses()), ([2, 1], [2, 1]));
    first.sign_in_across(&second).await;
}

#[tokio::test]
async fn a_server_that_lacks_the_key_in_use_does_not_begin() {
    let (mut first, second) = two().await;
    second.leave().await;
    first.scene.announce(RootKey::Master, 2);
    first.work().await;
    assert_eq!(
        first.uses(),
        [2, 1],
        "a server that was stopped is not waited for"
    );
    // Everything is sealed again by now, what says so included.
    let late = first.scene.beside(9, TestPool::first_keys());
    let mut servers = Servers::new(&late.server.app().platform, "late".to_owned());
    assert!(matches!(servers.join().await, Err(JoinError::Lacks)));
    let late = first.scene.beside(11, first.ring());
    let late = Node::begin(late, "late").await;
    late.sign_in_across(&first).await;
    first.sign_in_across(&late).await;
}

#[tokio::test]
async fn a_server_that_died_is_waited_for_until_it_no_longer_counts() {
    let (mut first, second) = two().await;
    drop(second.rotation);
    first.scene.announce(RootKey::Master, 2);
    first.work().await;
    assert_eq!(first.uses(), [1, 1]);
    first.advance(GONE_AFTER);
    first.work().await;
    assert_eq!(first.uses(), [2, 1]);
}

#[tokio::test]
async fn an_old_key_goes_an_hour_after_the_last_server_sealed_with_it() {
    let (mut first, mut second) = two().await;
    second.work().await;
    first.scene.announce(RootKey::Master, 2);
    copy(&first, &second);
    // The second has taken the key up, and a command holds its key file for an hour.
    second.scene.keys.trouble(Trouble::Busy);
    second.work().await;
    for _ in 0..MASTER_HELD / STEP {
        second.scene.keys.trouble(Trouble::Busy);
        go_on(&mut first, &mut second, STEP).await;
    }
    assert_eq!((first.uses(), second.uses()), ([2, 1], [1, 1]));
    assert!(first.ring().master.before.is_some(), "the second seals with it");
    go_on(&mut first, &mut second, MASTER_HELD).await;
    assert_eq!(second.uses(), [2, 1]);
    assert!(
        first.ring().master.before.is_some(),
        "a sign-in that the second began may go on"
    );
    go_on(&mut first, &mut second, 2 * STEP + ROW_HELD).await;
    assert!(first.ring().master.before.is_none());
}

/// Seconds after which a server is sure to have said again that it runs.
const STEP: i64 = 30;

/// Lets time pass on both, in steps.
async fn go_on(first: &mut Node, second: &mut Node, seconds: i64) {
    for _ in 0..seconds / STEP {
        first.advance(STEP);
        second.advance(STEP);
        second.work().await;
        first.work().await;
    }
}

#[tokio::test]
async fn a_server_that_begins_at_the_moment_of_the_change_is_asked_too() {
    let hooked = Arc::new(Hooked::new(TestStore::new()));
    let mut first = Node::begin(Scene::on(hooked.clone()).await, "first").await;
    first.scene.announce(RootKey::Master, 2);
    let late = first.scene.beside(9, TestPool::first_keys());
    let platform = late.server.app().platform.clone();
    hooked.before_commit_at("meta/keys-in-use", move |_| async move {
        let mut servers = Servers::new(&platform, "late".to_owned());
        servers.join().await.unwrap();
    });
    for _ in 0..3 {
        first.work().await;
    }
    assert_eq!(first.uses(), [1, 1], "the late one lacks the key");
    let said = running(&first.scene.server.app().platform).await.unwrap();
    assert_eq!((said.len(), hooked.waiting()), (2, 0));
}

#[tokio::test]
async fn a_server_that_was_cut_off_says_so_when_it_is_back() {
    let (mut first, mut second) = two().await;
    first.scene.announce(RootKey::Master, 2);
    first.advance(GONE_AFTER);
    first.work().await;
    assert_eq!(first.uses(), [2, 1]);
    second.advance(GONE_AFTER);
    let error = second.rotation.round().await.unwrap_err();
    assert!(
        matches!(error, RotationError::Others(JoinError::Lacks)),
        "{error:?}"
    );
    copy(&first, &second);
    second.work().await;
    assert_eq!(second.uses(), [2, 1]);
    second.sign_in_across(&first).await;
}
