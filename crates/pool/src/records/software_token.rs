//! An authenticator app of a user: the seed that it shares with the pool, and up to where its codes were used.

use serde_json::{Value, json};

use super::document::{Document, text};
use super::key::Key;

/// A seed, verified or waiting to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoftwareToken {
    /// The seed, sealed under the row's key.
    pub sealed: String,
    /// What the user calls the app.
    pub name: Option<String>,
    /// The last step of which a code was taken; no code of this or an earlier one is taken again. `None`: none was.
    pub last_step: Option<u64>,
}

impl SoftwareToken {
    /// Where the user's app lies.
    pub fn key(pool_id: &str, sub: &str) -> Key<SoftwareToken> {
        Key::of_user(pool_id, sub, "software-token")
    }

    /// Where one lies that takes its place once it is verified.
    pub fn unverified_key(pool_id: &str, sub: &str) -> Key<SoftwareToken> {
        Key::of_user(pool_id, sub, "software-token-unverified")
    }
}

impl Document for SoftwareToken {
    fn to_document(&self) -> Value {
        json!({ "seed": self.sealed, "name": self.name, "lastStep": self.last_step })
    }

    fn from_document(document: &Value) -> Option<SoftwareToken> {
        Some(SoftwareToken {
            sealed: text(document, "seed")?,
            name: text(document, "name"),
            last_step: match document.get("lastStep")? {
                Value::Null => None,
                step => Some(step.as_u64()?),
            },
        })
    }
}
