//! Reading back what was written.

use std::sync::Arc;

use super::put;
use crate::testing::WriteFresh as _;
use crate::{Batch, CommitError, Expect, MAX_KEY_BYTES, Scan, Store, StoreError, Version};

/// Key, version and body.
pub async fn a_row_reads_back_as_written(store: Arc<dyn Store>) {
    let version = put(&*store, "user/1", r#"{"name":"Mara"}"#).await;
    let row = store.get("user/1").await.unwrap().unwrap();
    assert_eq!(
        (row.key.as_str(), row.version, row.body.as_str()),
        ("user/1", version, r#"{"name":"Mara"}"#)
    );
}

/// Also when other rows are there.
pub async fn a_key_without_a_row_reads_as_none(store: Arc<dyn Store>) {
    put(&*store, "user/1", "{}").await;
    assert_eq!(store.get("user/").await.unwrap(), None);
    assert_eq!(store.get("user/10").await.unwrap(), None);
    assert_eq!(store.get("User/1").await.unwrap(), None);
}

/// Even when the body is the same as before.
pub async fn an_overwritten_row_has_a_new_body_and_version(store: Arc<dyn Store>) {
    let first = put(&*store, "k", "1").await;
    let second = put(&*store, "k", "2").await;
    let third = put(&*store, "k", "2").await;
    assert!(first != second && second != third && first != third);
    let row = store.get("k").await.unwrap().unwrap();
    assert_eq!((row.version, row.body.as_str()), (third, "2"));
}

/// And its neighbours are not.
pub async fn a_deleted_row_is_gone(store: Arc<dyn Store>) {
    put(&*store, "a", "1").await;
    put(&*store, "b", "2").await;
    store
        .write(Batch::new().delete("a", Expect::Present))
        .await
        .unwrap();
    assert_eq!(store.get("a").await.unwrap(), None);
    assert_eq!(store.scan(Scan::prefix("", 10)).await.unwrap().len(), 1);
}

/// [`Expect::Any`] really means any.
pub async fn deleting_a_missing_row_is_no_conflict(store: Arc<dyn Store>) {
    store
        .write(Batch::new().delete("nothing", Expect::Any))
        .await
        .unwrap();
    assert_eq!(store.get("nothing").await.unwrap(), None);
}

/// It asks for nothing, so nothing can be wrong with it.
pub async fn an_empty_batch_commits(store: Arc<dyn Store>) {
    assert!(Batch::new().is_empty());
    store.write(Batch::new()).await.unwrap();
    assert_eq!(store.scan(Scan::prefix("", 10)).await.unwrap(), []);
}

/// As rows are whose document is sealed again: who has read one before does not lose a commit by it.
pub async fn a_row_written_anew_at_its_own_version_is_the_one_that_was_read(store: Arc<dyn Store>) {
    let version = put(&*store, "k", "1").await;
    let anew = Batch::new().put("k", Expect::Version(version), "one").deferred();
    store.commit(anew, version).await.unwrap();
    let row = store.get("k").await.unwrap().unwrap();
    assert_eq!((row.version, row.body.as_str()), (version, "one"));
    let read_before = Batch::new().put("k", Expect::Version(version), "2");
    store.write(read_before).await.unwrap();
    let stale = Batch::new().put("k", Expect::Version(version), "one");
    let lost = store.commit(stale, version).await;
    assert!(matches!(lost, Err(CommitError::Conflict { .. })));
}

/// Whatever the numbers are: the least, the greatest, one that no double holds.
pub async fn a_row_carries_the_version_that_its_commit_was_given(store: Arc<dyn Store>) {
    for number in [i64::MAX, 1, (1 << 53) + 1, 2] {
        let version = Version::new(number).unwrap();
        let batch = Batch::new()
            .put("lasting", Expect::Any, "{}")
            .put_until("brief", Expect::Any, "{}", 1);
        store.commit(batch, version).await.unwrap();
        for key in ["lasting", "brief"] {
            assert_eq!(store.get(key).await.unwrap().unwrap().version, version, "{key}");
        }
    }
}

/// One version serves for all rows, and those that the batch only checks keep theirs.
pub async fn every_row_of_a_batch_carries_its_version(store: Arc<dyn Store>) {
    let before = put(&*store, "b", "0").await;
    let batch = Batch::new()
        .put("a", Expect::Absent, "1")
        .put("b", Expect::Present, "2");
    let version = store.write(batch.check("c", Expect::Absent)).await.unwrap();
    assert_ne!(version, before);
    let rows = store.scan(Scan::prefix("", 10)).await.unwrap();
    assert_eq!(rows.len(), 2);
    for row in rows {
        assert_eq!(row.version, version, "{}", row.key);
    }
}

/// A megabyte, every plane of Unicode, quotes, and the longest key.
pub async fn unicode_long_keys_and_large_bodies_survive(store: Arc<dyn Store>) {
    let longest = "k".repeat(MAX_KEY_BYTES);
    let large = format!("\"{}\"", "é".repeat(512 * 1024));
    let keys = [
        "ключ/ß/日本/👩‍👩‍👧/\u{10ffff}",
        "it's \"quoted\" \\ %_",
        "\u{1}\t\n\u{7f}",
        longest.as_str(),
    ];
    for key in keys {
        for body in ["\"\"", "{\"text\":\"ключ 日本 👩‍👩‍👧 \\u0000\"}", large.as_str()] {
            put(&*store, key, body).await;
            let row = store.get(key).await.unwrap().unwrap();
            assert!(
                row.key == key && row.body == body,
                "{key:?}: {} bytes",
                row.body.len()
            );
        }
    }
    // Neither composed nor decomposed forms are folded into each other.
    put(&*store, "caf\u{e9}", "1").await;
    assert_eq!(store.get("cafe\u{301}").await.unwrap(), None);
}

/// The same keys are refused by all, so a program cannot grow on one engine what fails on another.
pub async fn a_key_that_some_engine_cannot_hold_is_refused(store: Arc<dyn Store>) {
    let too_long = "k".repeat(MAX_KEY_BYTES + 1);
    for key in ["", "a\0b", too_long.as_str()] {
        assert!(matches!(store.get(key).await, Err(StoreError::Key)), "{key:?}");
        let many = store.get_many(&["fine", key]).await;
        assert!(matches!(many, Err(StoreError::Key)), "{key:?}");
        let batch = Batch::new()
            .put("fine", Expect::Any, "{}")
            .check(key, Expect::Any);
        assert!(
            matches!(store.write(batch).await, Err(CommitError::Store(StoreError::Key))),
            "{key:?}"
        );
    }
    assert!(matches!(
        store.scan(Scan::prefix("a\0", 1)).await,
        Err(StoreError::Key)
    ));
    assert!(matches!(
        store.scan(Scan::prefix("a", 1).after("a\0")).await,
        Err(StoreError::Key)
    ));
    assert_eq!(store.get("fine").await.unwrap(), None);
}
