//! Connections that only read.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use super::{fault, open};
use crate::StoreError;

/// How many idle connections are kept; each holds its statements and some megabytes of pages.
const KEPT: usize = 16;

/// A pool without a limit of its own: a connection is held only while a call runs on the calling thread, so there are
/// never more of them than threads that call.
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(super) fn new(path: PathBuf) -> Self {
        Self {
            path,
            idle: Mutex::default(),
        }
    }

    /// Runs `read` on some connection, each statement of it on the newest state.
    pub(super) fn read<T>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let kept = self.idle().pop();
        let connection = match kept {
            Some(connection) => connection,
            None => open::reader(&self.path)?,
        };
        // A connection that failed is dropped: the next call begins with a fresh one.
        let value = read(&connection).map_err(fault::classify)?;
        let mut idle = self.idle();
        if idle.len() < KEPT {
            idle.push(connection);
        }
        Ok(value)
    }

    pub(super) fn close(&self) {
        self.idle().clear();
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// This many reads at the same moment.
    fn nested(readers: &Readers, depth: usize) {
        let read = |_: &Connection| {
            if depth > 1 {
                nested(readers, depth - 1);
            }
            Ok(())
        };
        readers.read(read).unwrap();
    }

    #[test]
    fn connections_are_kept_for_the_next_reads_and_after_a_burst_not_all_of_them() {
        let name = format!("poolhouse-store-{}-readers", std::process::id());
        let directory = std::env::temp_dir().join(name);
        let path = directory.join("pool.db");
        let _writer = open::writer(&path).unwrap();
        let readers = Readers::new(path);
        for (at_once, kept) in [(1, 1), (1, 1), (3, 3), (2, 3), (KEPT, KEPT), (KEPT + 2, KEPT)] {
            nested(&readers, at_once);
            assert_eq!(readers.idle().len(), kept, "{at_once} at once");
        }
        std::fs::remove_dir_all(directory).unwrap();
    }
}
