//! An access key of the admin API.

use serde_json::{Value, json};

use super::document::{Document, integer, text};
use super::key::{Directory, Key};
use crate::base::clock::Millis;

/// An access key that `poolhouse keys create` made. It may call every operation that AWS signs.
#[derive(Clone, Debug)]
pub struct AccessKeyRecord {
    /// The secret access key, sealed under the row's key.
    pub sealed_secret: String,
    /// When it was created.
    pub created: Millis,
}

impl AccessKeyRecord {
    /// What the keys of these rows begin with.
    pub const PREFIX: &str = Directory::AccessKey.prefix();

    /// Where an access key lies.
    pub fn key(id: &str) -> Key<AccessKeyRecord> {
        Key::listed(Directory::AccessKey, id)
    }
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
