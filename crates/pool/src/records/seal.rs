//! A known text, sealed: opens only with the key that everything else was sealed with.

use super::key::{Directory, Key};
use super::reference::Reference;

/// `meta/seal`
pub fn key() -> Key<Reference> {
    Key::listed(Directory::Meta, "seal")
}
