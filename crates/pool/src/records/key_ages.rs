//! Since when the master and the code key are in use, as far as a server of this database has seen.

use serde_json::{Value, json};

use super::document::{Document, integer};
use super::key::{Directory, Key};
use crate::base::clock::Millis;

/// A key by its epoch, and when it was first seen in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Which one of its kind.
    pub epoch: u8,
    /// When.
    pub since: Millis,
}

/// `meta/key-ages`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyAges {
    /// The master key.
    pub master: Seen,
    /// The code key.
    pub code: Seen,
}

impl KeyAges {
    /// Where it lies.
    pub fn key() -> Key<KeyAges> {
        Key::listed(Directory::Meta, "key-ages")
    }
}

impl Seen {
    /// What is known of the key of `epoch` at `now`, after what was known `before`.
    pub fn of(epoch: u8, before: Option<Seen>, now: Millis) -> Seen {
        before
            .filter(|before| before.epoch == epoch)
            .unwrap_or(Seen { epoch, since: now })
    }

    fn to_json(self) -> Value {
        json!({ "epoch": self.epoch, "since": self.since.0 })
    }

    fn from_json(value: &Value) -> Option<Seen> {
        Some(Seen {
            epoch: u8::try_from(integer(value, "epoch")?).ok()?,
            since: Millis(integer(value, "since")?),
        })
    }
}

impl Document for KeyAges {
    fn to_document(&self) -> Value {
        json!({ "master": self.master.to_json(), "code": self.code.to_json() })
    }

    fn from_document(document: &Value) -> Option<KeyAges> {
        Some(KeyAges {
            master: Seen::from_json(document.get("master")?)?,
            code: Seen::from_json(document.get("code")?)?,
        })
    }
}
