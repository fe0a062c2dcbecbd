//! What clients asked, what they heard, and when.

use std::collections::BTreeMap;

use crate::{Expect, Version};

/// One call. Moments are numbers that only say which of two came first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Before the store was asked.
    pub begun: u64,
    /// After it had answered; `None` where nothing was heard that says what came of it, so that it may still take effect.
    pub ended: Option<u64>,
    /// What was asked and heard.
    pub what: What,
}

/// What was asked and heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The versions of these rows, `None` for those that were not there, from one state.
    Read(BTreeMap<String, Option<Version>>),
    /// All rows whose keys begin so, from one state.
    Listed {
        /// What the keys begin with.
        prefix: String,
        /// The rows that there were.
        rows: BTreeMap<String, Version>,
    },
    /// A batch.
    Commit {
        /// Its steps.
        changes: Vec<Change>,
        /// What its caller heard.
        heard: Heard,
    },
}

/// A step of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The row.
    pub key: String,
    /// What it must be before the batch.
    pub expects: Vec<Expect>,
    /// What becomes of it.
    pub written: Written,
}

/// What becomes of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// Nothing.
    Not,
    /// It has this version.
    Put(Version),
    /// It is gone.
    Deleted,
}

/// What the caller of a commit heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// That it was applied.
    Applied,
    /// That this row was not as expected.
    Conflict(String),
    /// That it was not applied, and will not be.
    Refused,
    /// Nothing: it may have been applied, or may be yet.
    Nothing,
}

impl Operation {
    /// The keys that it names; those of a list are known to the whole history only.
    pub(super) fn keys(&self) -> Vec<&str> {
        match &self.what {
            What::Read(rows) => rows.keys().map(String::as_str).collect(),
            What::Listed { rows, .. } => rows.keys().map(String::as_str).collect(),
            What::Commit { changes, .. } => changes.iter().map(|change| change.key.as_str()).collect(),
        }
    }

    /// The same with a list made into a read of every key of the history that it would have shown.
    pub(super) fn with_list_of(&self, keys: &[String]) -> Operation {
        let What::Listed { prefix, rows } = &self.what else {
            return self.clone();
        };
        let meant = keys.iter().filter(|key| key.starts_with(prefix.as_str()));
        Operation {
            what: What::Read(meant.map(|key| (key.clone(), rows.get(key).copied())).collect()),
            ..self.clone()
        }
    }

    /// Whether it says nothing and does nothing: a batch that was not applied, or one of no steps.
    pub(super) fn is_idle(&self) -> bool {
        match &self.what {
            What::Commit { changes, heard } => *heard == Heard::Refused || changes.is_empty(),
            What::Read(rows) => rows.is_empty(),
            What::Listed { .. } => false,
        }
    }
}
