//! The SQLite engine: the suite, and what only a file can do.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod scratch;

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::Duration;

use poolhouse_store::testing::WriteFresh as _;
use poolhouse_store::{Batch, CommitError, Expect, Row, Scan, Sqlite, Store, StoreError};
use rusqlite::Connection;
use scratch::Scratch;

async fn open() -> (Sqlite, Scratch) {
    let scratch = Scratch::new();
    (Sqlite::open(scratch.file()).unwrap(), scratch)
}

poolhouse_store::suite!(open);

async fn put(store: &Sqlite, key: &str) -> Result<(), CommitError> {
    store
        .write(Batch::new().put(key, Expect::Any, "{}"))
        .await
        .map(drop)
}

async fn all(store: &Sqlite) -> Vec<Row> {
    store.scan(Scan::prefix("", 1_000)).await.unwrap()
}

#[tokio::test]
async fn a_store_that_was_dropped_or_closed_opens_with_every_row() {
    let scratch = Scratch::new();
    let store = Sqlite::open(scratch.file()).unwrap();
    put(&store, "a").await.unwrap();
    let before = all(&store).await;
    drop(store);

    let store = Sqlite::open(scratch.file()).unwrap();
    assert_eq!(all(&store).await, before);
    put(&store, "b").await.unwrap();
    let before = all(&store).await;
    store.close().await;

    let store = Sqlite::open(scratch.file()).unwrap();
    assert_eq!(all(&store).await, before);
    assert_eq!(store.integrity_check().await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn a_closed_store_answers_that_it_is_closed_and_leaves_one_file() {
    let (store, scratch) = open().await;
    put(&store, "a").await.unwrap();
    all(&store).await;
    store.close().await;
    store.close().await;
    assert!(matches!(store.get("a").await, Err(StoreError::Closed)));
    for keys in [&["a"][..], &["a", "b"], &["a"; 100]] {
        assert!(matches!(store.get_many(keys).await, Err(StoreError::Closed)));
    }
    for limit in [1, 1_000] {
        let page = store.scan(Scan::prefix("", limit)).await;
        assert!(matches!(page, Err(StoreError::Closed)));
    }
    assert!(matches!(store.sweep(0, 1).await, Err(StoreError::Closed)));
    assert!(matches!(
        put(&store, "a").await,
        Err(CommitError::Store(StoreError::Closed))
    ));
    let names: Vec<_> = std::fs::read_dir(scratch.directory())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["pool.db"]);
}

#[tokio::test]
async fn commits_that_are_under_way_finish_before_the_store_closes() {
    let (store, scratch) = open().await;
    let store = Arc::new(store);
    let commits: Vec<_> = (0..64)
        .map(|n| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { put(&store, &n.to_string()).await.is_ok() })
        })
        .collect();
    tokio::task::yield_now().await;
    store.close().await;
    let mut acknowledged = 0;
    for commit in commits {
        acknowledged += usize::from(commit.await.unwrap());
    }
    let store = Sqlite::open(scratch.file()).unwrap();
    assert_eq!(all(&store).await.len(), acknowledged);
}

#[tokio::test]
async fn only_its_owner_can_read_the_file() {
    let (store, scratch) = open().await;
    put(&store, "a").await.unwrap();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(scratch.directory()), 0o700);
    for name in ["pool.db", "pool.db-wal", "pool.db-shm"] {
        assert_eq!(mode(&scratch.directory().join(name)), 0o600, "{name}");
    }
}

#[tokio::test]
async fn a_file_that_is_no_store_is_refused_and_left_alone() {
    let scratch = Scratch::new();
    std::fs::create_dir_all(scratch.directory()).unwrap();
    let refusal = |path| match Sqlite::open(path) {
        Err(StoreError::Foreign(text)) => text,
        Err(other) => format!("{other:?}"),
        Ok(_) => "opened".to_owned(),
    };

    let text = scratch.directory().join("text");
    std::fs::write(&text, "not a database, but long enough to look at. ".repeat(100)).unwrap();
    assert_eq!(
        refusal(&text),
        format!("{} is not a Poolhouse store", text.display())
    );

    let other = scratch.directory().join("other");
    Connection::open(&other)
        .unwrap()
        .execute_batch("CREATE TABLE t (x)")
        .unwrap();
    let before = std::fs::read(&other).unwrap();
    assert_eq!(
        refusal(&other),
        format!("{} is a database, but not a Poolhouse store", other.display())
    );
    assert_eq!(std::fs::read(&other).unwrap(), before);
}

/// Before anything in it is read or changed.
#[tokio::test]
async fn a_store_of_another_format_is_refused_with_what_to_do_and_left_alone() {
    let (store, scratch) = open().await;
    store.close().await;
    let path = scratch.file();
    let cases = [
        (
            1,
            "an earlier",
            "create a new data folder, or go on with the version that wrote this one",
        ),
        (3, "a later", "use that version or one after it"),
    ];
    for (format, written, remedy) in cases {
        Connection::open(&path)
            .unwrap()
            .pragma_update(None, "user_version", format)
            .unwrap();
        let before = std::fs::read(&path).unwrap();
        let error = Sqlite::open(&path).err().unwrap();
        assert!(
            matches!(error, StoreError::Format { found, reads: 2, .. } if found == format),
            "{error:?}"
        );
        assert!(!error.is_transient());
        assert_eq!(
            error.to_string(),
            format!(
                "{} was written by {written} version of Poolhouse (format {format}, this version reads format 2): {remedy}",
                path.display()
            )
        );
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }
}

#[tokio::test]
async fn processes_that_open_a_new_file_at_once_all_succeed() {
    let scratch = Scratch::new();
    let path = scratch.file();
    let openers: Vec<_> = (0..8)
        .map(|_| {
            let path = path.clone();
            std::thread::spawn(move || Sqlite::open(path))
        })
        .collect();
    for (n, opener) in openers.into_iter().enumerate() {
        let store = opener.join().unwrap().unwrap();
        put(&store, &n.to_string()).await.unwrap();
    }
    assert_eq!(all(&Sqlite::open(path).unwrap()).await.len(), 8);
}

#[tokio::test]
async fn two_stores_on_one_file_see_each_other() {
    let (server, scratch) = open().await;
    let other = Sqlite::open(scratch.file()).unwrap();
    for n in 0..20 {
        let (store, elsewhere) = match n % 2 {
            0 => (&server, &other),
            _ => (&other, &server),
        };
        let key = format!("{n:02}");
        let batch = Batch::new().put_until(&key, Expect::Absent, "{}", n);
        let version = store.write(batch).await.unwrap();
        let rows = elsewhere.get_many(&["none", &key]).await.unwrap();
        assert_eq!(rows[0], None);
        assert_eq!(rows[1].as_ref().unwrap().version, version);
        assert_eq!(all(&server).await, all(&other).await);
    }
    let conflict = other.write(Batch::new().put("00", Expect::Absent, "{}")).await;
    assert!(matches!(conflict, Err(CommitError::Conflict { key }) if key == "00"));
    assert_eq!(other.sweep(9, 100).await.unwrap(), 10);
    assert_eq!(all(&server).await.len(), 10);
}

/// A lock that ends in time costs nobody an error; the test holds it until the store's commit has begun to wait.
#[tokio::test]
async fn a_lock_held_by_another_process_is_waited_for() {
    let (store, scratch) = open().await;
    let other = Connection::open(scratch.file()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut commit = Box::pin(put(&store, "a"));
    assert!(
        tokio::time::timeout(Duration::from_millis(50), &mut commit)
            .await
            .is_err()
    );
    assert_eq!(all(&store).await, []);
    other.execute_batch("COMMIT").unwrap();
    commit.await.unwrap();
    assert_eq!(all(&store).await.len(), 1);
}

/// A COMMIT that fails for a reason that no later COMMIT may ignore: whether it went in is uncertain. A deferred constraint is the one way to make a
/// real COMMIT fail without touching the disk.
#[tokio::test]
async fn after_a_failed_commit_the_store_answers_nothing_until_it_is_opened_again() {
    let (store, scratch) = open().await;
    Connection::open(scratch.file())
        .unwrap()
        .execute_batch(
            "CREATE TABLE parent (id INTEGER PRIMARY KEY);
             CREATE TABLE child (id REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
             CREATE TRIGGER spoil AFTER INSERT ON lasting WHEN new.key = 'spoilt' BEGIN INSERT INTO child VALUES (1); END;",
        )
        .unwrap();
    put(&store, "before").await.unwrap();
    assert!(matches!(
        put(&store, "spoilt").await,
        Err(CommitError::Uncertain(StoreError::Fenced))
    ));

    assert!(matches!(
        put(&store, "after").await,
        Err(CommitError::Store(StoreError::Fenced))
    ));
    assert!(matches!(store.get("before").await, Err(StoreError::Fenced)));
    for keys in [&["a"][..], &["a", "b"], &["a"; 100]] {
        assert!(matches!(store.get_many(keys).await, Err(StoreError::Fenced)));
    }
    for limit in [1, 1_000] {
        let page = store.scan(Scan::prefix("", limit)).await;
        assert!(matches!(page, Err(StoreError::Fenced)));
    }
    assert!(matches!(store.sweep(0, 1).await, Err(StoreError::Fenced)));
    assert!(matches!(store.integrity_check().await, Err(StoreError::Fenced)));

    let store = Sqlite::open(scratch.file()).unwrap();
    let keys: Vec<_> = all(&store).await.into_iter().map(|row| row.key).collect();
    assert_eq!(keys, ["before"]);
    put(&store, "after").await.unwrap();
}
