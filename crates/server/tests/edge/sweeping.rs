//! What the sweeper removes, and what it leaves.

use poolhouse_store::Scan;
use poolhouse_testkit::TestServer;
use serde_json::json;

async fn count(server: &TestServer, prefix: &str) -> usize {
    server
        .store()
        .scan(Scan::prefix(prefix, 10_000))
        .await
        .unwrap()
        .len()
}

#[tokio::test]
async fn sign_ins_failures_ledgers_and_refresh_tokens_go_when_their_time_is_over() {
    let server = TestServer::new().await;
    let pool = server.confirm_pool().await;
    let client = server.client(&pool).await;
    server.user(&pool, "mara", "Correct-Horse-9!").await;
    server
        .password_sign_in(&client, "mara", "Correct-Horse-9!")
        .await
        .ok();
    let challenge = server
        .custom_sign_in(&pool, &client, "mara", "Correct-Horse-9!")
        .await
        .ok();
    assert_eq!(challenge["ChallengeName"], "CUSTOM_CHALLENGE");
    server.ignore_mail();
    server.password_sign_in(&client, "mara", "wrong-Horse-9!").await;
    let prefixes = ["session/", "lockout/", "ledger/", "refresh/"];
    // The second session row says that the password's proof was used; it stays an hour longer than the proof is good.
    for (seconds, expected) in [
        (0, [2, 1, 1, 1]),
        (181, [1, 1, 1, 1]),
        (900, [1, 0, 1, 1]),
        (3600, [0, 0, 1, 1]),
        (2 * 24 * 3600, [0, 0, 0, 1]),
        (31 * 24 * 3600, [0, 0, 0, 0]),
    ] {
        server.clock().advance_seconds(seconds);
        server.sweep().await;
        for (prefix, expected) in prefixes.into_iter().zip(expected) {
            assert_eq!(
                count(&server, prefix).await,
                expected,
                "{prefix} {seconds} s later"
            );
        }
    }
}

#[tokio::test]
async fn a_crawl_of_many_pages_reaches_every_row() {
    let server = TestServer::new().await;
    let mut batch = poolhouse_store::Batch::new();
    for row in 0..1200 {
        let body = json!({ "count": 1, "last": 0 }).to_string();
        batch = batch.put(
            format!("lockout/us-east-1_AbCd12345/{row:04}"),
            poolhouse_store::Expect::Any,
            body,
        );
    }
    server.store().commit(batch).await.unwrap();
    for left in [700, 200, 0] {
        server.sweep().await;
        assert_eq!(count(&server, "lockout/").await, left);
    }
}

#[tokio::test]
async fn what_a_deleted_pool_left_behind_goes_too() {
    let server = TestServer::new().await;
    let pool = server.pool().await;
    server.user(&pool, "mara", "Correct-Horse-9!").await;
    server
        .call("DeleteUserPool", json!({ "UserPoolId": pool }))
        .await
        .ok();
    // As if a request that was under way had written after the pool went.
    let late = poolhouse_store::Batch::new()
        .put(format!("user/{pool}/late"), poolhouse_store::Expect::Any, "{}")
        .put(format!("deleting/{pool}"), poolhouse_store::Expect::Any, "null");
    server.store().commit(late).await.unwrap();
    server.sweep().await;
    assert_eq!(
        [count(&server, "user/").await, count(&server, "deleting/").await],
        [0, 0]
    );
}
