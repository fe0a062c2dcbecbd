//! Many rows in one read.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::put;
use crate::testing::WriteFresh as _;
use crate::{Batch, Expect, Store};

async fn bodies(store: &dyn Store, keys: &[&str]) -> Vec<Option<String>> {
    let rows = store.get_many(keys).await.unwrap();
    assert_eq!(rows.len(), keys.len());
    for (row, key) in rows.iter().zip(keys) {
        assert!(row.as_ref().is_none_or(|row| row.key == *key), "{row:?} at {key}");
    }
    rows.into_iter().map(|row| row.map(|row| row.body)).collect()
}

/// Not in the order of keys. A row that is missing leaves its place empty, wherever that is, and each is the same as a
/// read of its own.
pub async fn rows_come_in_the_order_asked(store: Arc<dyn Store>) {
    put(&*store, "a", "1").await;
    store
        .write(Batch::new().put_until("b", Expect::Any, "2", 7))
        .await
        .unwrap();
    put(&*store, "c", "3").await;
    let some = |body: &str| Some(body.to_owned());
    assert_eq!(
        bodies(&*store, &["c", "none", "b", "a"]).await,
        [some("3"), None, some("2"), some("1")]
    );
    assert_eq!(bodies(&*store, &["0", "b"]).await, [None, some("2")]);
    assert_eq!(bodies(&*store, &["b", "z"]).await, [some("2"), None]);
    assert_eq!(bodies(&*store, &["none"]).await, [None]);
    assert_eq!(bodies(&*store, &["c"]).await, [some("3")]);
    let rows = store.get_many(&["a", "b", "c"]).await.unwrap();
    for (row, key) in rows.into_iter().zip(["a", "b", "c"]) {
        assert_eq!(row, store.get(key).await.unwrap());
    }
}

/// And is answered twice.
pub async fn a_key_may_be_asked_for_twice(store: Arc<dyn Store>) {
    put(&*store, "a", "1").await;
    put(&*store, "b", "2").await;
    let some = |body: &str| Some(body.to_owned());
    assert_eq!(
        bodies(&*store, &["a", "none", "b", "a", "none"]).await,
        [some("1"), None, some("2"), some("1"), None]
    );
}

/// It is no error to ask for nothing.
pub async fn no_keys_are_answered_with_no_rows(store: Arc<dyn Store>) {
    put(&*store, "a", "1").await;
    assert_eq!(bodies(&*store, &[]).await, []);
}

/// Around every limit that an engine may have.
pub async fn hundreds_of_keys_are_answered_like_few(store: Arc<dyn Store>) {
    let keys: Vec<String> = (0..1_100).map(|n| format!("k/{n:04}")).collect();
    let batch = keys.iter().step_by(2).fold(Batch::new(), |batch, key| {
        batch.put(key, Expect::Absent, key.as_str())
    });
    store.write(batch).await.unwrap();
    for count in [63, 64, 65, 1_001, 1_100] {
        let asked: Vec<&str> = keys.iter().take(count).rev().map(String::as_str).collect();
        let found = bodies(&*store, &asked).await;
        for (key, body) in asked.into_iter().zip(found) {
            let even = key.ends_with(['0', '2', '4', '6', '8']);
            assert_eq!(body.as_deref(), even.then_some(key));
        }
    }
}

/// Rows that are always written together are read together, wherever they lie.
pub async fn one_read_sees_whole_batches(store: Arc<dyn Store>) {
    const WRITES: usize = 200;
    let batch = |n: usize| {
        Batch::new()
            .put("pair/a", Expect::Any, n.to_string())
            .put_until("pair/b", Expect::Any, n.to_string(), 1)
            .put("pair/c", Expect::Any, n.to_string())
    };
    store.write(batch(0)).await.unwrap();
    let mut readers = JoinSet::new();
    for _ in 0..4 {
        let store = Arc::clone(&store);
        readers.spawn(async move {
            loop {
                let rows = store.get_many(&["pair/c", "pair/b", "pair/a"]).await.unwrap();
                let rows: Vec<_> = rows.into_iter().map(Option::unwrap).collect();
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
    while let Some(reader) = readers.join_next().await {
        reader.unwrap();
    }
}
