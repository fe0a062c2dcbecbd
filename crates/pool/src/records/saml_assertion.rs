//! That an assertion of an identity provider has signed somebody in. It does so once.

use poolhouse_crypto::sha256;
use poolhouse_text::hex;
use serde_json::{Value, json};

use super::document::{Document, SWEEP_MARGIN_SECONDS, integer};
use super::key::Key;
use crate::base::clock::Millis;

/// An assertion that was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SamlAssertion {
    /// From when on its age alone makes it worth nothing.
    pub ends: Millis,
}

impl SamlAssertion {
    /// Where it is noted. IDs are as long as the identity provider likes, and unique among its own.
    pub fn key(pool_id: &str, issuer: &str, id: &str) -> Key<SamlAssertion> {
        let digest = sha256(&[issuer.as_bytes(), b"\0", id.as_bytes()]);
        Key::of_pool(pool_id, format_args!("saml-assertion/{}", hex::encode(&digest)))
    }
}

impl Document for SamlAssertion {
    fn to_document(&self) -> Value {
        json!({ "ends": self.ends.0 })
    }

    fn from_document(document: &Value) -> Option<SamlAssertion> {
        Some(SamlAssertion {
            ends: Millis(integer(document, "ends")?),
        })
    }

    fn sweepable(&self) -> Option<Millis> {
        Some(self.ends.plus_seconds(SWEEP_MARGIN_SECONDS))
    }
}
