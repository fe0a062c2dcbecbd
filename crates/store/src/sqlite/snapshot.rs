//! One state of the file, read page by page.
//!
//! A transaction that only reads, on a connection of its own: in WAL mode it holds nobody up. As long as it lasts the log
//! cannot begin anew, so it grows with what is committed meanwhile.

use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;
use tokio::task::spawn_blocking;

use super::health::Health;
use super::{fault, open, rows};
use crate::{BoxFuture, Row, Scan, Snapshot, StoreError};

pub(super) struct State {
    /// Taken while a page is read; gone after an error.
    connection: Option<Connection>,
    last: Option<String>,
    health: Arc<Health>,
}

impl State {
    /// The state of now.
    pub(super) async fn take(path: &Path, health: Arc<Health>) -> Result<Self, StoreError> {
        health.check()?;
        let path = path.to_owned();
        let begun = move || {
            let connection = open::reader(&path)?;
            rows::begin_to_read(&connection).map_err(fault::classify)?;
            Ok(connection)
        };
        let connection: Result<Connection, StoreError> =
            spawn_blocking(begun).await.map_err(|_| StoreError::Closed)?;
        Ok(Self {
            connection: Some(connection?),
            last: None,
            health,
        })
    }
}

impl Snapshot for State {
    fn next(&mut self, limit: usize) -> BoxFuture<'_, Result<Vec<Row>, StoreError>> {
        Box::pin(async move {
            self.health.check()?;
            let connection = self.connection.take().ok_or(StoreError::Closed)?;
            let scan = Scan {
                prefix: String::new(),
                after: self.last.clone(),
                limit,
            };
            let read = spawn_blocking(move || {
                let page = rows::scan(&connection, &scan);
                (connection, page)
            });
            let (connection, page) = read.await.map_err(|_| StoreError::Closed)?;
            let page = page.map_err(fault::classify)?;
            self.connection = Some(connection);
            if let Some(last) = page.last() {
                self.last = Some(last.key.clone());
            }
            Ok(page)
        })
    }
}
