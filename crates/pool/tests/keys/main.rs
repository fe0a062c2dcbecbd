//! Rotations of every key, with people who sign in meanwhile and stops at every step.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must fail, at once")]

mod arrivals;
mod generations;
mod shared;
mod sign_ins;
mod signing;
mod steps;
mod upgrade;

use std::sync::Arc;

use poolhouse_pool::base::key_ring::{KeyRing, MASTER_HELD, RootKey};
use poolhouse_pool::records::sealed;
use poolhouse_pool::run::Rotation;
use poolhouse_pool::run::rotation::{Left, ROW_HELD};
use poolhouse_pool::testing::{Answer, KeptKeys, TestPool};
use poolhouse_store::{Memory, Scan, Store};
use serde_json::{Value, json};

/// The password of every user here.
pub const PASSWORD: &str = "Correct-Horse-9!";

/// A server whose sign-ins ask for a code, its key file, and Mara.
pub struct Scene {
    /// What outlives the server.
    pub store: Arc<dyn Store>,
    /// The server.
    pub server: TestPool,
    /// Its key file.
    pub keys: Arc<KeptKeys>,
    /// The pool's id.
    pub pool: String,
    /// The app client's id.
    pub client: String,
}

impl Scene {
    /// The scene with the client's default settings.
    pub async fn new() -> Scene {
        Scene::with_client(json!({})).await
    }

    /// The scene with these members of CreateUserPoolClient.
    pub async fn with_client(members: Value) -> Scene {
        Scene::of(Arc::new(Memory::new()), members).await
    }

    /// The scene on a store.
    pub async fn on(store: Arc<dyn Store>) -> Scene {
        Scene::of(store, json!({})).await
    }

    async fn of(store: Arc<dyn Store>, members: Value) -> Scene {
        let server = TestPool::with_keys(store.clone(), 7, TestPool::first_keys());
        let pool = server.open_confirm_pool().await;
        let client = server.client_with(&pool, members).await;
        let client = client["ClientId"].as_str().unwrap().to_owned();
        server.user(&pool, "mara", PASSWORD).await;
        let keys = Arc::new(KeptKeys::new(TestPool::first_keys()));
        Scene {
            store,
            server,
            keys,
            pool,
            client,
        }
    }

    /// The server after a stop and a start, at the same moment.
    pub fn restarted(self, seed: u64) -> Scene {
        let server = TestPool::with_keys(self.store.clone(), seed, self.keys.ring());
        server.clock().set(self.server.app().platform.now());
        self.server.ignore_mail();
        // What the first reading of the file after a start finds is the same.
        let keys = Arc::new(KeptKeys::new(self.keys.ring()));
        Scene { server, keys, ..self }
    }

    /// Another server on the same database, with a key file of its own.
    pub fn beside(&self, seed: u64, ring: KeyRing) -> Scene {
        let server = TestPool::with_keys(self.store.clone(), seed, ring.clone());
        server.clock().set(self.server.app().platform.now());
        Scene {
            store: self.store.clone(),
            server,
            keys: Arc::new(KeptKeys::new(ring)),
            pool: self.pool.clone(),
            client: self.client.clone(),
        }
    }

    /// What carries rotations out.
    pub fn rotation(&self) -> Rotation {
        Rotation::new(self.server.app(), self.keys.clone())
    }

    /// What `poolhouse keys rotate` writes.
    pub fn announce(&self, root: RootKey, byte: u8) {
        self.keys.command(|ring| announce(ring, root, byte));
    }

    /// Proves a user's password: the answer holds the code challenge.
    pub async fn challenge(&self, name: &str) -> Answer {
        self.server
            .custom_sign_in(&self.pool, &self.client, name, PASSWORD)
            .await
    }

    /// Answers the code challenge with the newest code that this user got.
    pub async fn answer(&self, name: &str, challenge: &Value) -> Answer {
        let code = self.server.code_to(&format!("{name}@example.com")).await;
        let body = json!({
            "ChallengeName": "CUSTOM_CHALLENGE",
            "ClientId": self.client,
            "Session": challenge["Session"],
            "ChallengeResponses": { "USERNAME": name, "ANSWER": code },
        });
        self.server.call("RespondToAuthChallenge", body).await
    }

    /// A whole sign-in; what it ends with.
    pub async fn sign_in(&self, name: &str) -> Value {
        let challenge = self.challenge(name).await.ok();
        assert_eq!(challenge["ChallengeParameters"]["result"], "sent", "{challenge}");
        let answer = self.answer(name, &challenge).await;
        answer.ok()["AuthenticationResult"].clone()
    }

    /// Exchanges a refresh token.
    pub async fn refresh(&self, token: &Value) -> Answer {
        let body = json!({
            "AuthFlow": "REFRESH_TOKEN_AUTH",
            "ClientId": self.client,
            "AuthParameters": { "REFRESH_TOKEN": token },
        });
        self.server.call("InitiateAuth", body).await
    }

    /// Asks who an access token belongs to.
    pub async fn get_user(&self, token: &Value) -> Answer {
        self.server.call("GetUser", json!({ "AccessToken": token })).await
    }

    /// A user's `sub`.
    pub async fn sub_of(&self, name: &str) -> String {
        let row = format!("p/{}/name/{name}", self.pool);
        let row = self.server.app().platform.get(&row).await.unwrap().unwrap();
        serde_json::from_str(&row.body).unwrap()
    }

    /// Rows that the newest keys did not make, by their keys.
    pub async fn older_rows(&self) -> Vec<String> {
        older_rows(&self.server).await
    }
}

fn announce(ring: &mut KeyRing, root: RootKey, byte: u8) {
    let key = std::array::from_fn(|i| byte.wrapping_mul(31).wrapping_add(u8::try_from(i).unwrap() * 7));
    ring.announce(root, zeroize::Zeroizing::new(key)).unwrap();
}

/// Rounds until one has nothing left to do.
pub async fn work(rotation: &mut Rotation) {
    while rotation.round().await.unwrap() == Left::Pages {}
}

/// Lets a key before go: everything that was made with it ends, and then whoever holds a row of it.
pub async fn outlive(server: &TestPool, rotation: &mut Rotation) {
    for seconds in [MASTER_HELD, ROW_HELD] {
        server.clock().advance_seconds(seconds);
        work(rotation).await;
    }
}

/// Rows that are not of the newest keys: whose envelope is older, or a sealed member, or the ledger's text. Sessions, which end by
/// themselves, may keep their members.
pub async fn older_rows(server: &TestPool) -> Vec<String> {
    let platform = &server.app().platform;
    let keys = platform.keys();
    let rows = platform.store.scan(Scan::prefix("", 10_000)).await.unwrap();
    let is_older = |row: &poolhouse_store::Row| {
        let opened = keys.envelope().open(&row.key, &row.body).unwrap();
        let mut document: Value = serde_json::from_str(&opened).unwrap();
        let ledger = document["text"].as_str().filter(|_| row.key.ends_with("/ledger"));
        let counts = ledger.is_some_and(|text| text.split('.').nth(1) != Some(&*code_key_id(server)));
        let members = sealed::members(&row.key, &mut document);
        let mut members = members.iter();
        counts
            || !keys.envelope().is_current(&row.body)
            || members.any(|member| !keys.sealer(member.purpose).is_current(member.text))
    };
    rows.into_iter().filter(is_older).map(|row| row.key).collect()
}

/// By which id a ledger names the code key in use.
fn code_key_id(server: &TestPool) -> String {
    let shown = format!("{:?}", server.app().platform.keys().codes().current);
    shown
        .trim_start_matches("OtpKey(")
        .trim_end_matches(')')
        .to_owned()
}
