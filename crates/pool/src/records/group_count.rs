//! How many groups a pool has, in a row that every change of one of them writes anew.
//!
//! So the limit is kept by the store, and whoever keeps groups in memory sees by one small row whether they are still
//! as they were.

use poolhouse_store::Batch;
use serde_json::{Value, json};

use super::document::{Document, RecordBatch, Stored, text};
use super::key::Key;

/// The number of a pool's groups, as of one change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupCount {
    /// How many there are.
    pub groups: u64,
    /// A random UUID, another one for every change.
    pub change: String,
}

impl GroupCount {
    /// Where a pool's count lies; a pool that never had a group has none.
    pub fn key(pool_id: &str) -> Key<GroupCount> {
        Key::of_pool(pool_id, "groups")
    }

    /// Writes the count over the one that was read.
    #[must_use]
    pub fn over(&self, before: Option<&Stored<GroupCount>>, pool_id: &str, batch: Batch) -> Batch {
        match before {
            Some(before) => batch.replace(before, self),
            None => batch.create(GroupCount::key(pool_id), self),
        }
    }
}

impl Document for GroupCount {
    fn to_document(&self) -> Value {
        json!({ "groups": self.groups, "change": self.change })
    }

    fn from_document(document: &Value) -> Option<GroupCount> {
        Some(GroupCount {
            groups: document.get("groups")?.as_u64()?,
            change: text(document, "change")?,
        })
    }
}
