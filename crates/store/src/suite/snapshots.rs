//! One state, read while commits go on.

use std::sync::Arc;

use super::{put, version_of};
use crate::testing::WriteFresh as _;
use crate::{Batch, Expect, Row, Snapshot, Store};

/// Everything that is left of a state, in pages.
async fn all(snapshot: &mut dyn Snapshot, page: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    loop {
        let next = snapshot.next(page).await.unwrap();
        assert!(next.len() <= page);
        if next.is_empty() {
            return rows;
        }
        rows.extend(next);
    }
}

/// Rows of both kinds, expiries and versions included, in the order of keys.
pub async fn a_snapshot_has_every_row_as_it_is(store: Arc<dyn Store>) {
    let mut batch = Batch::new();
    for number in 0..700 {
        let key = format!("row/{number:03}");
        batch = match number % 3 {
            0 => batch.put_until(key, Expect::Absent, format!("{number}"), number),
            _ => batch.put(key, Expect::Absent, format!("{number}")),
        };
    }
    store.write(batch).await.unwrap();
    let mut snapshot = store.snapshot().await.unwrap();
    let rows = all(&mut *snapshot, 97).await;
    assert_eq!(rows.len(), 700);
    for (number, row) in (0..).zip(&rows) {
        assert_eq!(row.key, format!("row/{number:03}"));
        assert_eq!(row.body, format!("{number}"));
        assert_eq!(row.expires, (number % 3 == 0).then_some(number));
        assert_eq!(Some(row.version), version_of(&*store, &row.key).await);
    }
}

/// What is committed after it was taken is not in it, wherever its reader has come to.
pub async fn a_snapshot_stays_as_it_was_taken(store: Arc<dyn Store>) {
    for key in ["a", "b", "c", "d"] {
        put(&*store, key, "1").await;
    }
    let mut snapshot = store.snapshot().await.unwrap();
    let taken = store.snapshot().await.unwrap();
    let first = snapshot.next(1).await.unwrap();
    let change = Batch::new()
        .put("a", Expect::Any, "2")
        .delete("b", Expect::Present)
        .put("bb", Expect::Absent, "2")
        .put_until("c", Expect::Any, "2", 1)
        .put("e", Expect::Absent, "2");
    store.write(change).await.unwrap();
    assert_eq!(store.sweep(2, 10).await.unwrap(), 1);
    let rest = all(&mut *snapshot, 2).await;
    let found: Vec<(&str, &str)> = first
        .iter()
        .chain(&rest)
        .map(|row| (row.key.as_str(), row.body.as_str()))
        .collect();
    let before = [("a", "1"), ("b", "1"), ("c", "1"), ("d", "1")];
    assert_eq!(found, before);
    drop((snapshot, taken));
    let mut now = store.snapshot().await.unwrap();
    let now = all(&mut *now, 10).await;
    let keys: Vec<&str> = now.iter().map(|row| row.key.as_str()).collect();
    assert_eq!(keys, ["a", "bb", "d", "e"]);
}

/// A batch of two rows is in every snapshot whole or not at all, while a writer goes on.
pub async fn a_snapshot_sees_whole_batches(store: Arc<dyn Store>) {
    let both = |text: &str| {
        Batch::new()
            .put("a", Expect::Any, text)
            .put("z", Expect::Any, text)
    };
    store.write(both("0")).await.unwrap();
    let writer = {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            for number in 1..200 {
                store.write(both(&number.to_string())).await.unwrap();
            }
        })
    };
    for _ in 0..20 {
        let mut snapshot = store.snapshot().await.unwrap();
        let rows = all(&mut *snapshot, 1).await;
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].body, rows[1].body);
    }
    writer.await.unwrap();
}

/// An empty store has an empty one, which may be asked again.
pub async fn a_snapshot_of_nothing_is_empty(store: Arc<dyn Store>) {
    let mut snapshot = store.snapshot().await.unwrap();
    assert!(snapshot.next(10).await.unwrap().is_empty());
    put(&*store, "a", "1").await;
    assert!(snapshot.next(10).await.unwrap().is_empty());
}
