//! Commits whose answer is lost: what was applied is told as done, what was not as not available, and nothing is half
//! done or done twice.

use std::sync::Arc;

use poolhouse_pool::testing::{Answer, TestPool, TestStore};
use poolhouse_store::Store;
use poolhouse_store::testing::{Losing, Loss};
use serde_json::{Value, json};

use crate::{OTHER, PASSWORD, keys};

struct Scene {
    server: TestPool,
    store: Arc<Losing<TestStore>>,
    pool: String,
    client: String,
}

impl Scene {
    async fn new() -> Scene {
        let store = Arc::new(Losing::new(TestStore::new()));
        let behind: Arc<dyn Store> = store.clone();
        let server = TestPool::build(behind, 7, |_| {}, Vec::new());
        let pool = server.open_confirm_pool().await;
        let rotation = json!({ "Feature": "ENABLED", "RetryGracePeriodSeconds": 0 });
        let flows = json!(["ALLOW_USER_PASSWORD_AUTH", "ALLOW_CUSTOM_AUTH"]);
        let client = json!({ "ExplicitAuthFlows": flows, "RefreshTokenRotation": rotation });
        let client = server.client_with(&pool, client).await["ClientId"].clone();
        server.user(&pool, "mara", PASSWORD).await;
        Scene {
            server,
            store,
            client: client.as_str().unwrap().to_owned(),
            pool,
        }
    }

    /// Loses the answer of the next commit about a user.
    fn lose(&self, loss: Loss) {
        self.store.lose(format!("p/{}/user/", self.pool), loss);
    }

    async fn sign_in(&self, password: &str) -> Answer {
        self.server.password_sign_in(&self.client, "mara", password).await
    }

    async fn exchange(&self, tokens: &Value) -> Answer {
        let body = json!({ "RefreshToken": tokens["RefreshToken"], "ClientId": self.client });
        self.server.call("GetTokensFromRefreshToken", body).await
    }

    async fn rows(&self, text: &str) -> usize {
        keys(&*self.store, text).await.len()
    }

    /// How often a wrong password is counted.
    async fn failures(&self) -> Option<Value> {
        let key = keys(&*self.store, "/lockout").await.pop()?;
        let row = self.server.app().platform.get(&key).await.unwrap().unwrap();
        Some(serde_json::from_str::<Value>(&row.body).unwrap()["count"].clone())
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(self.store.waiting(), 0, "nothing was lost");
        }
    }
}

/// Asserts that the answer is 503, in the words for it.
#[track_caller]
fn assert_unavailable(answer: &Answer) {
    let said = (
        answer.status,
        answer["__type"].as_str(),
        answer["message"].as_str(),
    );
    let expected = "The service is not available at the moment. Try again.";
    assert_eq!(said, (503, Some("InternalErrorException"), Some(expected)));
}

#[tokio::test]
async fn a_sign_in_that_was_committed_signs_in_once() {
    let scene = Scene::new().await;
    scene.lose(Loss::After);
    let tokens = scene.sign_in(PASSWORD).await.ok()["AuthenticationResult"].clone();
    assert_eq!(scene.rows("/refresh/").await, 1);
    scene.exchange(&tokens).await.ok();
}

#[tokio::test]
async fn a_sign_in_that_was_not_committed_is_told_as_unavailable_and_works_the_next_time() {
    let scene = Scene::new().await;
    scene.lose(Loss::Before);
    assert_unavailable(&scene.sign_in(PASSWORD).await);
    assert_eq!(scene.rows("/refresh/").await, 0);
    scene.sign_in(PASSWORD).await.ok();
    assert_eq!(scene.rows("/refresh/").await, 1);
}

#[tokio::test]
async fn a_wrong_password_is_judged_and_counted_once_or_not_at_all() {
    let scene = Scene::new().await;
    scene.lose(Loss::Before);
    assert_unavailable(&scene.sign_in(OTHER).await);
    assert_eq!(scene.failures().await, None);
    for count in 1..3 {
        scene.lose(Loss::After);
        scene
            .sign_in(OTHER)
            .await
            .assert_error("NotAuthorizedException", crate::WRONG);
        assert_eq!(scene.failures().await, Some(json!(count)));
    }
}

#[tokio::test]
async fn a_code_is_mailed_once_with_the_challenge_or_not_at_all() {
    let scene = Scene::new().await;
    let challenge = async || {
        let server = &scene.server;
        server
            .custom_sign_in(&scene.pool, &scene.client, "mara", PASSWORD)
            .await
    };
    scene.lose(Loss::Before);
    assert_unavailable(&challenge().await);
    assert_eq!(
        (scene.rows("/session/").await, scene.rows("/ledger").await),
        (0, 0)
    );
    assert_eq!(scene.server.unread_mails(), 0);
    scene.lose(Loss::After);
    let asked = challenge().await.ok();
    assert_eq!(scene.server.unread_mails(), 1);
    let code = scene.server.code_to("mara@example.com").await;
    let answer = json!({
        "ChallengeName": "CUSTOM_CHALLENGE",
        "ClientId": scene.client,
        "Session": asked["Session"],
        "ChallengeResponses": { "USERNAME": "mara", "ANSWER": code },
    });
    scene.lose(Loss::Before);
    assert_unavailable(&scene.server.call("RespondToAuthChallenge", answer.clone()).await);
    scene.lose(Loss::After);
    scene
        .server
        .call("RespondToAuthChallenge", answer.clone())
        .await
        .ok();
    assert_eq!(scene.rows("/refresh/").await, 1);
    scene
        .server
        .call("RespondToAuthChallenge", answer)
        .await
        .assert_error(
            "NotAuthorizedException",
            "Invalid session for the user, session can only be used once.",
        );
}

#[tokio::test]
async fn a_rotated_token_has_one_successor_or_is_good_still() {
    let scene = Scene::new().await;
    let tokens = scene.sign_in(PASSWORD).await.ok()["AuthenticationResult"].clone();
    scene.lose(Loss::Before);
    assert_unavailable(&scene.exchange(&tokens).await);
    scene.lose(Loss::After);
    let next = scene.exchange(&tokens).await.ok()["AuthenticationResult"].clone();
    scene.exchange(&next).await.ok();
}

#[tokio::test]
async fn a_user_is_created_and_invited_once_or_not_at_all() {
    let scene = Scene::new().await;
    let nia = json!({
        "UserPoolId": scene.pool,
        "Username": "nia",
        "DesiredDeliveryMediums": ["EMAIL"],
        "UserAttributes": [{ "Name": "email", "Value": "nia@example.com" }],
    });
    let before = scene.rows("").await;
    scene.lose(Loss::Before);
    assert_unavailable(&scene.server.call("AdminCreateUser", nia.clone()).await);
    assert_eq!((scene.rows("").await, scene.server.unread_mails()), (before, 0));
    scene.lose(Loss::After);
    scene.server.call("AdminCreateUser", nia).await.ok();
    assert_eq!(
        (scene.rows("/profile").await, scene.server.unread_mails()),
        (2, 1)
    );
    scene.server.mail_to("nia@example.com").await;
}

#[tokio::test]
async fn pools_and_clients_are_created_once_or_not_at_all() {
    let scene = Scene::new().await;
    let before = scene.rows("").await;
    for (prefix, operation, body, rows) in [
        ("pool/", "CreateUserPool", json!({ "PoolName": "another" }), 3),
        (
            "client-pool/",
            "CreateUserPoolClient",
            json!({ "UserPoolId": scene.pool, "ClientName": "another" }),
            6,
        ),
    ] {
        let already = scene.rows("").await;
        scene.store.lose(prefix, Loss::Before);
        assert_unavailable(&scene.server.call(operation, body.clone()).await);
        assert_eq!(scene.rows("").await, already);
        scene.store.lose(prefix, Loss::After);
        scene.server.call(operation, body).await.ok();
        assert_eq!(scene.rows("").await, before + rows);
    }
}

#[tokio::test]
async fn a_revocation_is_told_as_done_if_it_happened_for_the_audit_log_tells() {
    let scene = Scene::new().await;
    let tokens = scene.sign_in(PASSWORD).await.ok()["AuthenticationResult"].clone();
    let revoke = json!({ "Token": tokens["RefreshToken"], "ClientId": scene.client });
    scene.lose(Loss::Before);
    assert_unavailable(&scene.server.call("RevokeToken", revoke.clone()).await);
    assert_eq!(scene.rows("/refresh/").await, 1);
    // A row that is gone may be anybody's doing; the entry that was written with it is this request's.
    scene.lose(Loss::After);
    scene.server.call("RevokeToken", revoke.clone()).await.ok();
    assert_eq!(scene.rows("/refresh/").await, 0);
    scene.server.call("RevokeToken", revoke).await.ok();
}

#[tokio::test]
async fn a_user_is_deleted_whole_or_not_at_all() {
    let scene = Scene::new().await;
    scene.sign_in(PASSWORD).await.ok();
    let mara = json!({ "UserPoolId": scene.pool, "Username": "mara" });
    let before = scene.rows("").await;
    scene.lose(Loss::Before);
    assert_unavailable(&scene.server.call("AdminDeleteUser", mara.clone()).await);
    assert_eq!(scene.rows("").await, before);
    scene.lose(Loss::After);
    scene.server.call("AdminDeleteUser", mara.clone()).await.ok();
    for kind in ["/user/", "/by/", "/name/"] {
        assert_eq!(scene.rows(kind).await, 0);
    }
    let again = scene.server.call("AdminDeleteUser", mara).await;
    again.assert_error("UserNotFoundException", "User does not exist.");
}
