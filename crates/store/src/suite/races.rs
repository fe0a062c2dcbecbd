//! What must hold when many callers meet. Callers are held at a barrier, so that they really do.

use std::sync::Arc;

use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::{put, version_of};
use crate::testing::WriteFresh as _;
use crate::{Batch, CommitError, Expect, Scan, Store};

const CALLERS: usize = 64;

/// Commits one batch per caller at once, and answers how many were applied. Anything but a conflict is a failure.
async fn winners(store: &Arc<dyn Store>, batches: Vec<Batch>) -> usize {
    let start = Arc::new(Barrier::new(batches.len()));
    let mut callers = JoinSet::new();
    for batch in batches {
        let (store, start) = (Arc::clone(store), Arc::clone(&start));
        callers.spawn(async move {
            start.wait().await;
            let result = store.write(batch).await;
            assert!(
                matches!(result, Ok(_) | Err(CommitError::Conflict { .. })),
                "{result:?}"
            );
            result.is_ok()
        });
    }
    callers.join_all().await.into_iter().filter(|won| *won).count()
}

/// A counter raised by read, compare and set.
pub async fn parallel_increments_lose_nothing(store: Arc<dyn Store>) {
    put(&*store, "counter", "0").await;
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        let store = Arc::clone(&store);
        callers.spawn(async move {
            loop {
                let row = store.get("counter").await.unwrap().unwrap();
                let next = row.body.parse::<u64>().unwrap() + 1;
                let batch = Batch::new().put("counter", Expect::Version(row.version), next.to_string());
                if store.write(batch).await.is_ok() {
                    return;
                }
            }
        });
    }
    callers.join_all().await;
    assert_eq!(
        store.get("counter").await.unwrap().unwrap().body,
        CALLERS.to_string()
    );
}

/// How an email address is made unique.
pub async fn parallel_absent_puts_have_one_winner(store: Arc<dyn Store>) {
    for round in 0..8 {
        let key = format!("alias/{round}");
        let batch = |caller: usize| {
            let own = format!("user/{round}/{caller}");
            Batch::new()
                .put(&key, Expect::Absent, caller.to_string())
                .put(own, Expect::Absent, "{}")
        };
        assert_eq!(winners(&store, (0..CALLERS).map(batch).collect()).await, 1);
        let users = store
            .scan(Scan::prefix(format!("user/{round}/"), CALLERS))
            .await
            .unwrap();
        let alias = store.get(&key).await.unwrap().unwrap();
        assert_eq!(users.len(), 1);
        assert_eq!(users[0].key, format!("user/{round}/{}", alias.body));
        assert_eq!(users[0].version, alias.version);
    }
}

/// How a code is used once.
pub async fn parallel_deletes_have_one_winner(store: Arc<dyn Store>) {
    for round in 0..8 {
        let key = format!("code/{round}");
        let version = put(&*store, &key, "{}").await;
        let batch = Batch::new().delete(&key, Expect::Version(version));
        assert_eq!(winners(&store, vec![batch; CALLERS]).await, 1);
        assert_eq!(version_of(&*store, &key).await, None);
    }
}

/// Rows that are always written together are always read together.
pub async fn readers_see_whole_batches(store: Arc<dyn Store>) {
    const WRITES: usize = 200;
    let batch = |n: usize| {
        (0..5).fold(Batch::new(), |batch, row| {
            batch.put(format!("pair/{row}"), Expect::Any, n.to_string())
        })
    };
    store.write(batch(0)).await.unwrap();
    let mut readers = JoinSet::new();
    for _ in 0..4 {
        let store = Arc::clone(&store);
        readers.spawn(async move {
            loop {
                let rows = store.scan(Scan::prefix("pair/", 10)).await.unwrap();
                assert_eq!(rows.len(), 5);
                assert!(
                    rows.iter()
                        .all(|row| row.version == rows[0].version && row.body == rows[0].body)
                );
                if rows[0].body == WRITES.to_string() {
                    return;
                }
                tokio::task::yield_now().await;
            }
        });
    }
    for n in 1..=WRITES {
        store.write(batch(n)).await.unwrap();
    }
    readers.join_all().await;
}

/// Two batches that each write what the other expects to be absent: the order in which isolation often fails.
pub async fn checks_of_each_others_keys_have_one_winner(store: Arc<dyn Store>) {
    for round in 0..100 {
        let (left, right) = (format!("{round}/left"), format!("{round}/right"));
        let batches = vec![
            Batch::new()
                .check(&left, Expect::Absent)
                .put(&right, Expect::Any, "1"),
            Batch::new()
                .check(&right, Expect::Absent)
                .put(&left, Expect::Any, "2"),
        ];
        assert_eq!(winners(&store, batches).await, 1, "round {round}");
        assert_eq!(
            store
                .scan(Scan::prefix(format!("{round}/"), 3))
                .await
                .unwrap()
                .len(),
            1
        );
    }
}

/// One that lasts and one that expires: that there is one row at a key holds for both kinds together.
pub async fn absent_puts_of_both_kinds_have_one_winner(store: Arc<dyn Store>) {
    for round in 0..8 {
        let key = format!("alias/{round}");
        let batch = |caller: usize| match caller % 2 {
            0 => Batch::new().put(&key, Expect::Absent, caller.to_string()),
            _ => Batch::new().put_until(&key, Expect::Absent, caller.to_string(), 1),
        };
        assert_eq!(winners(&store, (0..16).map(batch).collect()).await, 1);
        let rows = store.scan(Scan::prefix(&key, 9)).await.unwrap();
        assert_eq!(rows.len(), 1, "round {round}");
        assert_eq!(store.get(&key).await.unwrap().as_ref(), rows.first());
    }
}

/// A row that is only expected to be there stays there until the batch is applied.
pub async fn who_depends_on_a_row_and_who_deletes_it_have_one_winner(store: Arc<dyn Store>) {
    for round in 0..50 {
        let (pool, user) = (format!("pool/{round}"), format!("user/{round}"));
        let version = put(&*store, &pool, "{}").await;
        let batches = vec![
            Batch::new()
                .check(&pool, Expect::Present)
                .put(&user, Expect::Absent, "{}"),
            Batch::new()
                .delete(&pool, Expect::Version(version))
                .check(&user, Expect::Absent),
        ];
        assert_eq!(winners(&store, batches).await, 1, "round {round}");
        let (pool, user) = (version_of(&*store, &pool).await, version_of(&*store, &user).await);
        assert_eq!(pool.is_some(), user.is_some(), "round {round}");
    }
}

/// Batches that expect nothing at all are applied one after the other all the same, also where a row is not there yet.
pub async fn blind_batches_are_applied_one_after_the_other(store: Arc<dyn Store>) {
    for round in 0..50 {
        let (left, right) = (format!("pair/{round}/left"), format!("pair/{round}/right"));
        let batches = vec![
            Batch::new()
                .put(&left, Expect::Any, "1")
                .delete(&right, Expect::Any),
            Batch::new()
                .put(&left, Expect::Any, "2")
                .put(&right, Expect::Any, "2"),
        ];
        assert_eq!(winners(&store, batches).await, 2);
        let rows = store
            .scan(Scan::prefix(format!("pair/{round}/"), 3))
            .await
            .unwrap();
        let bodies: Vec<&str> = rows.iter().map(|row| row.body.as_str()).collect();
        assert!(
            bodies == ["1"] || bodies == ["2", "2"],
            "round {round}: {bodies:?}"
        );
    }
}

/// By the caller itself and by any other, whichever connection serves them.
pub async fn a_commit_is_seen_by_the_next_read(store: Arc<dyn Store>) {
    let mut callers = JoinSet::new();
    for caller in 0..8 {
        let store = Arc::clone(&store);
        callers.spawn(async move {
            for n in 0..25 {
                let key = format!("{caller}/{n}");
                let version = put(&*store, &key, "{}").await;
                let store = Arc::clone(&store);
                let seen = tokio::spawn(async move { version_of(&*store, &key).await });
                assert_eq!(seen.await.unwrap(), Some(version));
            }
        });
    }
    callers.join_all().await;
}
