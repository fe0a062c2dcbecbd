//! A pool's signing keys, sealed: pairs that follow one another.

use poolhouse_store::Batch;
use serde_json::{Value, json};

use super::document::{Document, RecordBatch, integer, text};
use super::key::{Directory, Key};
use super::reference::Reference;
use crate::base::clock::Millis;

/// Two keys as PKCS #8, each sealed under the row's key.
#[derive(Clone, Debug)]
pub struct SealedPair {
    /// Signs ID tokens.
    pub id: String,
    /// Signs access tokens.
    pub access: String,
    /// When they begin to sign. Verifiers are told of them before.
    pub from: Millis,
}

/// The pairs of a pool, each from when it signs, the first to sign first.
#[derive(Clone, Debug)]
pub struct SigningKeysRecord {
    /// The pairs; there is at least one.
    pub pairs: Vec<SealedPair>,
}

impl SigningKeysRecord {
    /// Where a pool's keys lie.
    pub fn key(pool_id: &str) -> Key<SigningKeysRecord> {
        Key::of_pool(pool_id, "signing-keys")
    }

    /// `meta/signing-keys`: says something else after every rotation of any pool's keys.
    pub fn rotated_key() -> Key<Reference> {
        Key::listed(Directory::Meta, "signing-keys")
    }

    /// The batch that has running servers read their pools' keys again.
    pub fn rotated(mark: String) -> Batch {
        let key = SigningKeysRecord::rotated_key();
        Batch::new().record(key, poolhouse_store::Expect::Any, &Reference(mark))
    }
}

impl SealedPair {
    fn from_json(pair: &Value, from: Millis) -> Option<SealedPair> {
        Some(SealedPair {
            id: text(pair, "id")?,
            access: text(pair, "access")?,
            from,
        })
    }
}

impl Document for SigningKeysRecord {
    fn to_document(&self) -> Value {
        let pairs = self.pairs.iter();
        let pairs: Vec<Value> = pairs
            .map(|pair| json!({ "id": pair.id, "access": pair.access, "from": pair.from.0 }))
            .collect();
        json!({ "pairs": pairs })
    }

    fn from_document(document: &Value) -> Option<SigningKeysRecord> {
        let Some(pairs) = document.get("pairs") else {
            // Before keys were rotated there was one pair.
            let only = SealedPair::from_json(document, Millis(0))?;
            return Some(SigningKeysRecord { pairs: vec![only] });
        };
        let pairs = pairs.as_array().filter(|pairs| !pairs.is_empty())?.iter();
        let read = |pair| SealedPair::from_json(pair, Millis(integer(pair, "from")?));
        Some(SigningKeysRecord {
            pairs: pairs.map(read).collect::<Option<_>>()?,
        })
    }
}
