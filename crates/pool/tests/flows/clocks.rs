//! Clocks that are set back, and clocks that were ahead.

use std::sync::Arc;

use poolhouse_pool::base::clock::{Clock as _, Millis};
use poolhouse_pool::run::Timekeeper;
use poolhouse_pool::testing::TestPool;
use poolhouse_store::{Memory, Store};
use serde_json::{Value, json};

const PASSWORD: &str = "Correct-Horse-9!";
/// Longer than a code and its session live.
const OVER: i64 = 301;
const HOUR: i64 = 3600;

struct Scene {
    server: TestPool,
    pool: String,
    client: String,
}

/// A sign-in that waits for a code.
struct Asked {
    name: &'static str,
    session: Value,
    code: String,
}

impl Scene {
    async fn on(store: Arc<dyn Store>) -> Scene {
        let server = TestPool::on(store, 7, |_| {}).await;
        let pool = server.confirm_pool().await;
        let client = server.client(&pool).await;
        Scene { server, pool, client }
    }

    fn set(&self, by: i64) {
        let now = self.server.clock().now();
        self.server.clock().set(now.plus_seconds(by));
    }

    async fn asked(&self, name: &'static str) -> Asked {
        self.server.user(&self.pool, name, PASSWORD).await;
        let asked = self
            .server
            .custom_sign_in(&self.pool, &self.client, name, PASSWORD)
            .await
            .ok();
        Asked {
            name,
            session: asked["Session"].clone(),
            code: self.server.code_to(&format!("{name}@example.com")).await,
        }
    }

    /// Whether a server gives tokens for the right code.
    async fn takes(&self, server: &TestPool, asked: &Asked) -> bool {
        let body = json!({
            "ClientId": self.client,
            "ChallengeName": "CUSTOM_CHALLENGE",
            "Session": asked.session,
            "ChallengeResponses": { "USERNAME": asked.name, "ANSWER": asked.code },
        });
        let answer = server.call("RespondToAuthChallenge", body).await;
        answer["AuthenticationResult"]["AccessToken"].is_string()
    }
}

#[tokio::test]
async fn what_has_ended_stays_ended_when_the_clock_is_set_back() {
    for (name, back) in [("minutes", 400), ("hours", HOUR), ("years", 365 * 24 * HOUR)] {
        let scene = Scene::on(Arc::new(Memory::new())).await;
        let (asked, fresh) = (scene.asked(name).await, scene.asked("fresh").await);
        scene.server.clock().advance_seconds(100);
        scene.set(-back);
        assert!(
            scene.takes(&scene.server, &fresh).await,
            "{name}: a code that lives"
        );
        scene.server.clock().advance_seconds(OVER);
        assert!(!scene.takes(&scene.server, &asked).await, "{name}: time goes on");
    }
    let scene = Scene::on(Arc::new(Memory::new())).await;
    let asked = scene.asked("ended").await;
    scene.server.clock().advance_seconds(OVER);
    scene.server.app().platform.now();
    scene.set(-OVER);
    assert!(!scene.takes(&scene.server, &asked).await);
}

#[tokio::test]
async fn a_server_that_starts_with_its_clock_set_back_goes_by_what_is_noted() {
    let store = Arc::new(Memory::new());
    let scene = Scene::on(store.clone()).await;
    // The others start with the clock of three hours ago.
    scene.server.clock().advance_seconds(3 * HOUR);
    let (first, second) = (scene.asked("first").await, scene.asked("second").await);
    scene.server.clock().advance_seconds(OVER);
    let platform = &scene.server.app().platform;
    let mut timekeeper = Timekeeper::new(platform);
    timekeeper.round().await.unwrap();
    assert_eq!(
        store.get("meta/known-time").await.unwrap(),
        None,
        "it has not run for a minute"
    );
    scene.server.clock().advance_seconds(60);
    timekeeper.round().await.unwrap();

    let unaware = TestPool::on(store.clone(), 8, |_| {}).await;
    assert!(scene.takes(&unaware, &first).await, "so it would be");
    let aware = TestPool::on(store, 9, |_| {}).await;
    let known = &aware.app().platform;
    Timekeeper::new(known).look().await.unwrap();
    assert_eq!(known.now(), platform.now());
    assert_eq!(known.clock.behind(), (3 * HOUR + OVER + 60) * 1000);
    assert!(!scene.takes(&aware, &second).await);
}

#[tokio::test]
async fn a_clock_that_was_ahead_for_minutes_is_not_noted_and_locks_nobody_out() {
    let scene = Scene::on(Arc::new(Memory::new())).await;
    let platform = &scene.server.app().platform;
    let mut timekeeper = Timekeeper::new(platform);
    scene.server.clock().advance_seconds(60);
    let right = platform.now();
    scene.set(24 * HOUR);
    scene.server.clock().advance_seconds(60);
    timekeeper.round().await.unwrap();
    assert_eq!(platform.now(), right.plus_seconds(24 * HOUR + 60));
    assert!(
        platform.clock.known() < right.plus_seconds(61),
        "{:?}",
        platform.clock.known()
    );
    scene.set(-24 * HOUR);
    assert_eq!(platform.now(), right.plus_seconds(60));
    let asked = scene.asked("mara").await;
    assert!(scene.takes(&scene.server, &asked).await);
}

#[tokio::test]
async fn a_server_goes_by_the_clock_of_its_database_if_that_has_one() {
    let server = TestPool::new().await;
    let (before, platform) = (server.clock().now(), &server.app().platform);
    Timekeeper::new(platform).look().await.unwrap();
    match server.store().clock().await.unwrap() {
        None => assert_eq!(platform.now(), before),
        Some(told) => {
            assert!(platform.now() <= Millis(told) && platform.now() > before);
            assert!(platform.clock.behind() > 0);
            Timekeeper::new(platform).round().await.unwrap();
            assert_eq!(server.store().get("meta/known-time").await.unwrap(), None);
        }
    }
}
