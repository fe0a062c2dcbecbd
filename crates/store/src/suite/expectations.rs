//! When a batch is valid, and that an invalid one leaves no trace.

use std::sync::Arc;

use super::{conflict, put, version_of};
use crate::testing::{WriteFresh as _, fresh_version};
use crate::{Batch, Expect, Scan, Store};

/// Any, Absent, Present, the right version and a wrong one, on a row that is there and on one that is not; the same
/// for a put, a delete and a check.
pub async fn each_expectation_holds_in_its_states_only(store: Arc<dyn Store>) {
    let stale = put(&*store, "there", "1").await;
    let step = |kind, key, expect| match kind {
        "put" => Batch::new().put(key, expect, "2"),
        "delete" => Batch::new().delete(key, expect),
        _ => Batch::new().check(key, expect),
    };
    for kind in ["put", "delete", "check"] {
        let current = put(&*store, "there", "1").await;
        let cases = [
            ("there", Expect::Absent, false),
            ("there", Expect::Version(stale), false),
            ("there", Expect::Version(fresh_version()), false),
            ("gone", Expect::Present, false),
            ("gone", Expect::Version(current), false),
            ("gone", Expect::Version(fresh_version()), false),
            ("there", Expect::Any, true),
            ("gone", Expect::Any, true),
            ("there", Expect::Present, true),
            ("gone", Expect::Absent, true),
            ("there", Expect::Version(current), true),
        ];
        for (key, expect, holds) in cases {
            let now = put(&*store, "there", "1").await;
            store
                .write(Batch::new().delete("gone", Expect::Any))
                .await
                .unwrap();
            let expect = if expect == Expect::Version(current) && key == "there" {
                Expect::Version(now)
            } else {
                expect
            };
            let result = store.write(step(kind, key, expect)).await;
            assert_eq!(result.is_ok(), holds, "{kind} {key} {expect:?}: {result:?}");
        }
    }
}

/// Neither of the rows before the conflicting key nor of those behind it.
pub async fn a_conflict_names_the_least_key_and_applies_nothing(store: Arc<dyn Store>) {
    put(&*store, "b", "old").await;
    put(&*store, "c", "old").await;
    let before = store.scan(Scan::prefix("", 10)).await.unwrap();
    let batch = Batch::new()
        .put("z", Expect::Any, "new")
        .put("c", Expect::Absent, "new")
        .delete("b", Expect::Absent)
        .put("a", Expect::Absent, "new");
    assert_eq!(conflict(&*store, batch).await, "b");
    assert_eq!(store.scan(Scan::prefix("", 10)).await.unwrap(), before);
}

/// In whatever order they were stated.
pub async fn all_expectations_of_one_key_must_hold(store: Arc<dyn Store>) {
    let version = put(&*store, "k", "1").await;
    let present = || Batch::new().check("k", Expect::Present);
    assert_eq!(
        conflict(&*store, present().put("k", Expect::Absent, "2")).await,
        "k"
    );
    assert_eq!(
        conflict(
            &*store,
            Batch::new().put("k", Expect::Absent, "2").merge(present())
        )
        .await,
        "k"
    );
    store
        .write(
            present()
                .put("k", Expect::Version(version), "2")
                .check("k", Expect::Any),
        )
        .await
        .unwrap();
    assert_eq!(store.get("k").await.unwrap().unwrap().body, "2");
}

/// A check behind a write does not take the write away.
pub async fn the_last_write_of_a_key_counts(store: Arc<dyn Store>) {
    let both = Batch::new()
        .put("k", Expect::Absent, "1")
        .put("k", Expect::Any, "2")
        .check("k", Expect::Absent);
    store.write(both).await.unwrap();
    assert_eq!(store.get("k").await.unwrap().unwrap().body, "2");
    store
        .write(Batch::new().put("k", Expect::Any, "3").delete("k", Expect::Any))
        .await
        .unwrap();
    assert_eq!(store.get("k").await.unwrap(), None);
    store
        .write(
            Batch::new()
                .delete("k", Expect::Any)
                .merge(Batch::new().put("k", Expect::Any, "4")),
        )
        .await
        .unwrap();
    assert_eq!(store.get("k").await.unwrap().unwrap().body, "4");
}

/// A batch cannot meet its own writes.
pub async fn expectations_speak_of_the_rows_before_the_batch(store: Arc<dyn Store>) {
    store
        .write(Batch::new().put("k", Expect::Any, "1").check("k", Expect::Absent))
        .await
        .unwrap();
    let batch = Batch::new()
        .delete("k", Expect::Any)
        .put("k", Expect::Absent, "2");
    assert_eq!(conflict(&*store, batch).await, "k");
}

/// Neither the row that was deleted nor the one with the same text in its place.
pub async fn what_was_read_before_a_row_came_back_is_stale(store: Arc<dyn Store>) {
    let version = put(&*store, "k", "same").await;
    store
        .write(Batch::new().delete("k", Expect::Version(version)))
        .await
        .unwrap();
    let late = || Batch::new().put("k", Expect::Version(version), "late");
    assert_eq!(conflict(&*store, late()).await, "k");
    let again = put(&*store, "k", "same").await;
    assert_ne!(again, version);
    assert_eq!(conflict(&*store, late()).await, "k");
    assert_eq!(version_of(&*store, "k").await, Some(again));
}
