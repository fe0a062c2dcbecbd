//! From a path to a connection on a store of ours, or a clear refusal.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::fault;
use crate::StoreError;

/// `PooH`, so that `file` and an operator can tell what the database is.
const APPLICATION_ID: i32 = 0x506f_6f48;
/// The layout of the tables below. Raised when it changes.
const FORMAT: i32 = 1;
/// How long a call waits for another process (a backup, `poolhouse keys create`) to let go of the write lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Makes a row of a kilobyte fit its B-tree page: without a rowid, a row that fills more than a quarter of a page
/// moves to a page of its own, which costs a page in every commit that touches it.
const PAGE_BYTES: u32 = 8192;

const TABLES: &str = "
    CREATE TABLE rows (
        key     TEXT    NOT NULL PRIMARY KEY,
        version INTEGER NOT NULL,
        body    TEXT    NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE versions (
        reserved INTEGER NOT NULL
    ) STRICT;
    INSERT INTO versions (reserved) VALUES (0);
";

/// Opens the connection that writes, and creates file and tables if there are none.
pub(super) fn writer(path: &Path) -> Result<Connection, StoreError> {
    create_file(path).map_err(|error| StoreError::Engine(Arc::new(error)))?;
    let mut connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let state = Identity::read(&connection).map_err(|error| not_ours(path, error))?;
    if state.is_blank() {
        connection
            .pragma_update(None, "page_size", PAGE_BYTES)
            .map_err(fault::classify)?;
    } else {
        state.check(path)?;
    }
    configure_writer(&connection).map_err(fault::classify)?;
    create_tables(&mut connection, path)?;
    // Frames that a former process could not sync may sit in the operating system's cache, marked clean, and be lost
    // at a power cut together with every later frame. Moving them into the database and starting the log over writes
    // them anew. It fails only when another process reads at this moment, who has done the same at its own start.
    connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .map_err(fault::classify)?;
    Ok(connection)
}

/// Opens one more connection, which can only read.
pub(super) fn reader(path: &Path) -> Result<Connection, StoreError> {
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection
        .pragma_update(None, "query_only", true)
        .map_err(fault::classify)?;
    Ok(connection)
}

fn connect(path: &Path, access: OpenFlags) -> Result<Connection, StoreError> {
    // A connection is never used by two threads at once, so SQLite's own mutex around it would only cost.
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(fault::classify)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(fault::classify)?;
    Ok(connection)
}

fn configure_writer(connection: &Connection) -> rusqlite::Result<()> {
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        // A file system without shared memory. Without the log readers would block the writer, and it them.
        return Err(rusqlite::Error::InvalidParameterName(format!(
            "journal_mode stayed {mode}"
        )));
    }
    // FULL syncs the log at every commit; NORMAL would acknowledge what a power cut can still take back.
    connection.pragma_update(None, "synchronous", "FULL")?;
    // 16 MiB of cache, so that no group of batches spills out of it.
    connection.pragma_update(None, "cache_size", -16_384)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    // After a burst the log shrinks back to this.
    connection.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)
}

/// The log's length, in pages, at which the writer moves it into the database. A longer log means that a page which
/// many commits touch is moved once for all of them; 16 MiB is still read back in a fraction of a second at a start.
const CHECKPOINT_PAGES: u32 = 2048;

/// What the header of a database says about whose it is.
struct Identity {
    application: i32,
    format: i32,
    tables: i64,
}

impl Identity {
    fn read(connection: &Connection) -> rusqlite::Result<Self> {
        let number = |sql| connection.query_row(sql, [], |row| row.get::<_, i32>(0));
        Ok(Self {
            application: number("PRAGMA application_id")?,
            format: number("PRAGMA user_version")?,
            tables: connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?,
        })
    }

    fn is_blank(&self) -> bool {
        self.application == 0 && self.format == 0 && self.tables == 0
    }

    fn check(&self, path: &Path) -> Result<(), StoreError> {
        let path = path.display();
        if self.application != APPLICATION_ID {
            return Err(StoreError::Foreign(format!(
                "{path} is a database, but not a Poolhouse store"
            )));
        }
        if self.format != FORMAT {
            let format = self.format;
            return Err(StoreError::Foreign(format!(
                "{path} is a Poolhouse store of format {format}; this version of Poolhouse reads format {FORMAT}"
            )));
        }
        Ok(())
    }
}

fn create_tables(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(fault::classify)?;
    // Another process may have created the tables since the first look.
    let state = Identity::read(&transaction).map_err(fault::classify)?;
    if !state.is_blank() {
        return state.check(path);
    }
    let create = || {
        transaction.execute_batch(TABLES)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", FORMAT)
    };
    create().map_err(fault::classify)?;
    transaction.commit().map_err(fault::classify)
}

/// Creates the file, readable by its owner alone, in a directory that only its owner may enter.
///
/// SQLite gives its log and shared memory the permissions of the database.
fn create_file(path: &Path) -> std::io::Result<()> {
    let directory = match path.parent() {
        Some(directory) if !directory.as_os_str().is_empty() => directory,
        _ => Path::new("."),
    };
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    match OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
    {
        // A power cut must not lose the name of a file whose contents are safe.
        Ok(_) => File::open(directory)?.sync_all(),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

fn not_ours(path: &Path, error: rusqlite::Error) -> StoreError {
    if error.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) {
        return StoreError::Foreign(format!("{} is not a Poolhouse store", path.display()));
    }
    fault::classify(error)
}
