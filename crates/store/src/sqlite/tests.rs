//! What needs a hand on the writer's connection.

use std::path::PathBuf;
use std::time::Duration;

use rusqlite::Connection;

use super::{Sqlite, open};
use crate::{Batch, CommitError, Expect, Scan, Store, StoreError};

/// A path in a directory of the test's own, removed at its end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(test: &str) -> Self {
        let name = format!("poolhouse-store-{}-{test}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    fn file(&self) -> PathBuf {
        self.0.join("pool.db")
    }

    /// A store whose writer's connection was changed by `prepare`, and which waits 20 ms for a lock held elsewhere.
    fn store(&self, prepare: impl FnOnce(&Connection)) -> Sqlite {
        let connection = open::writer(&self.file()).unwrap();
        prepare(&connection);
        Sqlite::start(&self.file(), connection, Duration::from_millis(20)).unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn pragma(connection: &Connection, name: &str) -> String {
    let read = |row: &rusqlite::Row<'_>| row.get::<_, rusqlite::types::Value>(0);
    match connection.pragma_query_value(None, name, read).unwrap() {
        rusqlite::types::Value::Integer(number) => number.to_string(),
        other => format!("{other:?}"),
    }
}

#[test]
fn the_writer_syncs_its_log_at_every_commit() {
    let scratch = Scratch::new("pragmas");
    let writer = open::writer(&scratch.file()).unwrap();
    assert_eq!(pragma(&writer, "journal_mode"), r#"Text("wal")"#);
    assert_eq!(pragma(&writer, "synchronous"), "2", "FULL");
    let reader = open::reader(&scratch.file()).unwrap();
    assert_eq!(pragma(&reader, "query_only"), "1");
    assert!(reader.execute("DELETE FROM rows", []).is_err());
}

#[tokio::test]
async fn without_room_writes_are_refused_reads_go_on_and_room_heals_it() {
    let scratch = Scratch::new("full");
    let store = scratch.store(|writer| {
        // SQLite's own limit, which it reports exactly as it does a full disk.
        writer.pragma_update(None, "max_page_count", 64).unwrap();
    });
    let body = "x".repeat(100_000);
    let put = |key: &'static str| store.commit(Batch::new().put(key, Expect::Absent, body.as_str()));
    put("a").await.unwrap();
    put("b").await.unwrap();
    // The small row of the same batch must not survive without the large one.
    let batch = Batch::new()
        .put("c", Expect::Absent, "{}")
        .put("d", Expect::Absent, body.as_str());
    assert!(matches!(
        store.commit(batch).await,
        Err(CommitError::Store(StoreError::Full))
    ));
    let rows = store.scan(Scan::prefix("", 10)).await.unwrap();
    assert_eq!(
        rows.iter().map(|row| row.key.as_str()).collect::<Vec<_>>(),
        ["a", "b"]
    );

    store
        .commit(Batch::new().delete("a", Expect::Present))
        .await
        .unwrap();
    put("d").await.unwrap();
}

#[tokio::test]
async fn a_lock_held_too_long_answers_busy_and_keeps_nobody_waiting_twice() {
    let scratch = Scratch::new("busy");
    let store = scratch.store(|_| {});
    let other = Connection::open(scratch.file()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let put = |key: &'static str| store.commit(Batch::new().put(key, Expect::Any, "{}"));
    let (a, b) = tokio::join!(put("a"), put("b"));
    assert!(matches!(a, Err(CommitError::Store(StoreError::Busy))), "{a:?}");
    assert!(matches!(b, Err(CommitError::Store(StoreError::Busy))), "{b:?}");
    assert_eq!(store.scan(Scan::prefix("", 10)).await.unwrap(), []);

    other.execute_batch("ROLLBACK").unwrap();
    put("a").await.unwrap();
}

/// Anything but a walk along the index of keys would read the whole table, and sort it.
#[test]
fn gets_and_scans_search_the_index_of_keys() {
    let scratch = Scratch::new("plan");
    let writer = open::writer(&scratch.file()).unwrap();
    let plan = |sql: &str| {
        let explain = format!("EXPLAIN QUERY PLAN {sql}");
        writer
            .query_row(&explain, [], |row| row.get::<_, String>(3))
            .unwrap()
    };
    assert_eq!(
        plan("SELECT key, version, body FROM rows WHERE key > 'a' AND key < 'b' ORDER BY key LIMIT 9"),
        "SEARCH rows USING INDEX sqlite_autoindex_rows_1 (key>? AND key<?)"
    );
    assert_eq!(
        plan("SELECT body FROM rows WHERE key = 'a'"),
        "SEARCH rows USING INDEX sqlite_autoindex_rows_1 (key=?)"
    );
}
