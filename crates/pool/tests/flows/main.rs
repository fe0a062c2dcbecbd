//! Sign-in flows against a server in process, with a frozen clock and a client that shares no code with the server.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must fail, at once")]

mod access_tokens;
mod addresses;
mod administrators;
mod after_sign_up;
mod audit;
mod audit_rows;
mod clocks;
mod code_factor;
mod confirm_code;
mod custom_senders;
mod device_doors;
mod devices;
mod devices_in_place_of_factors;
mod disabled;
mod doors;
mod events;
mod existence;
mod factor_doors;
mod factors;
mod factors_by_mail;
mod factors_by_sms;
mod factors_in_custom_auth;
mod factors_set_up;
mod foreign_functions;
mod groups;
mod identity;
mod lockout;
mod migration;
mod new_password;
mod parallel;
mod passkey_pools;
mod passkeys;
mod passwords;
mod refresh;
mod restored;
mod revocation;
mod round_trips;
mod safeguards;
mod same_work;
mod secret_hash;
mod self_service;
mod sessions;
mod srp;
mod stored;
mod strangers;
mod triggers;
mod user_auth;
mod user_auth_codes;
mod user_auth_doors;
mod user_auth_nobody;
mod user_auth_pools;
mod user_sessions;
mod verdicts;

use poolhouse_pool::testing::{Answer, TestPool};
use serde_json::{Value, json};

/// The password of every user here.
pub const PASSWORD: &str = "Correct-Horse-9!";
/// What every failed sign-in answers.
pub const WRONG: &str = "Incorrect username or password.";

/// A server with a pool that asks for a code and was opened by name for sign-ins without one, an app client, and the user Mara.
pub struct Scene {
    /// The server.
    pub server: TestPool,
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

    /// The scene on a pool of the test's own.
    pub async fn in_open_pool(server: TestPool) -> Scene {
        let pool = server.open_confirm_pool().await;
        Scene::in_pool(server, pool, json!({})).await
    }

    /// The scene with these members of CreateUserPoolClient.
    pub async fn with_client(members: Value) -> Scene {
        let server = TestPool::new().await;
        let pool = server.open_confirm_pool().await;
        Scene::in_pool(server, pool, members).await
    }

    /// The scene in a pool whose door is shut, as its functions leave it.
    pub async fn shut() -> Scene {
        let server = TestPool::new().await;
        let pool = server.confirm_pool().await;
        Scene::in_pool(server, pool, json!({})).await
    }

    async fn in_pool(server: TestPool, pool: String, members: Value) -> Scene {
        let client = server.client_with(&pool, members).await;
        let client = client["ClientId"].as_str().unwrap().to_owned();
        server.user(&pool, "mara", PASSWORD).await;
        Scene { server, pool, client }
    }

    /// Mara's password, proved: the answer holds the code challenge.
    pub async fn challenge(&self) -> Value {
        self.server
            .custom_sign_in(&self.pool, &self.client, "mara", PASSWORD)
            .await
            .ok()
    }

    /// The same from a browser that says something beside the password.
    pub async fn challenge_with(&self, metadata: Value) -> Value {
        self.server
            .custom_sign_in_with(&self.pool, &self.client, "mara", PASSWORD, metadata)
            .await
            .ok()
    }

    /// An answer to a custom challenge.
    pub async fn answer(&self, session: &Value, answer: &str) -> Answer {
        self.answer_with(session, answer, Value::Null).await
    }

    /// An answer to a custom challenge, with `ClientMetadata`.
    pub async fn answer_with(&self, session: &Value, answer: &str, metadata: Value) -> Answer {
        let body = json!({
            "ChallengeName": "CUSTOM_CHALLENGE",
            "ClientId": self.client,
            "Session": session,
            "ChallengeResponses": { "USERNAME": "mara", "ANSWER": answer },
            "ClientMetadata": metadata,
        });
        self.server.call("RespondToAuthChallenge", body).await
    }

    /// The code in Mara's newest mail.
    pub async fn code(&self) -> String {
        self.server.code_to("mara@example.com").await
    }
}

/// Another code of the same form.
pub fn other_than(code: &str) -> String {
    code.chars()
        .map(|digit| {
            if digit == '9' {
                '0'
            } else {
                char::from(digit as u8 + 1)
            }
        })
        .collect()
}

/// The claims of a token, unverified: what verifies them is tested where tokens are made.
pub fn claims(token: &Value) -> Value {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let payload = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}
