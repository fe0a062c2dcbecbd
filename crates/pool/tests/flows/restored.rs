//! A database that is put back from a backup: what was proven, used, exchanged or revoked before stays worth nothing.

use std::sync::Arc;

use poolhouse_pool::base::clock::Clock;
use poolhouse_pool::records::restored::comes_back;
use poolhouse_pool::run::restoration::{self, Arriving};
use poolhouse_pool::testing::srp::SrpClient;
use poolhouse_pool::testing::{TestPool, TestStore};
use poolhouse_store::testing::WriteFresh as _;
use poolhouse_store::{Batch, Expect, Row};
use serde_json::{Value, json};

use crate::{PASSWORD, Scene};

/// Every row of a server's database.
async fn backup(server: &TestPool) -> Vec<Row> {
    let mut snapshot = server.store().snapshot().await.unwrap();
    snapshot.next(usize::MAX).await.unwrap()
}

fn put(batch: Batch, row: Row) -> Batch {
    match row.expires {
        Some(expires) => batch.put_until(row.key, Expect::Any, row.body, expires),
        None => batch.put(row.key, Expect::Any, row.body),
    }
}

/// A server on a database that has been put back, by `poolhouse restore` or by the database's own tools.
async fn restored(backup: Vec<Row>, in_place: bool) -> TestPool {
    restored_with(90, backup, in_place).await
}

/// The same by a command whose randomness begins with `seed`.
async fn restored_with(seed: u64, backup: Vec<Row>, in_place: bool) -> TestPool {
    let store = Arc::new(TestStore::new());
    let command = TestPool::with_keys(store.clone(), seed, TestPool::first_keys());
    let platform = &command.app().platform;
    let rows = |filter: fn(&str) -> bool| {
        let rows = backup.clone().into_iter().filter(move |row| filter(&row.key));
        rows.fold(Batch::new(), put)
    };
    if in_place {
        store.write(rows(|_| true)).await.unwrap();
    }
    let arriving = match in_place {
        true => Arriving::InPlace,
        false => Arriving::Restore,
    };
    restoration::begin(platform, arriving).await.unwrap();
    assert_eq!(restoration::arriving(platform).await.unwrap(), Some(arriving));
    if in_place {
        assert!(restoration::purge(platform).await.unwrap() > 0);
    } else {
        store.write(rows(comes_back)).await.unwrap();
    }
    restoration::end(platform, false).await.unwrap();
    let server = TestPool::after_restore(store, seed + 1).await;
    // The command ends with the second in which it began.
    server.clock().advance_seconds(1);
    server
}

/// What a client had in hand when the backup was made.
struct InHand {
    scene: Scene,
    unrevocable: String,
    tokens: Value,
    tokens_of_unrevocable: Value,
    session: Value,
    code: String,
    block: Value,
}

async fn in_hand() -> InHand {
    let scene = Scene::new().await;
    let members = json!({ "EnableTokenRevocation": false });
    let client = scene.server.client_with(&scene.pool, members).await;
    let unrevocable = client["ClientId"].as_str().unwrap().to_owned();
    let tokens = sign_in(&scene.server, &scene.client).await;
    let tokens_of_unrevocable = sign_in(&scene.server, &unrevocable).await;
    let session = scene.challenge().await["Session"].clone();
    let code = scene.code().await;
    let block = begun(&scene).await;
    InHand {
        scene,
        unrevocable,
        tokens,
        tokens_of_unrevocable,
        session,
        code,
        block,
    }
}

async fn sign_in(server: &TestPool, client: &str) -> Value {
    server.password_sign_in(client, "mara", PASSWORD).await.ok()["AuthenticationResult"].clone()
}

/// A PASSWORD_VERIFIER challenge that waits for its proof.
async fn begun(scene: &Scene) -> Value {
    let srp = SrpClient::new(&scene.pool, PASSWORD);
    let parameters = json!({ "USERNAME": "mara", "SRP_A": srp.public_a() });
    let body = json!({ "AuthFlow": "USER_SRP_AUTH", "ClientId": scene.client, "AuthParameters": parameters });
    scene.server.call("InitiateAuth", body).await.ok()["ChallengeParameters"].clone()
}

async fn refresh(server: &TestPool, client: &str, tokens: &Value) -> poolhouse_pool::testing::Answer {
    let body = json!({
        "AuthFlow": "REFRESH_TOKEN_AUTH",
        "ClientId": client,
        "AuthParameters": { "REFRESH_TOKEN": tokens["RefreshToken"] },
    });
    server.call("InitiateAuth", body).await
}

#[tokio::test]
async fn nothing_that_a_client_had_in_hand_before_is_worth_anything_afterwards() {
    let held = in_hand().await;
    let rows = backup(&held.scene.server).await;
    for in_place in [false, true] {
        let server = restored(rows.clone(), in_place).await;
        for (client, tokens) in [
            (&held.scene.client, &held.tokens),
            (&held.unrevocable, &held.tokens_of_unrevocable),
        ] {
            refresh(&server, client, tokens)
                .await
                .assert_error("NotAuthorizedException", "Invalid Refresh Token");
            server
                .call("GetUser", json!({ "AccessToken": tokens["AccessToken"] }))
                .await
                .assert_error("NotAuthorizedException", "Access Token has been revoked");
        }
        let answer = json!({
            "ChallengeName": "CUSTOM_CHALLENGE",
            "ClientId": held.scene.client,
            "Session": held.session,
            "ChallengeResponses": { "USERNAME": "mara", "ANSWER": held.code },
        });
        server
            .call("RespondToAuthChallenge", answer)
            .await
            .assert_error("NotAuthorizedException", "Invalid session for the user.");
        let srp = SrpClient::new(&held.scene.pool, PASSWORD);
        let responses = srp.responses(&held.block, server.clock().now());
        let proof = json!({ "ChallengeName": "PASSWORD_VERIFIER", "ClientId": held.scene.client, "ChallengeResponses": responses });
        let refused = server.call("RespondToAuthChallenge", proof).await;
        assert_eq!(refused.status, 400, "{}", refused.text);
        assert_eq!(server.unread_mails(), 0, "no mail of before leaves");

        let anew = sign_in(&server, &held.scene.client).await;
        server
            .call("GetUser", json!({ "AccessToken": anew["AccessToken"] }))
            .await
            .ok();
        refresh(&server, &held.scene.client, &anew).await.ok();
    }
}

#[tokio::test]
async fn a_second_restore_ends_what_was_made_after_the_first() {
    let held = in_hand().await;
    let rows = backup(&held.scene.server).await;
    let first = restored(rows, false).await;
    let tokens = sign_in(&first, &held.scene.client).await;
    let second = restored_with(95, backup(&first).await, true).await;
    refresh(&second, &held.scene.client, &tokens)
        .await
        .assert_error("NotAuthorizedException", "Invalid Refresh Token");
}

#[tokio::test]
async fn wrong_passwords_that_were_counted_before_count_afterwards() {
    let held = in_hand().await;
    for _ in 0..6 {
        held.scene
            .server
            .password_sign_in(&held.scene.client, "mara", "wrong")
            .await;
    }
    let server = restored(backup(&held.scene.server).await, false).await;
    server.clock().set(held.scene.server.clock().now());
    server
        .password_sign_in(&held.scene.client, "mara", PASSWORD)
        .await
        .assert_error("NotAuthorizedException", "Password attempts exceeded");
}

/// The same without the mark: the test above is one that can fail.
#[tokio::test]
async fn a_database_that_is_put_back_without_a_word_revives_all_of_it() {
    let held = in_hand().await;
    let store = Arc::new(TestStore::new());
    let rows = backup(&held.scene.server).await.into_iter();
    store.write(rows.fold(Batch::new(), put)).await.unwrap();
    let server = TestPool::after_restore(store, 91).await;
    refresh(&server, &held.scene.client, &held.tokens).await.ok();
    server
        .call("GetUser", json!({ "AccessToken": held.tokens["AccessToken"] }))
        .await
        .ok();
    server.ignore_mail();
}
