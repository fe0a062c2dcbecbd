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
        // The refresh token has expired, and its row still says so.
        (31 * 24 * 3600, [0, 0, 0, 1]),
        (30 * 24 * 3600, [0, 0, 0, 0]),
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

/// Rows of names that nobody has, as a flood of sign-ins leaves them: failures that ended, or that still count.
async fn flood(server: &TestServer, rows: std::ops::Range<usize>, last: i64) {
    let body = json!({ "count": 1, "last": last }).to_string();
    let batch = rows.fold(poolhouse_store::Batch::new(), |batch, row| {
        let key = format!("lockout/us-east-1_AbCd12345/{row:06}");
        batch.put(key, poolhouse_store::Expect::Any, body.clone())
    });
    server.store().commit(batch).await.unwrap();
}

#[tokio::test]
async fn a_flood_of_unknown_names_is_swept_ten_thousand_a_round() {
    let server = TestServer::new().await;
    flood(&server, 0..12_000, 0).await;
    for left in [2_000, 0] {
        server.sweep().await;
        assert_eq!(count(&server, "lockout/").await, left);
    }
}

#[tokio::test]
async fn a_crawl_through_rows_that_count_still_reaches_the_last_one() {
    let server = TestServer::new().await;
    flood(&server, 0..1_000, i64::MAX / 2).await;
    flood(&server, 1_000..1_200, 0).await;
    for left in [1_200, 1_200, 1_000, 1_000] {
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
