//! What the form of a page holds.

use std::collections::BTreeMap;

/// Its fields, by their names.
pub type Fields = BTreeMap<String, String>;
