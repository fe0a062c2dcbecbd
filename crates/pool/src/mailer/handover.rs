//! Mail that stays with the process that wrote it.
//!
//! The process that queues a mail nearly always sends it, too, and at once. So its row is written as one that is claimed already,
//! and it goes to the worker in memory: a claim would cost a commit of its own, and reading the row would open, unpack and parse what
//! was there a moment ago. Nothing depends on the memory. A row whose process dies, or does not come round to it, falls due when its lease
//! ends, like every claimed row. And what is in the store is what counts: a mail that was composed and never committed, or was
//! committed with another text, is not sent as it is here.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use poolhouse_store::Row;

use super::Urgency;
use super::outbox::{Entry, Kept, Payload};
use crate::base::clock::Millis;

/// Mails that are held at a time: some megabytes. What is queued beyond that is claimed from the store in the ordinary way.
const CAPACITY: usize = 1024;
/// How long a row may take from being asked for to being committed, in seconds. Some are never committed.
const PATIENCE_SECONDS: i64 = 10;

/// The mails whose rows this process has written, or is about to.
#[derive(Default)]
pub(super) struct HandOver(Mutex<VecDeque<Held>>);

/// A row that may be in the store by now.
pub(super) struct Held {
    /// Where it lies.
    pub key: String,
    /// The mail's name.
    pub id: String,
    /// What comes first.
    pub urgency: Urgency,
    /// When its lease ends.
    pub due: Millis,
    /// What the row holds.
    pub mail: Kept,
    /// What is sealed in it.
    pub payload: Payload,
}

impl Held {
    /// Whether the row will not come any more.
    pub fn is_given_up(&self, now: Millis) -> bool {
        now >= self.mail.queued.plus_seconds(PATIENCE_SECONDS)
    }

    /// The entry in the row at its key, if that holds this very mail: no two are sealed alike.
    pub fn entry(&self, row: &Row) -> Option<Entry> {
        row.body.contains(&self.mail.sealed).then(|| Entry {
            key: self.key.clone(),
            version: row.version,
            id: self.id.clone(),
            urgency: self.urgency,
            due: self.due,
            mail: self.mail.clone(),
        })
    }
}

impl HandOver {
    /// Whether another row can be held.
    pub fn has_room(&self) -> bool {
        self.held().len() < CAPACITY
    }

    /// Hands rows to the worker. Of two for one key the later counts: a step that was tried again has composed its mail anew.
    pub fn extend(&self, rows: impl IntoIterator<Item = Held>) {
        let mut held = self.held();
        for row in rows {
            match held.iter_mut().find(|other| other.key == row.key) {
                Some(other) => *other = row,
                None => held.push_back(row),
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
