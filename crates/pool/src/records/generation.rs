//! The generation of what is stored: which versions of this program understand it.
//!
//! A version that stores something in a form that the versions before cannot read is of a new generation, one higher. It reads
//! what the generation before wrote, and runs beside servers of that generation: as long as the database is not noted to be of
//! the new one, it writes what the others read.

use serde_json::{Value, json};

use super::document::{Document, integer};
use super::key::{Directory, Key};

/// The generation of this version.
pub const GENERATION: u32 = 1;

/// `meta/generation`: the generation that rows may be of. It is not there while that is the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Generation(pub u32);

impl Generation {
    /// The one that nothing says.
    pub const FIRST: Generation = Generation(1);

    /// Where it is noted.
    pub fn key() -> Key<Generation> {
        Key::listed(Directory::Meta, "generation")
    }
}

impl Document for Generation {
    fn to_document(&self) -> Value {
        json!({ "generation": self.0 })
    }

    fn from_document(document: &Value) -> Option<Generation> {
        u32::try_from(integer(document, "generation")?)
            .ok()
            .map(Generation)
    }
}
