//! The statements, each prepared once for its connection.

use rusqlite::{Connection, OptionalExtension, Statement, params};

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

/// What the writer needs. Its statements live as long as its connection, so nothing is looked up for a batch.
pub(super) struct WriteStatements<'c> {
    pub(super) begin: Statement<'c>,
    pub(super) commit: Statement<'c>,
    pub(super) rollback: Statement<'c>,
    version: Statement<'c>,
    put: Statement<'c>,
    delete: Statement<'c>,
    reserve: Statement<'c>,
}

impl<'c> WriteStatements<'c> {
    pub(super) fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            begin: connection.prepare("BEGIN IMMEDIATE")?,
            commit: connection.prepare("COMMIT")?,
            rollback: connection.prepare("ROLLBACK")?,
            version: connection.prepare("SELECT version FROM rows WHERE key = ?1")?,
            put: connection.prepare(
                // Not REPLACE, which deletes the row and writes it elsewhere.
                "INSERT INTO rows (key, version, body) VALUES (?1, ?2, ?3)
                 ON CONFLICT (key) DO UPDATE SET version = ?2, body = ?3",
            )?,
            delete: connection.prepare("DELETE FROM rows WHERE key = ?1")?,
            reserve: connection.prepare("UPDATE versions SET reserved = reserved + ?1 RETURNING reserved")?,
        })
    }

    pub(super) fn version(&mut self, key: &str) -> rusqlite::Result<Option<Version>> {
        self.version.query_row([key], |row| version(row, 0)).optional()
    }

    pub(super) fn put(&mut self, key: &str, version: Version, body: &str) -> rusqlite::Result<()> {
        self.put
            .execute(params![key, version.0.cast_signed(), body])
            .map(drop)
    }

    pub(super) fn delete(&mut self, key: &str) -> rusqlite::Result<()> {
        self.delete.execute([key]).map(drop)
    }

    /// Takes `count` versions that nobody else will ever get, and answers the greatest of them.
    pub(super) fn reserve(&mut self, count: u64) -> rusqlite::Result<u64> {
        self.reserve
            .query_row([count.cast_signed()], |row| version(row, 0).map(|last| last.0))
    }
}

/// SQLite's integers are signed; the bits are what counts.
fn version(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Version> {
    Ok(Version(row.get::<_, i64>(column)?.cast_unsigned()))
}
