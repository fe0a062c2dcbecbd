//! An access key of the admin API.

use serde_json::{Value, json};

use super::document::{Document, integer, text};
use crate::base::clock::Millis;

/// An access key that `poolhouse keys create` made. It may call every operation that AWS signs.
#[derive(Clone, Debug)]
pub struct AccessKeyRecord {
    /// The secret access key, sealed under the row's key.
    pub sealed_secret: String,
    /// When it was created.
    pub created: Millis,
}

impl Document for AccessKeyRecord {
    fn to_document(&self) -> Value {
        json!({ "secret": self.sealed_secret, "created": self.created.0 })
    }

    fn from_document(document: &Value) -> Option<AccessKeyRecord> {
        Some(AccessKeyRecord {
            sealed_secret: text(document, "secret")?,
            created: Millis(integer(document, "created")?),
        })
    }
}
