//! Rows that do nothing but refer to another row by name.

use serde_json::Value;

use super::document::Document;

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
