//! How late it is known to be.

use serde_json::{Value, json};

use super::document::{Document, integer};
use super::key::{Directory, Key};
use crate::base::clock::Millis;

/// `meta/known-time`: a moment that has been. It is not there on a database that has a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownMoment(pub Millis);

impl KnownMoment {
    /// Where it is noted.
    pub fn key() -> Key<KnownMoment> {
        Key::listed(Directory::Meta, "known-time")
    }
}

impl Document for KnownMoment {
    fn to_document(&self) -> Value {
        json!({ "at": self.0.0 })
    }

    fn from_document(document: &Value) -> Option<KnownMoment> {
        integer(document, "at").map(|at| KnownMoment(Millis(at)))
    }
}
