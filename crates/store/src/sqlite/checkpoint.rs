//! Moving the log into the database, beside the commits.
//!
//! Left to itself SQLite does that within the commit that makes the log too long: that commit, and everybody behind it,
//! waits for thousands of pages and for two syncs. Here a thread with a connection of its own moves them while commits go
//! on. They add to the log meanwhile, so it is never moved whole that way and cannot start over. Once it is long, the next
//! commit after a move therefore moves what little has been added since; the one after that begins the log anew.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use rusqlite::Connection;
use rusqlite::hooks::Wal;

use super::health::Health;
use super::{fault, open};
use crate::StoreError;

/// The log's growth, in pages, after which it is moved: 2 MiB. The more, the more often a page that many commits touch is
/// moved once for all of them; but the disk is then given so much at a time that the commits' own syncs wait behind it.
/// (A flood of unknown names, each a page of its own: with 4096 five times as many commits took over 5 ms as with 512.)
const EVERY: i32 = 512;
/// The log's length, in pages, from which on it is to start over: 64 MiB, which are read back in less than a second.
const LONGEST: i32 = 16_384;

/// Starts the thread, and has it woken by the commits of this connection. It ends when the connection is closed.
pub(super) fn start(
    path: &Path,
    connection: &mut Connection,
    health: Arc<Health>,
) -> Result<JoinHandle<()>, StoreError> {
    let (wake, woken) = sync_channel(1);
    let moved = Arc::<AtomicBool>::default();
    let mut watch = Watch {
        wake,
        moved: Arc::clone(&moved),
        next: EVERY,
    };
    connection
        .wal_hook(Some(move |log: &mut Wal, pages| {
            watch.see(pages, || drop(log.checkpoint()));
            // An error here would be taken for the commit's.
            Ok(())
        }))
        .map_err(fault::classify)?;
    let path = path.to_owned();
    std::thread::Builder::new()
        .name("store-log".to_owned())
        .spawn(move || serve(&path, &woken, &moved, &health))
        .map_err(|error| StoreError::Engine(Arc::new(error)))
}

/// What the commits know of the log.
struct Watch {
    wake: SyncSender<()>,
    /// Whether the thread has moved the log since a commit did.
    moved: Arc<AtomicBool>,
    /// The length at which it is moved next.
    next: i32,
}

impl Watch {
    /// After a commit that left the log this long; `finish` moves what is left of it.
    fn see(&mut self, pages: i32, finish: impl FnOnce()) {
        if pages < self.next - EVERY {
            // It has started over.
            self.next = EVERY;
        }
        if pages >= LONGEST && self.moved.swap(false, Ordering::AcqRel) {
            finish();
        } else if pages >= self.next {
            self.next = pages + EVERY;
            // Full: it is woken already. Gone: the commits say what is wrong with the file.
            let _ = self.wake.try_send(());
        }
    }
}

fn serve(path: &Path, woken: &Receiver<()>, moved: &AtomicBool, health: &Health) {
    let mut kept = None;
    while woken.recv().is_ok() {
        let connection = kept.take().map_or_else(|| open::log_mover(path), Ok);
        kept = connection
            .ok()
            .filter(|connection| move_log(connection, moved, health));
    }
}

/// Moves what no reader still needs. Answers whether the connection is good for another time.
fn move_log(connection: &Connection, moved: &AtomicBool, health: &Health) -> bool {
    match connection.query_row(open::MOVE_LOG, [], |_| Ok(())) {
        Ok(()) => {
            moved.store(true, Ordering::Release);
            true
        }
        Err(error) => {
            // It syncs the log, and what is true of a commit's sync is true of this one.
            if matches!(fault::classify_commit(error), StoreError::Fenced) {
                health.fence();
            }
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_moved_each_time_it_has_grown_and_started_over_once_it_is_long() {
        let (wake, woken) = sync_channel(1);
        let mut watch = Watch {
            wake,
            moved: Arc::default(),
            next: EVERY,
        };
        let moved = Arc::clone(&watch.moved);
        let mut after = |pages| {
            let mut finished = false;
            watch.see(pages, || finished = true);
            (woken.try_recv().is_ok(), finished)
        };
        let (nothing, wakes, finishes) = ((false, false), (true, false), (false, true));
        assert_eq!(after(EVERY - 1), nothing);
        assert_eq!(after(EVERY), wakes);
        assert_eq!(after(EVERY + 1), nothing, "woken already");
        moved.store(true, Ordering::Relaxed);
        assert_eq!(after(2 * EVERY), wakes);
        assert_eq!(after(3 * EVERY + 5), wakes);
        assert_eq!(after(LONGEST - 5), wakes);
        assert_eq!(after(LONGEST), finishes);
        assert_eq!(after(LONGEST + 1), nothing, "a reader may be in the way");
        assert_eq!(after(LONGEST + EVERY + 5), wakes);
        moved.store(true, Ordering::Relaxed);
        assert_eq!(after(LONGEST + EVERY + 6), finishes);
        assert_eq!(after(7), nothing, "it has started over");
        assert_eq!(after(EVERY), wakes);
    }

    #[test]
    fn what_is_in_the_log_comes_into_the_database_without_a_commit() {
        let name = format!("poolhouse-store-{}-checkpoint", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let path = folder.join("pool.db");
        let writer = open::writer(&path).unwrap();
        let insert = "INSERT INTO lasting (key, version, body) VALUES ('a', 1, ?1)";
        writer.execute(insert, ["x".repeat(1_000_000)]).unwrap();
        let length = || std::fs::metadata(&path).unwrap().len();
        assert!(length() < 1_000_000);
        let (wake, woken) = sync_channel(1);
        wake.send(()).unwrap();
        drop(wake);
        let (moved, health) = (AtomicBool::new(false), Health::default());
        serve(&path, &woken, &moved, &health);
        assert!(moved.load(Ordering::Relaxed));
        assert!(length() > 1_000_000);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
