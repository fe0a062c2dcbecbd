//! The stores for tests do what they say, for a test that relies on them cannot see it.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::HashSet;
use std::error::Error as _;

use poolhouse_store::testing::{
    Counting, Counts, Hooked, Losing, Loss, Lost, WriteFresh as _, fresh_version,
};
use poolhouse_store::{Batch, CommitError, Expect, Memory, Scan, Store};

async fn count(store: &dyn Store, prefix: &str) -> usize {
    store.scan(Scan::prefix(prefix, 100)).await.unwrap().len()
}

fn put(key: &str, expect: Expect) -> Batch {
    Batch::new().put(key, expect, "{}")
}

#[tokio::test]
async fn a_hook_makes_the_commit_it_waits_for_lose_its_race_once() {
    let store = Hooked::new(Memory::new());
    store.before_commit_at("a/", |store| async move {
        store.write(put("a/1", Expect::Absent)).await.unwrap();
    });
    store.write(put("b/1", Expect::Absent)).await.unwrap();
    store.write(put("a", Expect::Absent)).await.unwrap();
    assert_eq!(store.waiting(), 1);
    assert_eq!(count(&store, "a/").await, 0);
    let lost = store.write(put("a/1", Expect::Absent)).await;
    assert!(matches!(lost, Err(CommitError::Conflict { key }) if key == "a/1"));
    assert_eq!(store.waiting(), 0);
    store.write(put("a/1", Expect::Present)).await.unwrap();
    assert_eq!(count(store.inner(), "").await, 3);
}

#[tokio::test]
async fn a_hook_changes_a_row_right_before_it_is_read_once() {
    let store = Hooked::new(Memory::new());
    for _ in 0..2 {
        store.before_read_of("k", |store| async move {
            store.write(put("k", Expect::Absent)).await.unwrap();
        });
        assert!(store.get("k/1").await.unwrap().is_none());
        assert_eq!(store.waiting(), 1);
        let rows = store.get_many(&["k/1", "k"]).await.unwrap();
        assert!(rows[1].is_some());
        assert_eq!(store.waiting(), 0);
        store
            .write(Batch::new().delete("k", Expect::Present))
            .await
            .unwrap();
        assert!(store.get("k").await.unwrap().is_none());
    }
}

#[tokio::test]
async fn several_hooks_run_one_a_commit_in_their_order() {
    let store = Hooked::new(Memory::new());
    for n in 0..2 {
        store.before_commit(
            |batch| batch.writes("k"),
            move |store| async move {
                store
                    .write(put(&format!("hook/{n}"), Expect::Absent))
                    .await
                    .unwrap();
            },
        );
    }
    store
        .write(Batch::new().check("k", Expect::Absent))
        .await
        .unwrap();
    assert_eq!(count(&store, "hook/").await, 0);
    store.write(put("k", Expect::Any)).await.unwrap();
    assert_eq!(count(&store, "hook/0").await, 1);
    assert_eq!(count(&store, "hook/").await, 1);
    store.write(put("k", Expect::Any)).await.unwrap();
    assert_eq!(count(&store, "hook/1").await, 1);
    store.write(put("k", Expect::Any)).await.unwrap();
}

#[tokio::test]
async fn an_answer_is_lost_before_or_after_the_batch_is_applied() {
    let store = Losing::new(Memory::new());
    store.lose("a", Loss::Before);
    store.lose("a", Loss::After);
    store.write(put("b", Expect::Absent)).await.unwrap();
    for rows in [0, 1] {
        match store.write(put("a", Expect::Absent)).await {
            Err(CommitError::Uncertain(cause)) => {
                let cause = cause.source().unwrap();
                assert_eq!(cause.downcast_ref::<Lost>(), Some(&Lost));
            }
            other => assert!(other.is_err(), "{other:?}"),
        }
        assert_eq!(count(&store, "a").await, rows);
        assert_eq!(store.waiting(), 1 - rows);
    }
    store.write(put("a", Expect::Present)).await.unwrap();
}

#[tokio::test]
async fn every_call_is_counted_and_passed_on() {
    let store = Counting::new(Memory::new());
    assert_eq!(store.take(), Counts::default());
    let batch = put("a", Expect::Absent).put_until("b", Expect::Absent, "{}", 1);
    store.write(batch).await.unwrap();
    store.write(put("a", Expect::Absent)).await.unwrap_err();
    assert!(store.get("a").await.unwrap().is_some());
    assert_eq!(store.get_many(&["a", "c"]).await.unwrap().len(), 2);
    for _ in 0..3 {
        assert_eq!(count(&store, "").await, 2);
    }
    for swept in [1, 0, 0, 0] {
        assert_eq!(store.sweep(1, 9).await.unwrap(), swept);
    }
    let counts = store.take();
    let expected = Counts {
        gets: 1,
        get_manys: 1,
        rows: 3,
        scans: 3,
        commits: 2,
        sweeps: 4,
    };
    assert_eq!(counts, expected);
    assert_eq!(counts.reads(), 5);
    assert_eq!(count(store.inner(), "").await, 1);
    assert_eq!(store.take(), Counts::default());
}

#[test]
fn no_version_is_drawn_twice() {
    let versions: HashSet<_> = (0..10_000).map(|_| fresh_version()).collect();
    assert_eq!(versions.len(), 10_000);
}

/// The wrappers keep every other promise of the store behind them.
mod hooked {
    use poolhouse_store::Memory;
    use poolhouse_store::testing::{Counting, Hooked, Losing};

    async fn open() -> (Hooked<Losing<Counting<Memory>>>, ()) {
        (Hooked::new(Losing::new(Counting::new(Memory::new()))), ())
    }

    poolhouse_store::suite!(open);
}
