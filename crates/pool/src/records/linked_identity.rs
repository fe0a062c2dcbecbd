//! Somebody at an identity provider who is a user of the pool: whom `AdminLinkProviderForUser` has linked, or who has signed in by
//! the provider and has a profile of its own.

use poolhouse_crypto::sha256;
use poolhouse_text::hex;
use serde_json::{Value, json};

use super::document::{integer, text};
use super::key::Key;
use super::reference::Reference;
use crate::base::clock::Millis;

/// The attribute that stands for what a provider knows somebody by.
pub const SUBJECT: &str = "Cognito_Subject";

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
    /// The provider's issuer, where it has one: a URL, or the id of a SAML entity.
    pub issuer: Option<String>,
    /// Whether the user was made for it, by its first sign-in.
    pub is_primary: bool,
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
            "issuer": self.issuer,
            "primary": self.is_primary,
            "dateCreated": self.linked.0,
        })
    }

    /// As the claim `identities` has it, in which every value is a text.
    pub fn claimed(&self) -> Value {
        json!({
            "dateCreated": self.linked.0.to_string(),
            "userId": self.value,
            "providerName": self.provider,
            "providerType": self.kind,
            "issuer": self.issuer,
            "primary": self.is_primary.to_string(),
        })
    }

    /// Whether it is this one at this provider.
    pub fn is(&self, provider_id: &str, attribute: &str, value: &str) -> bool {
        (
            self.provider_id.as_str(),
            self.attribute.as_str(),
            self.value.as_str(),
        ) == (provider_id, attribute, value)
    }

    pub(super) fn to_member(&self) -> Value {
        let mut member = json!({
            "provider": self.provider,
            "id": self.provider_id,
            "type": self.kind,
            "attribute": self.attribute,
            "value": self.value,
            "linked": self.linked.0,
        });
        if let Some(issuer) = &self.issuer {
            member["issuer"] = json!(issuer);
        }
        if self.is_primary {
            member["primary"] = json!(true);
        }
        member
    }

    pub(super) fn from_member(member: &Value) -> Option<LinkedIdentity> {
        Some(LinkedIdentity {
            provider: text(member, "provider")?,
            provider_id: text(member, "id")?,
            kind: text(member, "type")?,
            attribute: text(member, "attribute")?,
            value: text(member, "value")?,
            issuer: text(member, "issuer"),
            is_primary: member.get("primary").is_some_and(|primary| primary == true),
            linked: Millis(integer(member, "linked")?),
        })
    }
}
