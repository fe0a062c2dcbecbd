//! What needs a hand on the writer's connection.

use std::path::PathBuf;
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use rusqlite::Connection;

use super::{LONG_READS, SHORT_READ, Sqlite, open, rows};
use crate::scan::Start;
use crate::testing::WriteFresh as _;
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
    assert_eq!(pragma(&writer, "journal_size_limit"), "67108864", "64 MiB");
    assert_eq!(pragma(&writer, "cache_size"), "-16384", "in KiB, not in pages");
    let reader = open::reader(&scratch.file()).unwrap();
    assert_eq!(pragma(&reader, "query_only"), "1");
    assert!(reader.execute("DELETE FROM lasting", []).is_err());
}

#[tokio::test]
async fn without_room_writes_are_refused_reads_go_on_and_room_heals_it() {
    let scratch = Scratch::new("full");
    let store = scratch.store(|writer| {
        // SQLite's own limit, which it reports exactly as it does a full disk.
        writer.pragma_update(None, "max_page_count", 64).unwrap();
    });
    let body = "x".repeat(100_000);
    let put = |key: &'static str| store.write(Batch::new().put(key, Expect::Absent, body.as_str()));
    put("a").await.unwrap();
    put("b").await.unwrap();
    // The small row of the same batch must not survive without the large one.
    let batch = Batch::new()
        .put("c", Expect::Absent, "{}")
        .put("d", Expect::Absent, body.as_str());
    let full = store.write(batch).await;
    assert!(matches!(&full, Err(CommitError::Store(error @ StoreError::Full)) if error.is_transient()));
    let rows = store.scan(Scan::prefix("", 10)).await.unwrap();
    assert_eq!(
        rows.iter().map(|row| row.key.as_str()).collect::<Vec<_>>(),
        ["a", "b"]
    );

    store
        .write(Batch::new().delete("a", Expect::Present))
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
    let put = |key: &'static str| store.write(Batch::new().put(key, Expect::Any, "{}"));
    let (a, b, sweep) = tokio::join!(put("a"), put("b"), store.sweep(0, 1));
    assert!(matches!(a, Err(CommitError::Store(StoreError::Busy))), "{a:?}");
    assert!(matches!(b, Err(CommitError::Store(StoreError::Busy))), "{b:?}");
    assert!(
        matches!(&sweep, Err(error @ StoreError::Busy) if error.is_transient()),
        "{sweep:?}"
    );
    assert_eq!(store.scan(Scan::prefix("", 10)).await.unwrap(), []);

    other.execute_batch("ROLLBACK").unwrap();
    put("a").await.unwrap();
}

/// Without a log beside the file, somebody who reads keeps a COMMIT waiting, which the log otherwise never does.
#[tokio::test]
async fn a_commit_that_a_reader_holds_up_answers_busy_and_takes_nothing_with_it() {
    let scratch = Scratch::new("busy-commit");
    let store = scratch.store(|writer| {
        writer.pragma_update(None, "journal_mode", "DELETE").unwrap();
    });
    let put = |key: &'static str| store.write(Batch::new().put(key, Expect::Absent, "{}"));
    put("a").await.unwrap();
    let other = Connection::open(scratch.file()).unwrap();
    other
        .execute_batch("BEGIN; SELECT count(*) FROM lasting")
        .unwrap();
    let busy = put("b").await;
    assert!(
        matches!(busy, Err(CommitError::Store(StoreError::Busy))),
        "{busy:?}"
    );
    other.execute_batch("ROLLBACK").unwrap();
    put("c").await.unwrap();
    let rows = store.scan(Scan::prefix("", 10)).await.unwrap();
    let keys: Vec<_> = rows.iter().map(|row| row.key.as_str()).collect();
    assert_eq!(keys, ["a", "c"]);
}

/// A sign-in never waits for somebody who lists thousands of users.
#[tokio::test]
async fn few_rows_are_read_while_every_place_for_long_reads_is_taken() {
    let scratch = Scratch::new("places");
    let store = scratch.store(|_| {});
    let keys = ["a"; SHORT_READ + 1];
    let places = u32::try_from(LONG_READS).unwrap();
    let taken = store.long_reads.acquire_many(places).await.unwrap();
    let long_scan = store.scan(Scan::prefix("", SHORT_READ + 1));
    let long_get = store.get_many(&keys);
    let mut long = pin!(async { tokio::join!(long_scan, long_get) });
    let mut context = Context::from_waker(Waker::noop());
    assert!(long.as_mut().poll(&mut context).is_pending());
    assert_eq!(
        store.get_many(&keys[..SHORT_READ]).await.unwrap(),
        [const { None }; SHORT_READ]
    );
    assert_eq!(store.scan(Scan::prefix("", SHORT_READ)).await.unwrap(), []);
    drop(taken);
    let (scanned, got) = long.await;
    assert_eq!(scanned.unwrap(), []);
    assert_eq!(got.unwrap(), [const { None }; SHORT_READ + 1]);
}

/// A key before whose read somebody else changes both rows.
struct Racing<'a>(&'static str, Option<&'a Connection>);

impl AsRef<str> for Racing<'_> {
    fn as_ref(&self) -> &str {
        if let Some(other) = self.1 {
            other.execute_batch("UPDATE lasting SET body = '2'").unwrap();
        }
        self.0
    }
}

#[test]
fn two_rows_are_read_from_one_state_of_the_file_whatever_another_process_writes_between() {
    let scratch = Scratch::new("one-state");
    let writer = open::writer(&scratch.file()).unwrap();
    writer
        .execute_batch("INSERT INTO lasting (key, version, body) VALUES ('a', 1, '1'), ('b', 1, '1')")
        .unwrap();
    let reader = open::reader(&scratch.file()).unwrap();
    let keys = [Racing("a", None), Racing("b", Some(&writer))];
    for body in ["1", "2"] {
        let rows = rows::get_many(&reader, &keys).unwrap();
        let bodies: Vec<_> = rows.into_iter().map(|row| row.unwrap().body).collect();
        assert_eq!(bodies, [body, body]);
    }
}

/// Every line of the plan.
fn plan(connection: &Connection, sql: &str) -> Vec<String> {
    let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let lines = explain.raw_query().mapped(|row| row.get::<_, String>(3));
    lines.map(Result::unwrap).collect()
}

/// Anything but a search of both indexes of keys would read a whole table, and anything but a merge would sort it.
#[test]
fn gets_and_scans_search_the_indexes_of_keys_and_sort_nothing() {
    let scratch = Scratch::new("plan");
    let writer = open::writer(&scratch.file()).unwrap();
    let search = |table: &str, bounds: &str| {
        format!("SEARCH {table} USING INDEX sqlite_autoindex_{table}_1 ({bounds})")
    };
    for sql in [rows::GET, rows::FIND] {
        assert_eq!(
            plan(&writer, sql),
            [
                "COMPOUND QUERY",
                "LEFT-MOST SUBQUERY",
                &search("lasting", "key=?"),
                "UNION ALL",
                &search("brief", "key=?"),
            ]
        );
    }
    for (start, ends, bounds) in [
        (Start::Included, true, "key>? AND key<?"),
        (Start::Excluded, true, "key>? AND key<?"),
        (Start::Included, false, "key>?"),
        (Start::Excluded, false, "key>?"),
    ] {
        assert_eq!(
            plan(&writer, rows::page(start, ends)),
            [
                "MERGE (UNION ALL)",
                "LEFT",
                &search("lasting", bounds),
                "RIGHT",
                &search("brief", bounds),
            ]
        );
    }
}

#[test]
fn a_sweep_finds_what_is_due_in_the_index_of_expiries() {
    let scratch = Scratch::new("plan-sweep");
    let writer = open::writer(&scratch.file()).unwrap();
    assert_eq!(
        plan(&writer, rows::SWEEP),
        [
            "SEARCH brief USING INTEGER PRIMARY KEY (rowid=?)",
            "LIST SUBQUERY 1",
            "SEARCH brief USING COVERING INDEX brief_by_expiry (expires<?)",
        ]
    );
}

/// So that pages of rows that last hold nothing else, and none of them pays for the index of expiries.
#[tokio::test]
async fn a_row_lies_in_the_table_that_its_last_put_chose() {
    let scratch = Scratch::new("tables");
    let store = scratch.store(|_| {});
    let other = Connection::open(scratch.file()).unwrap();
    let count = |table: &str| -> i64 {
        let sql = format!("SELECT count(*) FROM {table}");
        other.query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    for expect in [Expect::Any, Expect::Present] {
        store
            .write(Batch::new().put("k", Expect::Any, "{}"))
            .await
            .unwrap();
        assert_eq!((count("lasting"), count("brief")), (1, 0));
        store
            .write(Batch::new().put_until("k", expect, "{}", 1))
            .await
            .unwrap();
        assert_eq!((count("lasting"), count("brief")), (0, 1));
        store
            .write(Batch::new().put_until("k", expect, "{}", 2))
            .await
            .unwrap();
        assert_eq!((count("lasting"), count("brief")), (0, 1));
        store.write(Batch::new().put("k", expect, "{}")).await.unwrap();
        assert_eq!((count("lasting"), count("brief")), (1, 0));
        store.write(Batch::new().delete("k", expect)).await.unwrap();
        assert_eq!((count("lasting"), count("brief")), (0, 0));
        store
            .write(Batch::new().put_until("k", Expect::Absent, "{}", 1))
            .await
            .unwrap();
        store.write(Batch::new().delete("k", expect)).await.unwrap();
        assert_eq!((count("lasting"), count("brief")), (0, 0));
    }
}

/// Something else than this program wrote to the file.
#[tokio::test]
async fn a_row_with_an_impossible_version_is_an_error() {
    let scratch = Scratch::new("version");
    let store = scratch.store(|writer| {
        writer
            .execute(
                "INSERT INTO lasting (key, version, body) VALUES ('k', 0, '{}')",
                [],
            )
            .unwrap();
    });
    assert!(matches!(store.get("k").await, Err(StoreError::Engine(_))));
    assert!(matches!(
        store.get_many(&["j", "k"]).await,
        Err(StoreError::Engine(_))
    ));
    // Neither connection is left inside a transaction.
    assert_eq!(store.get_many(&["i", "j"]).await.unwrap(), [None, None]);
    store
        .write(Batch::new().put("j", Expect::Absent, "{}"))
        .await
        .unwrap();
    store
        .write(Batch::new().put("k", Expect::Any, "{}"))
        .await
        .unwrap();
    assert!(store.get("k").await.unwrap().is_some());
}
