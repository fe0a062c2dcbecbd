//! How often a user has called an operation that has an hourly limit.

use serde_json::{Value, json};

use super::document::{Document, SWEEP_MARGIN_SECONDS, integer};
use super::key::Key;
use crate::base::clock::Millis;

/// The calls of one user to one operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Used {
    /// Calls in this hour.
    pub calls: i64,
    /// When the hour is over.
    pub until: Millis,
}

impl Used {
    /// Where the calls of this user to the operation are counted.
    pub fn key(pool_id: &str, sub: &str, operation: &str) -> Key<Used> {
        Key::of_user(pool_id, sub, format_args!("quota/{operation}"))
    }

    /// Whether the hour is over.
    pub fn renewed(self, now: Millis) -> bool {
        now >= self.until
    }
}

impl Document for Used {
    fn to_document(&self) -> Value {
        json!({ "calls": self.calls, "until": self.until.0 })
    }

    fn from_document(document: &Value) -> Option<Used> {
        Some(Used {
            calls: integer(document, "calls")?,
            until: Millis(integer(document, "until")?),
        })
    }

    fn sweepable(&self) -> Option<Millis> {
        Some(self.until.plus_seconds(SWEEP_MARGIN_SECONDS))
    }
}
