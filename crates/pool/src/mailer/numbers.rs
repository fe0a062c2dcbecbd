//! What became of mails, counted since the process started.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use poolhouse_mail::Attempt;

use crate::base::clock::Millis;

/// How an attempt ended, as far as a count is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// The carrier has the mail.
    Accepted,
    /// The carrier, or another one, is asked again.
    Deferred,
    /// The mailbox takes no mail.
    Refused,
}

impl Fate {
    /// Its name as a metric's label.
    pub fn name(self) -> &'static str {
        match self {
            Fate::Accepted => "accepted",
            Fate::Deferred => "deferred",
            Fate::Refused => "refused",
        }
    }
}

/// How often attempts at one carrier ended in one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// The carrier: `host:port`, `ses.eu-central-1`.
    pub carrier: String,
    /// How they ended.
    pub fate: Fate,
    /// With which reply code, if there was a reply.
    pub code: Option<u16>,
    /// How often.
    pub count: u64,
}

/// What waits in the outbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Mails that wait or are under way; at most 10,000 are counted.
    pub queued: usize,
    /// When the oldest of them was asked for.
    pub oldest: Option<Millis>,
}

type Key = (String, Fate, Option<u16>);

/// Counts of attempts.
#[derive(Default)]
pub(super) struct Numbers(Mutex<BTreeMap<Key, u64>>);

impl Numbers {
    pub fn count(&self, attempt: &Attempt, fate: Fate) {
        *self
            .held()
            .entry((attempt.carrier.clone(), fate, attempt.code))
            .or_default() += 1;
    }

    pub fn all(&self) -> Vec<Count> {
        let counts = self.held();
        let counts = counts.iter().map(|((carrier, fate, code), count)| Count {
            carrier: carrier.clone(),
            fate: *fate,
            code: *code,
            count: *count,
        });
        counts.collect()
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<Key, u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
