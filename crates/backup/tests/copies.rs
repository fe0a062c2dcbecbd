//! Copies from one store to another.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must fail, at once")]

mod common;

use poolhouse_backup::BackupError;
use poolhouse_backup::copy::{copy, summarize};
use poolhouse_store::testing::{Hooked, WriteFresh as _};
use poolhouse_store::{Batch, Expect, Memory, Store};

use common::entropy;

async fn filled(rows: i64) -> Memory {
    let store = Memory::new();
    let mut batch = Batch::new();
    for number in 0..rows {
        let key = format!("row/{number:05}");
        batch = match number % 2 {
            0 => batch.put_until(key, Expect::Absent, "{}", number),
            _ => batch.put(key, Expect::Absent, number.to_string()),
        };
    }
    store.write(batch).await.unwrap();
    store
}

fn none(_: &str) -> bool {
    false
}

#[tokio::test]
async fn a_copy_has_the_same_rows_and_a_second_one_writes_nothing() {
    let (from, to) = (filled(1_700).await, Memory::new());
    let mut told = Vec::new();
    let first = copy(&from, &to, none, &entropy(1), |rows| told.push(rows))
        .await
        .unwrap();
    assert_eq!(
        (first.written, first.deleted, first.summary.rows),
        (1_700, 0, 1_700)
    );
    assert_eq!(told, [500, 1_000, 1_500, 1_700, 1_700]);
    let summary = summarize(&to, none).await.unwrap();
    assert_eq!(
        (summary, summarize(&from, none).await.unwrap()),
        (first.summary, summary)
    );
    let second = copy(&from, &to, none, &entropy(1), |_| {}).await.unwrap();
    assert_eq!((second.written, second.deleted), (0, 0));
}

#[tokio::test]
async fn a_copy_that_was_interrupted_goes_on_and_takes_back_what_is_no_longer_so() {
    let (from, to) = (filled(1_200).await, filled(700).await);
    let meanwhile = Batch::new()
        .delete("row/00003", Expect::Present)
        .put("row/00004", Expect::Present, "lasting now")
        .put_until("row/00005", Expect::Present, "5", 99)
        .put("row/00006/a", Expect::Absent, "new")
        .delete("row/00699", Expect::Present);
    from.write(meanwhile).await.unwrap();
    let stray = Batch::new()
        .put("a stray one", Expect::Absent, "x")
        .put("zz", Expect::Absent, "x");
    to.write(stray).await.unwrap();
    let copied = copy(&from, &to, none, &entropy(1), |_| {}).await.unwrap();
    assert_eq!((copied.written, copied.deleted), (500 + 3, 4));
    assert_eq!(copied.summary.rows, 1_199);
}

#[tokio::test]
async fn rows_of_the_copys_own_stay_and_do_not_count() {
    let (from, to) = (filled(3).await, Memory::new());
    let own = Batch::new().put("meta/own", Expect::Absent, "1");
    to.write(own).await.unwrap();
    let is_own = |key: &str| key == "meta/own";
    let copied = copy(&from, &to, is_own, &entropy(1), |_| {}).await.unwrap();
    assert_eq!((copied.written, copied.deleted, copied.summary.rows), (3, 0, 3));
    assert!(to.get("meta/own").await.unwrap().is_some());
}

/// The check at the end is one that can fail.
#[tokio::test]
async fn a_store_that_somebody_else_writes_to_is_found_to_differ() {
    let (from, to) = (filled(2).await, Hooked::new(Memory::new()));
    to.before_commit_at("row/", |store| async move {
        let batch = Batch::new().put("a", Expect::Any, "somebody else's");
        store.write(batch).await.unwrap();
    });
    let failed = copy(&from, &to, none, &entropy(1), |_| {}).await.unwrap_err();
    assert!(matches!(failed, BackupError::Different), "{failed}");
}
