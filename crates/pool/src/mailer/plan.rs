//! What a page of the outbox asks for, before anything is done about it.

use std::collections::HashMap;
use std::time::Duration;

use poolhouse_mail::Attempt;
use poolhouse_store::{Batch, Expect, Row, Version};

use super::LEASE_SECONDS;
use super::outbox::Entry;
use crate::base::clock::Millis;
use crate::base::platform::Platform;

/// How long the worker sleeps if nothing wakes it: rows of other processes and ended leases announce themselves to
/// nobody.
pub(super) const TICK: Duration = Duration::from_secs(1);
/// Names of mails that are remembered at a time.
const MOST_THREADS: usize = 4096;

/// What a page of the outbox asks for.
pub(super) struct Due {
    /// What is to be done.
    pub steps: Vec<Step>,
    /// When the first row falls due that does not yet.
    first_later: Option<Millis>,
}

impl Due {
    /// How long it is until there may be more to find, after a page that had room for so many.
    pub fn wait(&self, room: usize, now: Millis) -> Duration {
        match self.first_later {
            Some(later) => TICK.min(Duration::from_millis(u64::try_from(later.0 - now.0).unwrap_or(0))),
            None if self.steps.len() < room => TICK,
            None => Duration::ZERO,
        }
    }
}

/// One row's part of the commit: a claim, or another end of a row's stay where it is.
pub(super) struct Step {
    /// What is written.
    pub batch: Batch,
    claims: Option<Entry>,
}

impl Step {
    fn claim(entry: &Entry, now: Millis) -> Step {
        let (batch, claimed) = entry.moved(now.plus_seconds(LEASE_SECONDS));
        Step {
            batch,
            claims: Some(claimed),
        }
    }

    fn ends(batch: Batch) -> Step {
        Step { batch, claims: None }
    }

    /// A mail whose time is over.
    pub fn expired(platform: &Platform, entry: &Entry) -> Step {
        report_expired(entry, entry.attempts(platform).last());
        Step::ends(entry.removed())
    }

    /// A mail that a newer one says better.
    pub fn replaced(entry: &Entry) -> Step {
        tracing::info!(
            mail = entry.id,
            request_id = entry.mail.request,
            to = entry.mail.addressee,
            "mail replaced by a newer one"
        );
        Step::ends(entry.removed())
    }

    /// A mail that goes back among those that are due.
    pub fn back(entry: &Entry, now: Millis) -> Step {
        Step::ends(entry.moved(now).0)
    }

    fn unreadable(row: Row) -> Step {
        tracing::error!(key = row.key, "row of the outbox cannot be read, removed");
        Step::ends(Batch::new().delete(row.key, Expect::Version(row.version)))
    }

    /// The claimed mail, once the commit has given its row this version.
    pub fn claimed(self, version: Version) -> Option<Entry> {
        self.claims.map(|entry| Entry { version, ..entry })
    }
}

/// The log's line about a mail that nobody took in time, with what the last try met.
pub(super) fn report_expired(entry: &Entry, last: Option<&Attempt>) {
    let last = last.map_or_else(
        || "none: every carrier rested, or no server ran".to_owned(),
        Attempt::to_string,
    );
    tracing::warn!(
        mail = entry.id,
        request_id = entry.mail.request,
        to = entry.mail.addressee,
        kind = entry.urgency.name(),
        failures = entry.mail.failures,
        last_attempt = last,
        "mail expired, removed"
    );
}

/// What the rows of a page, in order, ask for.
pub(super) fn due(platform: &Platform, rows: Vec<Row>, threads: &Threads, now: Millis) -> Due {
    let mut due = Due {
        steps: Vec::new(),
        first_later: None,
    };
    for row in rows {
        let step = match Entry::parse(platform, &row) {
            None => Step::unreadable(row),
            Some(entry) if entry.due > now => {
                due.first_later = Some(entry.due);
                break;
            }
            Some(entry) if entry.mail.expires <= now => Step::expired(platform, &entry),
            Some(entry) if threads.has_newer(&entry) => Step::replaced(&entry),
            Some(entry) => Step::claim(&entry, now),
        };
        due.steps.push(step);
    }
    due
}

/// The newest mail of each name that was seen in the store. A mail that still waits when a newer one was seen is not
/// sent: it would arrive behind it, or say what is no longer true.
#[derive(Default)]
pub(super) struct Threads(HashMap<String, (Millis, Millis)>);

impl Threads {
    /// Remembers a mail that is in the store.
    pub fn see(&mut self, entry: &Entry, now: Millis) {
        let Some(thread) = &entry.mail.thread else {
            return;
        };
        if self.0.len() >= MOST_THREADS {
            self.0.retain(|_, (_, expires)| *expires > now);
        }
        if self.0.len() >= MOST_THREADS {
            // More than that are alive: forgetting them costs a mail that is sent although a newer one is.
            self.0.clear();
        }
        let seen = self
            .0
            .entry(thread.clone())
            .or_insert((entry.mail.queued, entry.mail.expires));
        seen.0 = seen.0.max(entry.mail.queued);
        seen.1 = seen.1.max(entry.mail.expires);
    }

    /// Whether a newer one was seen.
    pub fn has_newer(&self, entry: &Entry) -> bool {
        let thread = entry.mail.thread.as_ref();
        let seen = thread.and_then(|thread| self.0.get(thread));
        seen.is_some_and(|(queued, _)| *queued > entry.mail.queued)
    }
}
