//! One id for every name, known or not, and what is shown and counted under it.

use std::collections::BTreeSet;

use poolhouse_pool::testing::srp::SrpClient;
use poolhouse_pool::testing::{Answer, TestPool};
use serde_json::{Value, json};

use crate::{PASSWORD, WRONG};

/// The kinds of pools by how people sign in: a name, a name whatever its case, an address, a name or an address.
pub fn kinds() -> [Value; 4] {
    [
        json!({}),
        json!({ "UsernameConfiguration": { "CaseSensitive": false } }),
        json!({ "UsernameAttributes": ["email", "phone_number"] }),
        json!({ "AliasAttributes": ["email", "phone_number", "preferred_username"] }),
    ]
}

/// A pool of this kind that asks for a code, and a client that is not told who exists.
pub async fn pool_of(server: &TestPool, kind: &Value) -> (String, String) {
    let model = server.confirm_pool().await;
    let described = server
        .call("DescribeUserPool", json!({ "UserPoolId": model }))
        .await
        .ok();
    let mut members = kind.clone();
    members["LambdaConfig"] = described["UserPool"]["LambdaConfig"].clone();
    let pool = server.pool_with(members).await;
    server.require_code(&pool, None, false).await;
    let hides = json!({ "PreventUserExistenceErrors": "ENABLED" });
    let client = server.client_with(&pool, hides).await;
    (pool, client["ClientId"].as_str().unwrap().to_owned())
}

/// A user with this username and a verified address.
async fn user(server: &TestPool, pool: &str, username: &str, email: Option<&str>) -> String {
    let attributes = email.map(
        |email| json!([{ "Name": "email", "Value": email }, { "Name": "email_verified", "Value": "true" }]),
    );
    let body = json!({
        "UserPoolId": pool,
        "Username": username,
        "MessageAction": "SUPPRESS",
        "UserAttributes": attributes,
    });
    let made = server.call("AdminCreateUser", body).await.ok();
    let body = json!({ "UserPoolId": pool, "Username": username, "Password": PASSWORD, "Permanent": true });
    server.call("AdminSetUserPassword", body).await.ok();
    let attributes = made["User"]["Attributes"].as_array().unwrap().clone();
    let sub = attributes
        .iter()
        .find(|attribute| attribute["Name"] == "sub")
        .unwrap();
    sub["Value"].as_str().unwrap().to_owned()
}

async fn begin(server: &TestPool, client: &str, flow: &str, name: &str) -> Answer {
    let srp_a = SrpClient::new("us-east-1_any", PASSWORD).public_a();
    let parameters = json!({ "USERNAME": name, "SRP_A": srp_a, "CHALLENGE_NAME": "SRP_A" });
    let body = json!({ "AuthFlow": flow, "ClientId": client, "AuthParameters": parameters });
    server.call("InitiateAuth", body).await
}

/// What the first answer shows of who is asked for.
async fn shown(server: &TestPool, client: &str, name: &str) -> [Value; 3] {
    let answer = begin(server, client, "USER_SRP_AUTH", name).await.ok();
    ["SALT", "USERNAME", "USER_ID_FOR_SRP"].map(|member| answer["ChallengeParameters"][member].clone())
}

#[tokio::test]
async fn blocks_and_sessions_have_one_length_whoever_signs_in_and_wherever() {
    let server = TestPool::new().await;
    let (mut blocks, mut sessions) = (BTreeSet::new(), BTreeSet::new());
    for kind in kinds() {
        let (pool, client) = pool_of(&server, &kind).await;
        let known = if kind.get("UsernameAttributes").is_some() {
            vec!["a@b.example".to_owned(), format!("{}@b.example", "a".repeat(60))]
        } else {
            vec!["a".to_owned(), "a".repeat(128), "\"".repeat(128), "𝒳".repeat(128)]
        };
        for name in &known {
            user(&server, &pool, name, None).await;
        }
        let unknown = [
            "b",
            "+15550100",
            "b@c.example",
            "1c7a1b8e-6f0e-4b5e-9a55-0d2f7cf1a1aa",
        ];
        let long = [
            "b".repeat(128),
            "\\".repeat(128),
            "𝒴".repeat(128),
            "b".repeat(512),
        ];
        let names = known.into_iter().chain(unknown.map(str::to_owned)).chain(long);
        for name in names {
            for flow in ["USER_SRP_AUTH", "CUSTOM_AUTH"] {
                let answer = begin(&server, &client, flow, &name).await.ok();
                blocks.insert(
                    answer["ChallengeParameters"]["SECRET_BLOCK"]
                        .as_str()
                        .map(str::len),
                );
                sessions.extend(answer["Session"].as_str().map(str::len));
            }
        }
    }
    assert_eq!((blocks.len(), sessions.len()), (1, 1), "{blocks:?} {sessions:?}");
}

#[tokio::test]
async fn a_name_that_does_not_fit_is_an_error_and_no_longer_block() {
    let server = TestPool::new().await;
    let (_, client) = pool_of(&server, &json!({})).await;
    for name in [
        "a".repeat(513),
        "𝒳".repeat(129),
        "a\0".to_owned(),
        "\u{1}".repeat(128),
    ] {
        for flow in ["USER_SRP_AUTH", "CUSTOM_AUTH"] {
            begin(&server, &client, flow, &name).await.assert_error(
                "InvalidParameterException",
                "USERNAME is not a name that a user can have.",
            );
        }
    }
}

/// In a pool with aliases the user has a username that looks like an id, as advised there.
#[tokio::test]
async fn a_name_and_the_id_shown_for_it_look_the_same_tried_in_turn() {
    let server = TestPool::new().await;
    for kind in &kinds()[2..] {
        let (pool, client) = pool_of(&server, kind).await;
        if kind.get("UsernameAttributes").is_some() {
            user(&server, &pool, "mara@example.com", None).await;
        } else {
            let username = "1c7a1b8e-6f0e-4b5e-9a55-0d2f7cf1a1aa";
            user(&server, &pool, username, Some("mara@example.com")).await;
        }
        for name in ["mara@example.com", "nobody@example.com"] {
            let by_name = shown(&server, &client, name).await;
            let id = by_name[2].as_str().unwrap();
            assert_eq!(id.len(), 36, "{name} {kind}");
            assert_eq!(by_name, shown(&server, &client, name).await, "{name} {kind}");
            assert_eq!(by_name, shown(&server, &client, id).await, "{name} {kind}");
            // And guesses at one count for the other.
            for attempt in 0..5 {
                let name = if attempt % 2 == 0 { name } else { id };
                let answer = server.password_sign_in(&client, name, "Wrong-Horse-9!").await;
                answer.assert_error("NotAuthorizedException", WRONG);
            }
            for name in [name, id] {
                let answer = server.password_sign_in(&client, name, "Wrong-Horse-9!").await;
                answer.assert_error("NotAuthorizedException", "Password attempts exceeded");
            }
        }
    }
}

#[tokio::test]
async fn an_unknown_name_is_somebody_else_in_another_pool() {
    let server = TestPool::new().await;
    let kind = json!({ "UsernameAttributes": ["email"] });
    let (_, one) = pool_of(&server, &kind).await;
    let (_, other) = pool_of(&server, &kind).await;
    let (one, other) = (
        shown(&server, &one, "nobody@example.com").await,
        shown(&server, &other, "nobody@example.com").await,
    );
    assert_ne!(one[0], other[0]);
    assert_ne!(one[2], other[2]);
}

#[tokio::test]
async fn a_sub_that_is_not_the_username_signs_in_nobody_and_locks_nobody_out() {
    let server = TestPool::new().await;
    for kind in [json!({}), json!({ "AliasAttributes": ["email"] })] {
        let (pool, client) = pool_of(&server, &kind).await;
        let sub = user(&server, &pool, "mara", None).await;
        for _ in 0..2 {
            for answer in [
                server.password_sign_in(&client, &sub, PASSWORD).await,
                server.srp_sign_in(&pool, &client, &sub, PASSWORD).await,
                server.custom_sign_in(&pool, &client, &sub, PASSWORD).await,
            ] {
                assert!(answer.status == 400, "{}", answer.text);
            }
        }
        let answer = server.password_sign_in(&client, &sub, PASSWORD).await;
        answer.assert_error("NotAuthorizedException", "Password attempts exceeded");
        server.password_sign_in(&client, "mara", PASSWORD).await.ok();
        let told = server.client(&pool).await;
        let answer = server.password_sign_in(&told, &sub, PASSWORD).await;
        answer.assert_error("UserNotFoundException", "User does not exist.");
        // Administrators name users by it.
        let body = json!({ "UserPoolId": pool, "Username": sub });
        assert_eq!(server.call("AdminGetUser", body).await.ok()["Username"], "mara");
    }
}

#[tokio::test]
async fn capitals_that_were_stored_and_not_typed_are_not_told() {
    let server = TestPool::new().await;
    let kind = json!({ "UsernameConfiguration": { "CaseSensitive": false } });
    let (pool, client) = pool_of(&server, &kind).await;
    user(&server, &pool, "MaRa", None).await;
    for (typed, told) in [
        ("mara", "mara"),
        ("MARA", "mara"),
        ("nobody", "nobody"),
        ("NOBODY", "nobody"),
    ] {
        let [_, username, id] = shown(&server, &client, typed).await;
        assert_eq!((username, id), (json!(told), json!(told)), "{typed}");
    }
    let tokens = server.srp_sign_in(&pool, &client, "mARA", PASSWORD).await.ok();
    let claims = crate::claims(&tokens["AuthenticationResult"]["AccessToken"]);
    assert_eq!(claims["username"], "MaRa");
    server.password_sign_in(&client, "maRA", PASSWORD).await.ok();
}
