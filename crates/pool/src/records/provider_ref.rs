//! Which identity provider somebody has signed in by.

use serde_json::{Value, json};

use super::document::text;

/// An identity provider by its name, and by the id that no other provider of this name has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderRef {
    /// The name.
    pub name: String,
    /// The id.
    pub id: String,
}

impl ProviderRef {
    /// As a member of a document.
    pub(super) fn to_member(&self) -> Value {
        json!({ "name": self.name, "id": self.id })
    }

    /// What such a member says, if it is there. `None` for one that cannot be read.
    pub(super) fn of_document(document: &Value, member: &str) -> Option<Option<ProviderRef>> {
        match document.get(member) {
            None => Some(None),
            Some(member) => Some(Some(ProviderRef {
                name: text(member, "name")?,
                id: text(member, "id")?,
            })),
        }
    }
}
