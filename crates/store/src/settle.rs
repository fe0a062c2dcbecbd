//! Whether a commit whose answer was lost went in.
//!
//! Between the sending of a batch and its answer a connection may break, or a disk fail. The batch's version, which no other
//! commit carries, then tells what became of it: a row with this version proves that it went in, a row that still is as the
//! batch expected it proves that it did not. Anything else proves nothing.

use crate::batch::{Step, Write};
use crate::{Batch, CommitError, Expect, Row, Store, StoreError, Version};

/// What became of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The batch was applied.
    In,
    /// The batch had not been applied when this was found out. It may be committed again *with the same expectations*:
    /// should the first one still be on its way, one of the two meets a conflict.
    Out,
    /// Nobody can say. The caller must assume whichever is worse.
    Unknown,
}

/// What is kept of a batch to [`settle`] its commit: its version, and the one or two rows that tell most.
#[derive(Clone, Debug)]
pub struct Witness {
    version: Version,
    /// A row that the batch puts.
    put: Option<(String, Before)>,
    /// A row that the batch replaces or deletes at the version at which it was read.
    replaced: Option<(String, Version)>,
}

/// What a row that the batch puts had to be before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Before {
    Unsaid,
    Absent,
    Versioned,
}

impl Batch {
    /// What has to be kept of the batch to find out later whether its commit went in.
    #[must_use]
    pub fn witness(&self, version: Version) -> Witness {
        let puts = self.steps().filter(|(_, step)| is_put(step));
        let put = puts.max_by_key(|(_, step)| before(step));
        let replaced = match put {
            Some((key, step)) if before(step) == Before::Versioned => Some((key, step)),
            _ => self
                .steps()
                .find(|(_, step)| step.write.is_some() && versioned(step).is_some()),
        };
        Witness {
            version,
            put: put.map(|(key, step)| (key.to_owned(), before(step))),
            replaced: replaced.and_then(|(key, step)| Some((key.to_owned(), versioned(step)?))),
        }
    }
}

impl Witness {
    fn keys(&self) -> Vec<&str> {
        let put = self.put.iter().map(|(key, _)| key.as_str());
        put.chain(self.replaced.iter().map(|(key, _)| key.as_str()))
            .collect()
    }

    /// What the rows at [`keys`](Self::keys) say.
    fn judge(&self, rows: &[Option<Row>]) -> Settled {
        let mut found = rows.iter().map(|row| row.as_ref().map(|row| row.version));
        let put = self
            .put
            .as_ref()
            .map(|(_, before)| (*before, found.next().flatten()));
        let replaced = self
            .replaced
            .as_ref()
            .map(|(_, version)| (*version, found.next().flatten()));
        if put.is_some_and(|(_, found)| found == Some(self.version)) {
            return Settled::In;
        }
        match (replaced, put) {
            // Versions never come back, so this row was not written since.
            (Some((version, found)), _) if found == Some(version) => Settled::Out,
            // An absent row could have been put and deleted since. Where the batch also replaces one, that one decides.
            (None, Some((Before::Absent, None))) => Settled::Out,
            _ => Settled::Unknown,
        }
    }
}

fn is_put(step: &Step) -> bool {
    matches!(step.write, Some(Write::Put { .. }))
}

fn versioned(step: &Step) -> Option<Version> {
    step.expects().iter().find_map(|expect| match expect {
        Expect::Version(version) => Some(*version),
        _ => None,
    })
}

fn before(step: &Step) -> Before {
    if versioned(step).is_some() {
        Before::Versioned
    } else if step.expects().contains(&Expect::Absent) {
        Before::Absent
    } else {
        Before::Unsaid
    }
}

/// Finds out what became of a commit that was answered with [`CommitError::Uncertain`], with one read.
///
/// A batch that puts nothing is never found to be in, for what it leaves behind could be anybody's doing; one without any
/// expectation is never found to be out, so it is never committed again.
///
/// # Errors
/// When the store cannot be read. Then nothing is known.
pub async fn settle(store: &dyn Store, witness: &Witness) -> Result<Settled, StoreError> {
    let keys = witness.keys();
    if keys.is_empty() {
        return Ok(Settled::Unknown);
    }
    Ok(witness.judge(&store.get_many(&keys).await?))
}

/// Commits the batch, and settles it where the answer is uncertain: [`CommitError::Store`] then says that it is out, and
/// [`CommitError::Uncertain`] that nobody can say.
///
/// # Errors
/// As [`Store::commit`]. The batch is never committed a second time.
pub async fn commit_and_settle(store: &dyn Store, batch: Batch, version: Version) -> Result<(), CommitError> {
    let witness = batch.witness(version);
    match store.commit(batch, version).await {
        Err(CommitError::Uncertain(cause)) => match settle(store, &witness).await {
            Ok(Settled::In) => Ok(()),
            // What may still be applied is not out, whatever a row says now.
            Ok(Settled::Out) if !matches!(cause, StoreError::Unsettled) => Err(CommitError::Store(cause)),
            Ok(Settled::Out | Settled::Unknown) | Err(_) => Err(CommitError::Uncertain(cause)),
        },
        answer => answer,
    }
}
