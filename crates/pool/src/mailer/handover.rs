//! Mail that stays with the process that wrote it.
//!
//! The process that queues a mail nearly always sends it, too, and at once. So its row is written as one that is claimed already,
//! and its key goes to the worker in memory: a claim would cost a commit of its own. Nothing depends on the memory. A
//! row whose process dies, or does not come round to it, falls due when its lease ends, like every claimed row.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::base::clock::Millis;

/// Keys that are held at a time. What is queued beyond that is claimed from the store in the ordinary way.
const CAPACITY: usize = 1024;
/// How long a row may take from being asked for to being committed, in seconds. Some are never committed.
const PATIENCE_SECONDS: i64 = 10;

/// The keys of rows that this process has written, or is about to.
#[derive(Default)]
pub(super) struct HandOver(Mutex<VecDeque<Held>>);

/// A row that may be in the store by now.
pub(super) struct Held {
    /// Where it lies.
    pub key: String,
    /// When it was asked for.
    pub since: Millis,
}

impl Held {
    /// Whether the row will not come any more.
    pub fn is_given_up(&self, now: Millis) -> bool {
        now >= self.since.plus_seconds(PATIENCE_SECONDS)
    }
}

impl HandOver {
    /// Whether another row can be held.
    pub fn has_room(&self) -> bool {
        self.held().len() < CAPACITY
    }

    /// Hands rows to the worker. The same row twice is the same row.
    pub fn extend(&self, rows: impl IntoIterator<Item = Held>) {
        let mut held = self.held();
        for row in rows {
            if held.iter().all(|other| other.key != row.key) {
                held.push_back(row);
            }
        }
    }

    /// Takes all rows; the worker gives back those that it does not get to.
    pub fn take(&self) -> VecDeque<Held> {
        std::mem::take(&mut self.held())
    }

    fn held(&self) -> MutexGuard<'_, VecDeque<Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
