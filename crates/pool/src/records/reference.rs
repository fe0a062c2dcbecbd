//! Rows that do nothing but refer to another row by name.

use serde_json::Value;

use super::document::{Document, SWEEP_MARGIN_SECONDS};
use super::key::Key;
use crate::base::clock::Millis;

/// What the row refers to: a `sub`, a pool's id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference(pub String);

impl Document for Reference {
    fn to_document(&self) -> Value {
        Value::from(self.0.as_str())
    }

    fn from_document(document: &Value) -> Option<Reference> {
        document.as_str().map(|name| Reference(name.to_owned()))
    }
}

/// The same for as long as the row that it refers to stays unused: it goes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassingReference {
    /// What the row refers to.
    pub to: Reference,
    /// When both count no longer.
    pub until: Millis,
}

impl PassingReference {
    /// Where it lies: where the reference would.
    pub fn key(key: &Key<Reference>) -> Key<PassingReference> {
        Key::from_text(key.as_str().to_owned())
    }
}

impl Document for PassingReference {
    fn to_document(&self) -> Value {
        self.to.to_document()
    }

    /// Never read as such: who reads it reads a reference.
    fn from_document(_: &Value) -> Option<PassingReference> {
        None
    }

    fn sweepable(&self) -> Option<Millis> {
        Some(self.until.plus_seconds(SWEEP_MARGIN_SECONDS))
    }
}
