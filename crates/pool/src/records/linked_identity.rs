//! Somebody at an identity provider who is a user of the pool: what `AdminLinkProviderForUser` has linked.

use poolhouse_crypto::sha256;
use poolhouse_text::hex;
use serde_json::{Value, json};

use super::document::{integer, text};
use super::key::Key;
use super::reference::Reference;
use crate::base::clock::Millis;

/// A link, as part of the user's document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedIdentity {
    /// The provider's name.
    pub provider: String,
    /// The provider's id: a provider of the same name that was made later is another one.
    pub provider_id: String,
    /// The provider's `ProviderType`.
    pub kind: String,
    /// By what it is found: `Cognito_Subject`, or a claim of the provider.
    pub attribute: String,
    /// Its value.
    pub value: String,
    /// When it was linked.
    pub linked: Millis,
}

impl LinkedIdentity {
    /// Where it is noted whose identity this is. Values may be longer than a key.
    pub fn key(pool_id: &str, provider_id: &str, attribute: &str, value: &str) -> Key<Reference> {
        let parts = [provider_id, "\0", attribute, "\0", value].map(str::as_bytes);
        Key::of_pool(pool_id, format_args!("linked/{}", hex::encode(&sha256(&parts))))
    }

    /// As the attribute `identities` lists it.
    pub fn listed(&self) -> Value {
        json!({
            "userId": self.value,
            "providerName": self.provider,
            "providerType": self.kind,
            "issuer": null,
            "primary": false,
            "dateCreated": self.linked.0,
        })
    }

    pub(super) fn to_member(&self) -> Value {
        json!({
            "provider": self.provider,
            "id": self.provider_id,
            "type": self.kind,
            "attribute": self.attribute,
            "value": self.value,
            "linked": self.linked.0,
        })
    }

    pub(super) fn from_member(member: &Value) -> Option<LinkedIdentity> {
        Some(LinkedIdentity {
            provider: text(member, "provider")?,
            provider_id: text(member, "id")?,
            kind: text(member, "type")?,
            attribute: text(member, "attribute")?,
            value: text(member, "value")?,
            linked: Millis(integer(member, "linked")?),
        })
    }
}
