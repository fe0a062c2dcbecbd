//! Which client ids that are URLs an app client stands for.

use serde_json::{Value, json};

use super::document::{Document, integer, text};
use super::key::{Key, pool_prefix};
use crate::base::clock::Millis;

/// The part of the key between the pool and the policy.
const FOLDER: &str = "cimd-policy/";

/// A policy as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CimdPolicyRecord {
    /// 26 random lower-case letters and digits, never reused.
    pub id: String,
    /// The app client with whose settings such clients sign in.
    pub client_id: String,
    /// For people.
    pub name: String,
    /// How many seconds a document counts that does not say how long.
    pub cache_seconds: i64,
    /// Which URLs are meant; `*` stands for any run of characters.
    pub patterns: Vec<String>,
    /// When it was created.
    pub created: Millis,
    /// When it was last changed.
    pub modified: Millis,
}

impl CimdPolicyRecord {
    /// Where the policy with this id lies.
    pub fn key(pool_id: &str, id: &str) -> Key<CimdPolicyRecord> {
        Key::of_pool(pool_id, format_args!("{FOLDER}{id}"))
    }

    /// Prefix of a pool's policies.
    pub fn all(pool_id: &str) -> String {
        pool_prefix(pool_id) + FOLDER
    }
}

impl Document for CimdPolicyRecord {
    fn to_document(&self) -> Value {
        json!({
            "id": self.id,
            "client": self.client_id,
            "name": self.name,
            "cacheSeconds": self.cache_seconds,
            "patterns": self.patterns,
            "created": self.created.0,
            "modified": self.modified.0,
        })
    }

    fn from_document(document: &Value) -> Option<CimdPolicyRecord> {
        let patterns = document.get("patterns")?.as_array()?.iter();
        Some(CimdPolicyRecord {
            id: text(document, "id")?,
            client_id: text(document, "client")?,
            name: text(document, "name")?,
            cache_seconds: integer(document, "cacheSeconds")?,
            patterns: patterns
                .map(|pattern| pattern.as_str().map(str::to_owned))
                .collect::<Option<_>>()?,
            created: Millis(integer(document, "created")?),
            modified: Millis(integer(document, "modified")?),
        })
    }
}
