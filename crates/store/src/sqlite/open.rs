//! From a path to a connection on a store of ours, or a clear refusal.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::{fault, rows};
use crate::StoreError;

/// `PooH`, so that `file` and an operator can tell what the database is.
const APPLICATION_ID: i32 = 0x506f_6f48;
/// The layout of the tables below. Raised when it changes.
pub(super) const FORMAT: i32 = 2;
/// How long a call waits for another process (a backup, `poolhouse keys create`) to let go of the write lock.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// After a burst the log's file shrinks back to this many bytes.
const LOG_BYTES: u32 = 64 * 1024 * 1024;

/// Tables with rowids, although every access is by key: new bodies then fill pages one after the other, and only the
/// small indexes are written at random places. `WITHOUT ROWID` spreads the bodies over as many pages as there are rows in
/// a transaction, and costs 1.7 times the CPU of a commit (measured with the example `throughput`). The index of expiries
/// leads to rowids, which is all that a sweep asks for.
const TABLES: &str = "
    CREATE TABLE lasting (
        key     TEXT    NOT NULL PRIMARY KEY,
        version INTEGER NOT NULL,
        body    TEXT    NOT NULL
    ) STRICT;
    CREATE TABLE brief (
        key     TEXT    NOT NULL PRIMARY KEY,
        version INTEGER NOT NULL,
        expires INTEGER NOT NULL,
        body    TEXT    NOT NULL
    ) STRICT;
    CREATE INDEX brief_by_expiry ON brief (expires);
";

/// Opens the connection that writes, and creates file and tables if there are none.
pub(super) fn writer(path: &Path) -> Result<Connection, StoreError> {
    let engine = |error: std::io::Error| StoreError::Engine(Arc::new(error));
    let directory = directory_of(path);
    create_directory(directory).map_err(engine)?;
    // Two processes that create the same store at once would meet in states for which SQLite has no waiting. The lock
    // is on the directory because closing a second handle on the file itself would drop SQLite's own locks. It ends
    // with this function.
    let directory = File::open(directory).map_err(engine)?;
    directory.lock().map_err(engine)?;
    create_file(path, &directory).map_err(engine)?;

    let mut connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let identity = Identity::read(&connection).map_err(|error| not_ours(path, error))?;
    if !identity.is_blank() {
        identity.check(path)?;
    }
    configure_writer(&connection).map_err(fault::classify)?;
    if identity.is_blank() {
        create_tables(&mut connection).map_err(fault::classify)?;
    }
    // Pages that a former process failed to sync may sit in the operating system's cache, marked clean; a power cut
    // would take them, and with them every later commit in the log. Moving the log into the database writes them
    // anew, and the next commit starts the log over. It waits for nobody: any other process that has the file open did the same.
    connection
        .query_row(MOVE_LOG, [], |_| Ok(()))
        .map_err(fault::classify)?;
    Ok(connection)
}

/// Moves as much of the log into the database as can be moved without waiting for anybody.
pub(super) const MOVE_LOG: &str = "PRAGMA wal_checkpoint(PASSIVE)";

/// Opens the connection that moves the log, and writes nothing else.
pub(super) fn log_mover(path: &Path) -> Result<Connection, StoreError> {
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    rows::set_synced(&connection, true).map_err(fault::classify)?;
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
    rows::set_synced(connection, true)?;
    // 16 MiB of cache, so that no group of batches spills out of it.
    connection.pragma_update(None, "cache_size", -16_384)?;
    // The module `checkpoint` moves the log.
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "journal_size_limit", LOG_BYTES)
}

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
        if self.application != APPLICATION_ID {
            return Err(StoreError::Foreign(format!(
                "{} is a database, but not a Poolhouse store",
                path.display()
            )));
        }
        if self.format != FORMAT {
            return Err(StoreError::Format {
                path: path.to_owned(),
                found: self.format,
                reads: FORMAT,
            });
        }
        Ok(())
    }
}

fn create_tables(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    transaction.execute_batch(TABLES)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", FORMAT)?;
    transaction.commit()
}

fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(directory) if !directory.as_os_str().is_empty() => directory,
        _ => Path::new("."),
    }
}

/// A new directory may be entered by its owner alone.
fn create_directory(directory: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory)
}

/// A new file may be read by its owner alone. SQLite gives its log and shared memory the same permissions.
fn create_file(path: &Path, directory: &File) -> std::io::Result<()> {
    match OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
    {
        // A power cut must not lose the name of a file whose contents are safe.
        Ok(_) => directory.sync_all(),
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

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[test]
    fn a_file_named_without_a_folder_lies_in_the_present_one() {
        for (path, folder) in [("pool.db", "."), ("data/pool.db", "data"), ("/pool.db", "/")] {
            assert_eq!(directory_of(Path::new(path)), Path::new(folder), "{path}");
        }
    }

    #[test]
    fn what_keeps_the_file_from_being_created_is_said() {
        let path = std::env::temp_dir().join("x".repeat(300));
        let refused = writer(&path).err().unwrap();
        assert_eq!(
            refused.source().unwrap().to_string(),
            "File name too long (os error 36)"
        );
    }
}
