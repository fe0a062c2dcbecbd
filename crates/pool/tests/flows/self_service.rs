//! People who look after themselves, in a pool that asks for a code: no new door, and nobody told who exists.

use std::sync::Arc;

use poolhouse_pool::testing::{Answer, TestPool, TestStore};
use poolhouse_store::testing::{Counting, Counts};
use serde_json::{Value, json};

use crate::PASSWORD;

/// A pool that asks for a code and verifies addresses, and a client that is not told who exists.
struct Open {
    server: TestPool,
    pool: String,
    client: String,
}

impl Open {
    async fn on(server: TestPool) -> Open {
        let pool = server.confirm_pool().await;
        let mut update = server
            .call("DescribeUserPool", json!({ "UserPoolId": pool }))
            .await
            .ok()["UserPool"]
            .clone();
        update = json!({
            "UserPoolId": pool,
            "LambdaConfig": update["LambdaConfig"],
            "AutoVerifiedAttributes": ["email"],
        });
        server.call("UpdateUserPool", update).await.ok();
        let hides = json!({ "PreventUserExistenceErrors": "ENABLED" });
        let client = server.client_with(&pool, hides).await;
        Open {
            client: client["ClientId"].as_str().unwrap().to_owned(),
            server,
            pool,
        }
    }

    async fn call(&self, operation: &str, name: &str, members: Value) -> Answer {
        let mut body = json!({ "ClientId": self.client, "Username": name });
        body.as_object_mut()
            .unwrap()
            .extend(members.as_object().unwrap().clone());
        self.server.call(operation, body).await
    }

    /// Signs somebody up and returns the code.
    async fn sign_up(&self, name: &str) -> String {
        let email = format!("{name}@example.com");
        let attributes = json!([{ "Name": "email", "Value": email }]);
        let members = json!({ "Password": PASSWORD, "UserAttributes": attributes });
        self.call("SignUp", name, members).await.ok();
        self.server.code_to(&email).await
    }
}

#[tokio::test]
async fn door_a_sign_up_that_is_confirmed_signs_nobody_in_without_a_code() {
    let scene = Open::on(TestPool::new().await).await;
    let (server, pool, client) = (&scene.server, &scene.pool, &scene.client);
    let code = scene.sign_up("anna").await;
    let unconfirmed = server.custom_sign_in(pool, client, "anna", PASSWORD).await;
    unconfirmed.assert_error("UserNotConfirmedException", "User is not confirmed.");
    let confirmed = scene
        .call("ConfirmSignUp", "anna", json!({ "ConfirmationCode": code }))
        .await;
    assert_eq!((confirmed.status, confirmed.text.as_str()), (200, "{}"));
    let refused = server.password_sign_in(client, "anna", PASSWORD).await;
    refused.assert_error(
        "InvalidParameterException",
        "USER_PASSWORD_AUTH would sign in without a confirm code, which this user pool requires. Use CUSTOM_AUTH.",
    );
    let challenge = server.custom_sign_in(pool, client, "anna", PASSWORD).await.ok();
    assert_eq!(challenge["ChallengeName"], "CUSTOM_CHALLENGE");
    let body = json!({
        "ChallengeName": "CUSTOM_CHALLENGE",
        "ClientId": client,
        "Session": challenge["Session"],
        "ChallengeResponses": { "USERNAME": "anna", "ANSWER": server.code_to("anna@example.com").await },
    });
    let tokens = server.call("RespondToAuthChallenge", body).await.ok();
    assert!(tokens["AuthenticationResult"]["AccessToken"].is_string());
}

#[tokio::test]
async fn r6_a_sign_up_that_an_administrator_confirms_gets_no_code_at_an_address_that_nobody_verified() {
    let scene = Open::on(TestPool::new().await).await;
    scene.sign_up("anna").await;
    let user = json!({ "UserPoolId": scene.pool, "Username": "anna" });
    scene.server.call("AdminConfirmSignUp", user).await.ok();
    let refused = scene
        .server
        .custom_sign_in(&scene.pool, &scene.client, "anna", PASSWORD)
        .await;
    assert_eq!(
        refused["__type"], "UserLambdaValidationException",
        "{}",
        refused.text
    );
    assert_eq!(scene.server.unread_mails(), 0);
}

/// A forgotten password is replaced by a mail, and the code of a sign-in comes by mail, too: the reset itself signs nobody in,
/// and the code is still asked for.
#[tokio::test]
async fn door_a_forgotten_password_that_was_replaced_signs_nobody_in_without_a_code() {
    let scene = Open::on(TestPool::new().await).await;
    let (server, pool, client) = (&scene.server, &scene.pool, &scene.client);
    server.user(pool, "mara", PASSWORD).await;
    scene.call("ForgotPassword", "mara", json!({})).await.ok();
    let new = "Battery-Staple-1";
    let members = json!({ "ConfirmationCode": server.code_to("mara@example.com").await, "Password": new });
    let answer = scene.call("ConfirmForgotPassword", "mara", members).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));
    let refused = server.password_sign_in(client, "mara", new).await;
    assert_eq!(refused["__type"], "InvalidParameterException", "{}", refused.text);
    let challenge = server.custom_sign_in(pool, client, "mara", new).await.ok();
    assert_eq!(challenge["ChallengeName"], "CUSTOM_CHALLENGE");
    server.code_to("mara@example.com").await;
}

#[tokio::test]
async fn l1_a_forgotten_password_that_was_replaced_opens_what_wrong_codes_have_locked() {
    let scene = Open::on(TestPool::new().await).await;
    let (server, pool, client) = (&scene.server, &scene.pool, &scene.client);
    server.user(pool, "mara", PASSWORD).await;
    let mut results = Vec::new();
    for _ in 0..4 {
        // So that no mail is held back.
        server.clock().advance_seconds(60);
        let mut challenge = server.custom_sign_in(pool, client, "mara", PASSWORD).await.ok();
        for _ in 0..3 {
            let body = json!({
                "ChallengeName": "CUSTOM_CHALLENGE",
                "ClientId": client,
                "Session": challenge["Session"],
                "ChallengeResponses": { "USERNAME": "mara", "ANSWER": "no code" },
            });
            let answer = server.call("RespondToAuthChallenge", body).await;
            if answer.status != 200 {
                break;
            }
            challenge = answer.body;
            results.push(challenge["ChallengeParameters"]["result"].clone());
        }
    }
    assert_eq!(results.last(), Some(&json!("locked")), "{results:?}");
    server.ignore_mail();
    scene.call("ForgotPassword", "mara", json!({})).await.ok();
    let new = "Battery-Staple-1";
    let members = json!({ "ConfirmationCode": server.code_to("mara@example.com").await, "Password": new });
    scene.call("ConfirmForgotPassword", "mara", members).await.ok();
    let challenge = server.custom_sign_in(pool, client, "mara", new).await.ok();
    assert_eq!(challenge["ChallengeParameters"]["result"], "sent");
}

/// What a call took of the store, and its exact answer.
async fn seen(
    scene: &Open,
    store: &Counting<TestStore>,
    operation: &str,
    name: &str,
    members: Value,
) -> (Counts, u16, String) {
    store.take();
    let answer = scene.call(operation, name, members).await;
    (store.take(), answer.status, answer.text)
}

#[tokio::test]
async fn known_unknown_and_disabled_users_cannot_be_told_apart_by_a_code_that_is_sent_again() {
    let store = Arc::new(Counting::new(TestStore::new()));
    let scene = Open::on(TestPool::on(store.clone(), 11, |_| {}).await).await;
    scene.sign_up("nina").await;
    scene.sign_up("nele").await;
    let user = json!({ "UserPoolId": scene.pool, "Username": "nele" });
    scene.server.call("AdminDisableUser", user).await.ok();
    scene.server.user(&scene.pool, "nora", PASSWORD).await;
    let resend = "ResendConfirmationCode";
    let confirm = "ConfirmSignUp";
    let wrong = json!({ "ConfirmationCode": "none" });
    // The client's pool is looked up once and kept.
    scene.call(resend, "somebody", json!({})).await.ok();
    let mut sent = Vec::new();
    for name in ["nina", "nele", "nora", "nobody"] {
        let (counts, status, text) = seen(&scene, &store, resend, name, json!({})).await;
        let same = text.replace(|c: char| c.is_ascii_lowercase(), "x");
        sent.push((counts, status, same));
    }
    assert!(sent[0].0.commits > 0);
    assert!(sent.iter().all(|one| *one == sent[0]), "{sent:#?}");
    let mut judged = Vec::new();
    for name in ["nina", "nele", "nobody"] {
        judged.push(seen(&scene, &store, confirm, name, wrong.clone()).await);
    }
    assert!(judged[0].2.contains("CodeMismatchException"), "{judged:?}");
    assert!(judged.iter().all(|one| *one == judged[0]), "{judged:#?}");
    scene.server.ignore_mail();
}

#[tokio::test]
async fn known_unknown_and_disabled_users_cannot_be_told_apart_by_a_forgotten_password() {
    let store = Arc::new(Counting::new(TestStore::new()));
    let scene = Open::on(TestPool::on(store.clone(), 11, |_| {}).await).await;
    for name in ["nina", "nele"] {
        scene.server.user(&scene.pool, name, PASSWORD).await;
    }
    let user = json!({ "UserPoolId": scene.pool, "Username": "nele" });
    scene.server.call("AdminDisableUser", user).await.ok();
    scene.call("ForgotPassword", "somebody", json!({})).await.ok();
    let mut seen_of = Vec::new();
    for name in ["nina", "nele", "nobody"] {
        let mut steps = Vec::new();
        let wrong = json!({ "ConfirmationCode": "none", "Password": "weak-1" });
        let calls = [
            ("ConfirmForgotPassword", wrong.clone()),
            ("ForgotPassword", json!({})),
            ("ConfirmForgotPassword", wrong),
        ];
        for (operation, members) in calls {
            let (counts, status, text) = seen(&scene, &store, operation, name, members).await;
            // The first letters of addresses differ, as they do between users.
            let made_up = text
                .split_once("\"Destination\":\"")
                .map(|(before, after)| format!("{before}\"Destination\":\"?***@?***{}", &after[9..]));
            steps.push((counts, status, made_up.unwrap_or(text)));
        }
        seen_of.push(steps);
    }
    assert!(seen_of[0][1].0.commits > 0);
    assert_eq!(seen_of[1], seen_of[0]);
    assert_eq!(seen_of[2], seen_of[0]);
    scene.server.ignore_mail();
}
