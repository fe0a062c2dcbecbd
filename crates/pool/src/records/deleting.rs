//! That a pool or a user was deleted and some of its rows are still there.

use serde_json::Value;

use super::document::Document;
use super::key::{Directory, Key};
use crate::base::clock::Millis;

/// What the keys of these rows begin with.
pub const PREFIX: &str = Directory::Deleting.prefix();

/// When the deletion began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deleting(pub Millis);

impl Deleting {
    /// The tombstone of a pool.
    pub fn pool(pool_id: &str) -> Key<Deleting> {
        Key::listed(Directory::Deleting, pool_id)
    }

    /// The tombstone of a user.
    pub fn user(pool_id: &str, sub: &str) -> Key<Deleting> {
        Key::listed(Directory::Deleting, format_args!("{pool_id}/{sub}"))
    }

    /// The pool, and the user if it is a user's, whose tombstone lies at `key`.
    pub fn subject(key: &str) -> Option<(&str, Option<&str>)> {
        let rest = key.strip_prefix(PREFIX)?;
        Some(match rest.split_once('/') {
            Some((pool_id, sub)) => (pool_id, Some(sub)),
            None => (rest, None),
        })
    }
}

impl Document for Deleting {
    fn to_document(&self) -> Value {
        Value::from(self.0.0)
    }

    fn from_document(document: &Value) -> Option<Deleting> {
        document.as_i64().map(|since| Deleting(Millis(since)))
    }
}
