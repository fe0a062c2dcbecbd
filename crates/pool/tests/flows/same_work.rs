//! The work behind an answer must not tell who exists. Time is measured elsewhere; here the calls to the store are
//! counted, which take most of it.

use std::sync::Arc;

use poolhouse_pool::base::clock::Clock;
use poolhouse_pool::testing::srp::SrpClient;
use poolhouse_pool::testing::{TestPool, TestStore};
use poolhouse_store::testing::{Counting, Counts};
use serde_json::{Value, json};

use crate::PASSWORD;
use crate::identity::{kinds, pool_of};

/// The flows, each with what comes after the name.
const FLOWS: [&str; 5] = [
    "USER_PASSWORD_AUTH",
    "ADMIN_USER_PASSWORD_AUTH",
    "USER_SRP_AUTH",
    "CUSTOM_AUTH with SRP",
    "CUSTOM_AUTH",
];

/// A wrong password by this flow: the calls that each step took, and what the last one answered.
async fn steps(
    server: &TestPool,
    store: &Counting<TestStore>,
    (pool, client): (&str, &str),
    flow: &str,
    name: &str,
) -> (Vec<Counts>, Value) {
    let srp = SrpClient::new(pool, "Wrong-Horse-9!");
    let mut parameters = json!({ "USERNAME": name, "PASSWORD": "Wrong-Horse-9!", "SRP_A": srp.public_a() });
    if flow == "CUSTOM_AUTH with SRP" {
        parameters["CHALLENGE_NAME"] = json!("SRP_A");
    }
    let name_of_flow = flow.split(' ').next();
    let mut body = json!({ "AuthFlow": name_of_flow, "ClientId": client, "AuthParameters": parameters });
    let operation = if flow.starts_with("ADMIN") {
        body["UserPoolId"] = json!(pool);
        "AdminInitiateAuth"
    } else {
        "InitiateAuth"
    };
    store.take();
    let mut answer = server.call(operation, body).await;
    let mut counted = vec![store.take()];
    if answer["ChallengeName"] == "PASSWORD_VERIFIER" {
        let mut responses = srp.responses(&answer["ChallengeParameters"], server.clock().now());
        // As many clients do it, by the name that was typed.
        responses["USERNAME"] = json!(name);
        let body = json!({
            "ChallengeName": "PASSWORD_VERIFIER",
            "ClientId": client,
            "Session": answer["Session"],
            "ChallengeResponses": responses,
        });
        store.take();
        answer = server.call("RespondToAuthChallenge", body).await;
        counted.push(store.take());
    }
    (counted, answer.body)
}

#[tokio::test]
async fn known_unknown_and_disabled_users_take_the_same_calls_to_the_store_in_every_flow_and_pool() {
    let store = Arc::new(Counting::new(TestStore::new()));
    let server = TestPool::on(store.clone(), 11, |_| {}).await;
    for kind in kinds() {
        let (pool, client) = pool_of(&server, &kind).await;
        // The first call with a client looks up its pool, which is kept.
        server.password_sign_in(&client, "anybody", PASSWORD).await;
        for flow in FLOWS {
            let seen = async |name: &str| steps(&server, &store, (&pool, &client), flow, name).await;
            // New users for each flow, so that no lock speaks.
            let tag = flow.to_lowercase().replace(' ', "-");
            let [mara, disabled, nobody] = ["mara", "disabled", "nobody"].map(|who| format!("{who}-{tag}"));
            let address = |name: &str| format!("{name}@example.com");
            let by_address = kind.get("UsernameAttributes").is_some();
            for username in [&mara, &disabled] {
                let mut body = json!({
                    "UserPoolId": pool,
                    "Username": if by_address { address(username) } else { username.clone() },
                    "MessageAction": "SUPPRESS",
                    "UserAttributes": [
                        { "Name": "email", "Value": address(username) },
                        { "Name": "email_verified", "Value": "true" },
                    ],
                });
                server.call("AdminCreateUser", body.clone()).await.ok();
                body = json!({ "UserPoolId": pool, "Username": body["Username"] });
                if *username == disabled {
                    server.call("AdminDisableUser", body.clone()).await.ok();
                }
                body["Password"] = json!(PASSWORD);
                body["Permanent"] = json!(true);
                server.call("AdminSetUserPassword", body).await.ok();
            }
            let names = [&mara, &disabled, &nobody].map(|name| {
                // Whoever can be named by an address is; the others by the name.
                if kind == json!({}) || kind.get("UsernameConfiguration").is_some() {
                    name.clone()
                } else {
                    address(name)
                }
            });
            let known = seen(&names[0]).await;
            assert!(
                known.0.iter().all(|counts| counts.reads() > 0),
                "{flow} {kind} {known:?}"
            );
            for name in &names[1..] {
                assert_eq!(seen(name).await, known, "{flow} {kind} {name}");
            }
        }
    }
}
