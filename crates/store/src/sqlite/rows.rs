//! The statements, each prepared once for its connection.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

use crate::scan::Start;
use crate::{Row, Scan, Version};

const GET: &str = "SELECT version, body FROM rows WHERE key = ?1";

pub(super) fn get(connection: &Connection, key: &str) -> rusqlite::Result<Option<Row>> {
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Row {
            key: key.to_owned(),
            version: version(row, 0)?,
            body: row.get(1)?,
        })
    };
    connection.prepare_cached(GET)?.query_row([key], read).optional()
}

pub(super) fn scan(connection: &Connection, scan: &Scan) -> rusqlite::Result<Vec<Row>> {
    let (start, bound) = scan.start();
    let end = scan.end();
    let sql = match (bound, end.is_some()) {
        (Start::Included, true) => {
            "SELECT key, version, body FROM rows WHERE key >= ?1 AND key < ?3 ORDER BY key LIMIT ?2"
        }
        (Start::Excluded, true) => {
            "SELECT key, version, body FROM rows WHERE key > ?1 AND key < ?3 ORDER BY key LIMIT ?2"
        }
        (Start::Included, false) => {
            "SELECT key, version, body FROM rows WHERE key >= ?1 ORDER BY key LIMIT ?2"
        }
        (Start::Excluded, false) => {
            "SELECT key, version, body FROM rows WHERE key > ?1 ORDER BY key LIMIT ?2"
        }
    };
    let limit = i64::try_from(scan.limit).unwrap_or(i64::MAX);
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Row {
            key: row.get(0)?,
            version: version(row, 1)?,
            body: row.get(2)?,
        })
    };
    let mut statement = connection.prepare_cached(sql)?;
    match end {
        Some(end) => statement.query_map(params![start, limit, end], read)?.collect(),
        None => statement.query_map(params![start, limit], read)?.collect(),
    }
}

const VERSION: &str = "SELECT version FROM rows WHERE key = ?1";
// Not REPLACE, which deletes the row and writes it elsewhere.
const PUT: &str = "INSERT INTO rows (key, version, body) VALUES (?1, ?2, ?3)
                   ON CONFLICT (key) DO UPDATE SET version = ?2, body = ?3";
const DELETE: &str = "DELETE FROM rows WHERE key = ?1";
const RESERVE: &str = "UPDATE versions SET reserved = reserved + ?1 RETURNING reserved";

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

pub(super) fn version_of(connection: &Connection, key: &str) -> rusqlite::Result<Option<Version>> {
    let mut statement = connection.prepare_cached(VERSION)?;
    statement.query_row([key], |row| version(row, 0)).optional()
}

pub(super) fn put(connection: &Connection, key: &str, version: Version, body: &str) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(PUT)?;
    statement
        .execute(params![key, version.0.cast_signed(), body])
        .map(drop)
}

pub(super) fn delete(connection: &Connection, key: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(DELETE)?.execute([key]).map(drop)
}

/// Takes `count` versions that nobody else will ever get, and answers the greatest of them.
pub(super) fn reserve(connection: &Connection, count: u64) -> rusqlite::Result<u64> {
    let mut statement = connection.prepare_cached(RESERVE)?;
    statement.query_row([count.cast_signed()], |row| version(row, 0).map(|last| last.0))
}

/// SQLite's integers are signed; the bits are what counts.
fn version(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Version> {
    Ok(Version(row.get::<_, i64>(column)?.cast_unsigned()))
}
