//! The statements, each prepared once for its connection.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

use crate::scan::Start;
use crate::{Row, Scan, Version};

/// The table that a row lies in: one of the two, whichever its last put said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Table {
    /// Rows without an expiry.
    Lasting,
    /// Rows with one.
    Brief,
}

/// What is known, within a transaction, about where a row lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It was not looked for.
    Unknown,
    /// There is none.
    Nowhere,
    /// It is there.
    In(Table),
}

impl Place {
    fn may_be(self, table: Table) -> bool {
        match self {
            Self::Unknown => true,
            Self::Nowhere => false,
            Self::In(place) => place == table,
        }
    }
}

/// A row that is found in the first table ends the statement before the second is searched.
pub(super) const GET: &str = "SELECT version, NULL, body FROM lasting WHERE key = ?1
    UNION ALL SELECT version, expires, body FROM brief WHERE key = ?1";

pub(super) fn get(connection: &Connection, key: &str) -> rusqlite::Result<Option<Row>> {
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Row {
            key: key.to_owned(),
            version: version(row, 0)?,
            expires: row.get(1)?,
            body: row.get(2)?,
        })
    };
    connection.prepare_cached(GET)?.query_row([key], read).optional()
}

/// All from one state of the file, which another process may change between two statements.
pub(super) fn get_many<K: AsRef<str>>(
    connection: &Connection,
    keys: &[K],
) -> rusqlite::Result<Vec<Option<Row>>> {
    let read = || keys.iter().map(|key| get(connection, key.as_ref())).collect();
    if keys.len() < 2 {
        return read();
    }
    run(connection, "BEGIN")?;
    let rows = read();
    // Also ends a transaction that only read; one that SQLite has ended by itself needs no end.
    let ended = match connection.is_autocommit() {
        true => Ok(()),
        false => rollback(connection),
    };
    rows.and_then(|rows| ended.map(|()| rows))
}

/// Merges what two walks along the indexes of keys find.
macro_rules! page {
    ($bounds:literal) => {
        concat!(
            "SELECT key, version, NULL, body FROM lasting WHERE ",
            $bounds,
            " UNION ALL SELECT key, version, expires, body FROM brief WHERE ",
            $bounds,
            " ORDER BY key LIMIT ?2"
        )
    };
}

/// By whether `?1` itself belongs to the page, and whether the prefix ends, at `?3`.
pub(super) fn page(start: Start, ends: bool) -> &'static str {
    match (start, ends) {
        (Start::Included, true) => page!("key >= ?1 AND key < ?3"),
        (Start::Excluded, true) => page!("key > ?1 AND key < ?3"),
        (Start::Included, false) => page!("key >= ?1"),
        (Start::Excluded, false) => page!("key > ?1"),
    }
}

pub(super) fn scan(connection: &Connection, scan: &Scan) -> rusqlite::Result<Vec<Row>> {
    let (start, bound) = scan.start();
    let end = scan.end();
    let limit = i64::try_from(scan.limit).unwrap_or(i64::MAX);
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Row {
            key: row.get(0)?,
            version: version(row, 1)?,
            expires: row.get(2)?,
            body: row.get(3)?,
        })
    };
    let mut statement = connection.prepare_cached(page(bound, end.is_some()))?;
    match end {
        Some(end) => statement.query_map(params![start, limit, end], read)?.collect(),
        None => statement.query_map(params![start, limit], read)?.collect(),
    }
}

pub(super) const FIND: &str = "SELECT version, 0 FROM lasting WHERE key = ?1
    UNION ALL SELECT version, 1 FROM brief WHERE key = ?1";
// Not REPLACE, which deletes the row and writes it elsewhere.
const PUT_LASTING: &str = "INSERT INTO lasting (key, version, body) VALUES (?1, ?2, ?3)
    ON CONFLICT (key) DO UPDATE SET version = ?2, body = ?3";
const PUT_BRIEF: &str = "INSERT INTO brief (key, version, expires, body) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (key) DO UPDATE SET version = ?2, expires = ?3, body = ?4";
const DELETE_LASTING: &str = "DELETE FROM lasting WHERE key = ?1";
const DELETE_BRIEF: &str = "DELETE FROM brief WHERE key = ?1";
pub(super) const SWEEP: &str = "DELETE FROM brief WHERE rowid IN
    (SELECT rowid FROM brief WHERE expires <= ?1 ORDER BY expires LIMIT ?2)";

/// Begins to read one state, which is that of now: it is what the first statement finds.
pub(super) fn begin_to_read(connection: &Connection) -> rusqlite::Result<()> {
    run(connection, "BEGIN")?;
    get(connection, "").map(drop)
}

/// Begins to write. A lock that another process holds is waited for as long as `patience`.
pub(super) fn begin(connection: &Connection, patience: Duration) -> rusqlite::Result<()> {
    connection.busy_timeout(patience)?;
    run(connection, "BEGIN IMMEDIATE")
}

/// Says whether the commits from here on are synced. Not inside a transaction.
pub(super) fn set_synced(connection: &Connection, synced: bool) -> rusqlite::Result<()> {
    connection.execute_batch(match synced {
        // FULL syncs the log at every commit, and with it the commits before that were not synced.
        true => "PRAGMA synchronous = FULL",
        // NORMAL syncs it before it is moved into the database.
        false => "PRAGMA synchronous = NORMAL",
    })
}

pub(super) fn commit(connection: &Connection) -> rusqlite::Result<()> {
    run(connection, "COMMIT")
}

pub(super) fn rollback(connection: &Connection) -> rusqlite::Result<()> {
    run(connection, "ROLLBACK")
}

fn run(connection: &Connection, statement: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(statement)?.execute([]).map(drop)
}

/// The version of the row at `key`, and where it lies.
pub(super) fn find(connection: &Connection, key: &str) -> rusqlite::Result<Option<(Version, Table)>> {
    let read = |row: &rusqlite::Row<'_>| {
        let table = match row.get(1)? {
            0 => Table::Lasting,
            _ => Table::Brief,
        };
        Ok((version(row, 0)?, table))
    };
    connection.prepare_cached(FIND)?.query_row([key], read).optional()
}

pub(super) fn put(
    connection: &Connection,
    key: &str,
    version: Version,
    body: &str,
    expires: Option<i64>,
    place: Place,
) -> rusqlite::Result<()> {
    let other = match expires {
        None => Table::Brief,
        Some(_) => Table::Lasting,
    };
    if place.may_be(other) {
        delete_from(connection, other, key)?;
    }
    match expires {
        None => {
            let mut statement = connection.prepare_cached(PUT_LASTING)?;
            statement.execute(params![key, version.get(), body]).map(drop)
        }
        Some(expires) => {
            let mut statement = connection.prepare_cached(PUT_BRIEF)?;
            statement
                .execute(params![key, version.get(), expires, body])
                .map(drop)
        }
    }
}

pub(super) fn delete(connection: &Connection, key: &str, place: Place) -> rusqlite::Result<()> {
    [Table::Lasting, Table::Brief]
        .into_iter()
        .filter(|table| place.may_be(*table))
        .try_for_each(|table| delete_from(connection, table, key))
}

fn delete_from(connection: &Connection, table: Table, key: &str) -> rusqlite::Result<()> {
    let sql = match table {
        Table::Lasting => DELETE_LASTING,
        Table::Brief => DELETE_BRIEF,
    };
    connection.prepare_cached(sql)?.execute([key]).map(drop)
}

/// Deletes the rows that expired first, those of `due` and before, and answers how many.
pub(super) fn sweep(connection: &Connection, due: i64, at_most: usize) -> rusqlite::Result<usize> {
    let at_most = i64::try_from(at_most).unwrap_or(i64::MAX);
    connection.prepare_cached(SWEEP)?.execute([due, at_most])
}

fn version(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Version> {
    let number = row.get(column)?;
    Version::new(number).ok_or(rusqlite::Error::IntegralValueOutOfRange(column, number))
}
