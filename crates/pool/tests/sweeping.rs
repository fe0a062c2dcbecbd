//! What the sweeper removes, and what it leaves.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use poolhouse_pool::base::clock::Millis;
use poolhouse_pool::records::{Deleting, Failures, RecordBatch};
use poolhouse_pool::testing::TestPool;
use poolhouse_store::{Batch, Expect, Scan};
use serde_json::json;

/// How many rows there are beside the audit log whose key holds this.
async fn count(server: &TestPool, part: &str) -> usize {
    let rows = server.store().scan(Scan::prefix("", 100_000)).await.unwrap();
    let rows = rows.iter().filter(|row| !row.key.contains("/audit"));
    rows.filter(|row| row.key.contains(part)).count()
}

#[tokio::test]
async fn sign_ins_failures_and_refresh_tokens_go_when_their_time_is_over_and_a_ledger_with_its_user() {
    let server = TestPool::new().await;
    let pool = server.open_confirm_pool().await;
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
    let prefixes = ["/session/", "/answered/", "/lockout", "/ledger", "/refresh/"];
    // Every row stays an hour longer than it counts, or longer still where somebody may come back and is to be told why.
    for (seconds, expected) in [
        (0, [1, 1, 1, 1, 1]),
        (3600 + 180, [0, 0, 1, 1, 1]),
        (720, [0, 0, 0, 1, 1]),
        (3 * 24 * 3600, [0, 0, 0, 1, 1]),
        // The refresh token has expired, and its row still says so.
        (31 * 24 * 3600, [0, 0, 0, 1, 1]),
        (30 * 24 * 3600, [0, 0, 0, 1, 0]),
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
    let gone = json!({ "UserPoolId": pool, "Username": "mara" });
    server.call("AdminDeleteUser", gone).await.ok();
    assert_eq!(count(&server, "/ledger").await, 0);
}

/// Rows of names that nobody has, as a flood of sign-ins leaves them.
async fn flood(server: &TestPool, rows: std::ops::Range<usize>, last: Millis) {
    let failures = Failures::after(None, last);
    let batch = rows.fold(Batch::new(), |batch, row| {
        let key = Failures::key("us-east-1_AbCd12345", &format!("{row:06}"));
        batch.record(key, Expect::Any, &failures)
    });
    server.app().platform.commit(batch).await.unwrap();
}

#[tokio::test]
async fn a_flood_of_unknown_names_is_gone_with_one_round_and_what_still_counts_stays() {
    let server = TestPool::new().await;
    let now = server.app().platform.now();
    flood(&server, 0..12_000, now.plus_seconds(-2 * 3600)).await;
    flood(&server, 12_000..12_200, now).await;
    server.sweep().await;
    assert_eq!(count(&server, "/lockout").await, 200);
}

#[tokio::test]
async fn wrong_passwords_that_could_fill_a_day_are_kept_for_the_day() {
    let server = TestPool::new().await;
    let now = server.app().platform.now();
    for (name, failures) in [("five", 5), ("six", 6)] {
        let counted = (0..failures).fold(None, |before, _| {
            Some(Failures::after(before, now.plus_seconds(-2 * 3600)))
        });
        let key = Failures::key("us-east-1_AbCd12345", name);
        let batch = Batch::new().record(key, Expect::Any, &counted.unwrap());
        server.app().platform.commit(batch).await.unwrap();
    }
    server.sweep().await;
    assert_eq!(
        (count(&server, "/five/").await, count(&server, "/six/").await),
        (0, 1)
    );
    server.clock().advance_seconds(23 * 3600);
    server.sweep().await;
    assert_eq!(count(&server, "/six/").await, 0);
}

#[tokio::test]
async fn what_a_deleted_pool_or_user_left_behind_goes_too() {
    let server = TestPool::new().await;
    let pool = server.pool().await;
    let sub = server.user(&pool, "mara", "Correct-Horse-9!").await;
    let gone = server.pool().await;
    server
        .call("DeleteUserPool", json!({ "UserPoolId": gone }))
        .await
        .ok();
    server
        .call(
            "AdminDeleteUser",
            json!({ "UserPoolId": pool, "Username": "mara" }),
        )
        .await
        .ok();
    // As if requests that were under way had written after pool and user went, and the process had died.
    let now = server.app().platform.now();
    let failures = Failures::after(None, now);
    let late = Batch::new()
        .create(Failures::key(&gone, "somebody"), &failures)
        .create(Deleting::pool(&gone), &Deleting(now))
        .create(Failures::key(&pool, &sub), &failures)
        .create(Deleting::user(&pool, &sub), &Deleting(now));
    server.app().platform.commit(late).await.unwrap();
    server.sweep().await;
    for part in [gone.as_str(), sub.as_str(), "deleting/"] {
        assert_eq!(count(&server, part).await, 0, "{part}");
    }
    assert_eq!(count(&server, &pool).await, 2, "the pool and its signing keys");
}
