//! A pool's two signing keys, sealed.

use serde_json::{Value, json};

use super::document::{Document, text};
use super::key::Key;

/// The keys as PKCS #8, each sealed under the row's key.
#[derive(Clone, Debug)]
pub struct SigningKeysRecord {
    /// Signs ID tokens.
    pub sealed_id: String,
    /// Signs access tokens.
    pub sealed_access: String,
}

impl SigningKeysRecord {
    /// Where a pool's keys lie.
    pub fn key(pool_id: &str) -> Key<SigningKeysRecord> {
        Key::of_pool(pool_id, "signing-keys")
    }
}

impl Document for SigningKeysRecord {
    fn to_document(&self) -> Value {
        json!({ "id": self.sealed_id, "access": self.sealed_access })
    }

    fn from_document(document: &Value) -> Option<SigningKeysRecord> {
        Some(SigningKeysRecord {
            sealed_id: text(document, "id")?,
            sealed_access: text(document, "access")?,
        })
    }
}
