//! Rows, expectations, and the batches that carry them.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Bound;

use crate::{StoreError, Version, key};

/// One stored document.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    /// The whole key, prefix included.
    pub key: String,
    /// The mark of the write that made the row what it is.
    pub version: Version,
    /// When the row may go, in milliseconds since 1970; `None`: never by itself. The row may still be read after that,
    /// so this says nothing about whether the document is still good.
    pub expires: Option<i64>,
    /// The document as JSON text. The store never looks inside.
    pub body: String,
}

/// Bodies hold personal data, so a row prints everything but its body, of which it prints the length.
impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Row")
            .field("key", &self.key)
            .field("version", &self.version.get())
            .field("expires", &self.expires)
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

/// What a row must look like for a batch to be valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// Anything, nothing included.
    Any,
    /// No row.
    Absent,
    /// A row, at any version.
    Present,
    /// A row at exactly this version.
    Version(Version),
}

impl Expect {
    /// Whether a row at `current` (`None`: no row) is what was expected.
    #[must_use]
    pub fn holds(self, current: Option<Version>) -> bool {
        match self {
            Self::Any => true,
            Self::Absent => current.is_none(),
            Self::Present => current.is_some(),
            Self::Version(version) => current == Some(version),
        }
    }
}

/// Writes and expectations that are applied together or not at all.
///
/// Every expectation speaks of the rows as they were *before* the batch. A key may be named more than once (batches
/// are often [merged](Batch::merge)): then all its expectations must hold, and its last write is the one that counts.
#[derive(Clone, Default)]
pub struct Batch {
    /// By key, because every engine takes its locks in this order, so that two batches can never wait for each other.
    steps: BTreeMap<String, Step>,
    deferred: bool,
}

/// What a batch asks of one key.
#[derive(Clone, Default)]
pub(crate) struct Step {
    /// [`Expect::Any`] is left out, so that most steps allocate nothing here.
    expects: Vec<Expect>,
    pub(crate) write: Option<Write>,
}

#[derive(Clone)]
pub(crate) enum Write {
    Put { body: String, expires: Option<i64> },
    Delete,
}

impl Step {
    /// Whether the row has to be looked at before the batch may be applied.
    pub(crate) fn is_conditional(&self) -> bool {
        !self.expects.is_empty()
    }

    pub(crate) fn holds(&self, current: Option<Version>) -> bool {
        self.expects.iter().all(|expect| expect.holds(current))
    }

    pub(crate) fn expects(&self) -> &[Expect] {
        &self.expects
    }

    fn add(&mut self, other: Step) {
        self.expects.extend(other.expects);
        if other.write.is_some() {
            self.write = other.write;
        }
    }
}

impl Batch {
    /// A batch that asks for nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes `body` (JSON text) at `key`, over whatever is there, if `expect` holds. The row stays until it is deleted,
    /// whatever the one before it said.
    #[must_use]
    pub fn put(self, key: impl Into<String>, expect: Expect, body: impl Into<String>) -> Self {
        let body = body.into();
        self.step(key.into(), expect, Some(Write::Put { body, expires: None }))
    }

    /// The same, for a row that may go at `expires`, in milliseconds since 1970: from then on
    /// [`sweep`](crate::Store::sweep) deletes it.
    ///
    /// What must not be forgotten too early (a mark against replay, a lock) should carry a good deal more than it needs,
    /// an hour say: the clock of the machine that sweeps may run fast.
    #[must_use]
    pub fn put_until(
        self,
        key: impl Into<String>,
        expect: Expect,
        body: impl Into<String>,
        expires: i64,
    ) -> Self {
        let (body, expires) = (body.into(), Some(expires));
        self.step(key.into(), expect, Some(Write::Put { body, expires }))
    }

    /// Deletes the row at `key` if `expect` holds. With [`Expect::Any`], a row that is not there is no conflict.
    #[must_use]
    pub fn delete(self, key: impl Into<String>, expect: Expect) -> Self {
        self.step(key.into(), expect, Some(Write::Delete))
    }

    /// Writes nothing at `key`, but makes the batch depend on it.
    #[must_use]
    pub fn check(self, key: impl Into<String>, expect: Expect) -> Self {
        self.step(key.into(), expect, None)
    }

    /// Lets the commit be answered before it is durable.
    ///
    /// Readers see it as they see any other, and the end of the process takes nothing. It is on disk at the latest when
    /// a later commit that is not deferred has been answered; a power cut before that undoes it, and with it only what
    /// was committed after it. For what does no harm when it happens again.
    #[must_use]
    pub fn deferred(mut self) -> Self {
        self.deferred = true;
        self
    }

    /// This batch and then the other, as one, which is deferred only if both are.
    #[must_use]
    pub fn merge(mut self, other: Batch) -> Self {
        self.deferred &= other.deferred;
        for (key, step) in other.steps {
            self.add(key, step);
        }
        self
    }

    /// The batch with every body that it puts changed; `change` is given key and body.
    #[must_use]
    pub fn map_bodies(mut self, change: impl Fn(&str, &str) -> String) -> Self {
        for (key, step) in &mut self.steps {
            if let Some(Write::Put { body, .. }) = &mut step.write {
                *body = change(key, body);
            }
        }
        self
    }

    /// Whether the batch neither writes nor expects anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Whether the batch writes or expects something at `key`.
    #[must_use]
    pub fn names(&self, key: &str) -> bool {
        self.steps.contains_key(key)
    }

    /// Whether the batch writes or expects something at a key that starts with `prefix`.
    #[must_use]
    pub fn touches(&self, prefix: &str) -> bool {
        let mut from = self
            .steps
            .range::<str, _>((Bound::Included(prefix), Bound::Unbounded));
        from.next().is_some_and(|(key, _)| key.starts_with(prefix))
    }

    /// Every key that the batch names, in ascending order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.steps.keys().map(String::as_str)
    }

    /// Whether the batch puts or deletes the row at `key`.
    #[must_use]
    pub fn writes(&self, key: &str) -> bool {
        self.steps.get(key).is_some_and(|step| step.write.is_some())
    }

    /// What the batch expects at `key`: nothing at all, if it does not name it or expects [`Expect::Any`].
    #[must_use]
    pub fn expects(&self, key: &str) -> &[Expect] {
        self.steps.get(key).map_or(&[], Step::expects)
    }

    /// Refuses a batch that names a key which some engine could not hold.
    pub(crate) fn check_keys(&self) -> Result<(), StoreError> {
        self.keys().try_for_each(key::check)
    }

    /// Whether the commit may be answered before it is durable.
    pub(crate) fn is_deferred(&self) -> bool {
        self.deferred
    }

    /// The steps in ascending key order, one for each key.
    pub(crate) fn into_steps(self) -> impl Iterator<Item = (String, Step)> {
        self.steps.into_iter()
    }

    /// The steps in ascending key order, one for each key.
    pub(crate) fn steps(&self) -> impl Iterator<Item = (&str, &Step)> {
        self.steps.iter().map(|(key, step)| (key.as_str(), step))
    }

    fn step(mut self, key: String, expect: Expect, write: Option<Write>) -> Self {
        let expects = match expect {
            Expect::Any => Vec::new(),
            expect => vec![expect],
        };
        self.add(key, Step { expects, write });
        self
    }

    fn add(&mut self, key: String, step: Step) {
        match self.steps.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(step);
            }
            Entry::Occupied(mut entry) => entry.get_mut().add(step),
        }
    }
}

/// Keys and expectations only: bodies hold personal data.
impl std::fmt::Debug for Batch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map()
            .entries(self.steps.iter().map(|(key, step)| {
                let write = match step.write {
                    Some(Write::Put { expires: None, .. }) => "put",
                    Some(Write::Put { .. }) => "put until",
                    Some(Write::Delete) => "delete",
                    None => "check",
                };
                (key, (write, &step.expects))
            }))
            .finish()
    }
}
