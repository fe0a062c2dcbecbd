//! `meta/limits`: how many calls a second of each kind of operation a server takes, where somebody has said so.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::document::Document;
use super::key::{Directory, Key};

/// The limits, by the name of the kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProvisionedLimits(pub BTreeMap<String, u32>);

impl ProvisionedLimits {
    /// Where they lie.
    pub fn key() -> Key<ProvisionedLimits> {
        Key::listed(Directory::Meta, "limits")
    }
}

impl Document for ProvisionedLimits {
    fn to_document(&self) -> Value {
        json!(self.0)
    }

    fn from_document(document: &Value) -> Option<ProvisionedLimits> {
        let members = document.as_object()?.iter();
        let limit =
            |(name, limit): (&String, &Value)| Some((name.clone(), u32::try_from(limit.as_u64()?).ok()?));
        members.map(limit).collect::<Option<_>>().map(ProvisionedLimits)
    }
}
