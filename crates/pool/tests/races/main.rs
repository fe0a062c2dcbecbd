//! What is promised at the commit: each test lets somebody else come first between an operation's reads and its commit,
//! and fails if the commit does not look again.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must fail, at once")]

mod answers;
mod audit;
mod authorization_codes;
mod client_secrets;
mod clients;
mod codes;
mod contacts;
mod counts;
mod devices;
mod doors;
mod epoch;
mod factors;
mod federation;
mod first_factors;
mod groups;
mod hosted;
mod imports;
mod lost;
mod mail;
mod names;
mod pages;
mod passkeys;
mod recovery;
mod refresh;
mod saml;
mod sign_up;
mod strangers;
mod tokens;
mod user_sessions;
mod users;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use poolhouse_api::Operation;
use poolhouse_pool::ops::dispatch;
use poolhouse_pool::request::{Asker, Ctx};
use poolhouse_pool::testing::{Answer, TestPool, TestStore};
use poolhouse_store::testing::Hooked;
use poolhouse_store::{Scan, Store};
use serde_json::{Value, json};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

/// The password of every user here.
const PASSWORD: &str = "Correct-Horse-9!";
/// Another one that the policy takes.
const OTHER: &str = "Battery-Staple-1";
/// How many do something at the same moment where it is not two.
const PARALLEL: usize = 64;
/// What every failed sign-in answers.
const WRONG: &str = "Incorrect username or password.";

/// A pool on a store in which somebody else may come first.
struct Scene {
    server: TestPool,
    store: Arc<Hooked<TestStore>>,
    pool: String,
    client: String,
}

impl Scene {
    /// A pool, an app client, and the user Mara.
    async fn new() -> Scene {
        Scene::of(json!({}), json!({})).await
    }

    /// The same with these members of CreateUserPool and CreateUserPoolClient.
    async fn of(pool: Value, client: Value) -> Scene {
        let (server, store) = server();
        let pool = server.pool_with(pool).await;
        Scene::in_pool(server, store, pool, client).await
    }

    /// The same in a pool that asks for a code by mail and was opened by name for sign-ins without one.
    async fn with_codes() -> Scene {
        let (server, store) = server();
        let pool = server.open_confirm_pool().await;
        Scene::in_pool(server, store, pool, json!({})).await
    }

    async fn in_pool(server: TestPool, store: Arc<Hooked<TestStore>>, pool: String, client: Value) -> Scene {
        let client = server.client_with(&pool, client).await["ClientId"].clone();
        server.user(&pool, "mara", PASSWORD).await;
        Scene {
            server,
            store,
            client: client.as_str().unwrap().to_owned(),
            pool,
        }
    }

    /// Calls an operation on the pool: `UserPoolId` is added.
    async fn call(&self, operation: &str, members: Value) -> Answer {
        let body = with(members, "UserPoolId", &self.pool);
        self.server.call(operation, body).await
    }

    /// Calls an administrator's operation on Mara.
    async fn on_mara(&self, operation: &str, members: Value) -> Answer {
        self.call(operation, with(members, "Username", "mara")).await
    }

    /// Mara's sign-in by password.
    async fn sign_in(&self) -> Answer {
        self.server.password_sign_in(&self.client, "mara", PASSWORD).await
    }

    /// The tokens of Mara's sign-in.
    async fn tokens(&self) -> Value {
        self.sign_in().await.ok()["AuthenticationResult"].clone()
    }

    /// An answer to a challenge, by Mara.
    async fn respond(&self, challenge: &str, session: &Value, more: Value) -> Answer {
        let body = json!({
            "ChallengeName": challenge,
            "ClientId": self.client,
            "Session": session,
            "ChallengeResponses": with(more, "USERNAME", "mara"),
        });
        self.server.call("RespondToAuthChallenge", body).await
    }

    /// Right before the next commit at this prefix of the pool's rows, another node of the same pool makes this call a
    /// second later, and succeeds.
    fn first(&self, prefix: &str, operation: &'static str, members: Value) {
        let body = with(members, "UserPoolId", &self.pool);
        self.before(&self.at(prefix), move |rival| async move {
            rival.call(operation, body).await.ok();
        });
    }

    /// The same for an administrator's call on Mara.
    fn first_on_mara(&self, prefix: &str, operation: &'static str, members: Value) {
        self.first(prefix, operation, with(members, "Username", "mara"));
    }

    /// Right before the next commit at this key or prefix of one, another node of the same pool does this, a second
    /// later.
    fn before<F>(&self, prefix: &str, act: impl FnOnce(TestPool) -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let now = self.server.app().platform.now();
        self.store.before_commit_at(prefix, move |store| async move {
            let rival = rival(store).await;
            rival.clock().set(now.plus_seconds(1));
            act(rival).await;
        });
    }

    /// Has this many commits at this prefix of the pool's rows wait for each other: everybody has read before anybody
    /// writes.
    fn together(&self, prefix: &str, commits: usize) {
        let barrier = Arc::new(Barrier::new(commits));
        for _ in 0..commits {
            let barrier = barrier.clone();
            self.store.before_commit_at(self.at(prefix), |_| async move {
                barrier.wait().await;
            });
        }
    }

    /// A key or prefix of the pool's rows.
    fn at(&self, rest: &str) -> String {
        format!("p/{}/{rest}", self.pool)
    }

    /// The keys of all rows whose key holds this text.
    async fn keys(&self, text: &str) -> Vec<String> {
        keys(&*self.store, text).await
    }
}

/// A test whose race was not run has tested nothing.
impl Drop for Scene {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(
                self.store.waiting(),
                0,
                "nobody came to the commit that was waited for"
            );
        }
    }
}

fn server() -> (TestPool, Arc<Hooked<TestStore>>) {
    let store = Arc::new(Hooked::new(TestStore::new()));
    let behind: Arc<dyn Store> = store.clone();
    (TestPool::build(behind, 7, |_| {}, Vec::new()), store)
}

/// Another node on the same store, whose mail nobody reads.
async fn rival(store: Arc<dyn Store>) -> TestPool {
    static SEED: AtomicU64 = AtomicU64::new(1000);
    let rival = TestPool::on(store, SEED.fetch_add(1, Ordering::Relaxed), |_| {}).await;
    rival.ignore_mail();
    rival
}

/// A request to this node at its present time.
fn request(server: &TestPool) -> Ctx {
    Ctx::new(
        server.app().clone(),
        "00000000-0000-4000-8000-000000000000".to_owned(),
        server.app().platform.now(),
        Asker::default(),
    )
}

/// Makes all of these calls at the same moment; how many of them succeeded.
async fn at_once(server: &TestPool, calls: impl IntoIterator<Item = (&'static str, Value)>) -> usize {
    let mut tasks = JoinSet::new();
    for (operation, body) in calls {
        let ctx = request(server);
        let operation = Operation::from_name(operation).unwrap();
        tasks.spawn(async move { dispatch(operation, &ctx, body).await.is_ok() });
    }
    let answers = tasks.join_all().await;
    answers.into_iter().filter(|is_ok| *is_ok).count()
}

async fn keys(store: &dyn Store, text: &str) -> Vec<String> {
    let rows = store.scan(Scan::prefix("", 10_000)).await.unwrap();
    let keys = rows.into_iter().map(|row| row.key);
    keys.filter(|key| key.contains(text)).collect()
}

/// The object with one member more, unless it has it.
fn with(mut object: Value, member: &str, value: &str) -> Value {
    if object[member].is_null() {
        object[member] = json!(value);
    }
    object
}
