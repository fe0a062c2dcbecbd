//! An identity provider of a pool: what the operator gave, its secrets sealed.

use std::collections::BTreeMap;

use poolhouse_api::shapes::IdentityProviderTypeType;
use serde_json::{Value, json};

use super::document::{Document, integer, text};
use super::key::{Key, pool_prefix};
use super::reference::Reference;
use crate::base::clock::Millis;

/// The part of the key between the pool and the provider.
const FOLDER: &str = "identity-provider/";

/// Those of `ProviderDetails` that are secret.
pub const SECRETS: [&str; 2] = ["client_secret", "private_key"];

/// An identity provider as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityProviderRecord {
    /// What it is called, which never changes.
    pub name: String,
    /// A random UUID, never reused: nobody is linked to a provider that is made under the name of a deleted one.
    pub id: String,
    /// `ProviderType`, which never changes.
    pub kind: IdentityProviderTypeType,
    /// `ProviderDetails` as given, without the secret ones.
    pub details: BTreeMap<String, String>,
    /// The secret ones, each sealed under the row's key.
    pub sealed: BTreeMap<String, String>,
    /// `AttributeMapping` as given.
    pub mapping: BTreeMap<String, String>,
    /// `IdpIdentifiers` as given.
    pub identifiers: Option<Vec<String>>,
    /// `AcrMapping`
    pub acr: Option<BTreeMap<String, String>>,
    /// When it was created.
    pub created: Millis,
    /// When it was last changed.
    pub modified: Millis,
}

impl IdentityProviderRecord {
    /// Where a provider of a pool lies.
    pub fn key(pool_id: &str, name: &str) -> Key<IdentityProviderRecord> {
        Key::of_pool(pool_id, format_args!("{FOLDER}{name}"))
    }

    /// Prefix of a pool's providers, which lie in the order of their names.
    pub fn all(pool_id: &str) -> String {
        pool_prefix(pool_id) + FOLDER
    }

    /// Where the provider is noted that has this identifier.
    pub fn identifier(pool_id: &str, identifier: &str) -> Key<Reference> {
        Key::of_pool(pool_id, format_args!("idp-identifier/{identifier}"))
    }

    /// Whether a member of `ProviderDetails` is `true`.
    pub fn is_set(&self, member: &str) -> bool {
        self.details.get(member).is_some_and(|value| value == "true")
    }

    /// Whether its users come by a company whose providers all work alike, and are known by their subject alone.
    pub fn is_social(&self) -> bool {
        !matches!(
            self.kind,
            IdentityProviderTypeType::Oidc | IdentityProviderTypeType::Saml
        )
    }
}

fn texts(document: &Value, member: &str) -> Option<BTreeMap<String, String>> {
    let entries = document.get(member)?.as_object()?.iter();
    entries
        .map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect()
}

impl Document for IdentityProviderRecord {
    fn to_document(&self) -> Value {
        let mut document = json!({
            "name": self.name,
            "id": self.id,
            "type": self.kind.as_str(),
            "details": self.details,
            "secrets": self.sealed,
            "mapping": self.mapping,
            "created": self.created.0,
            "modified": self.modified.0,
        });
        if let Some(identifiers) = &self.identifiers {
            document["identifiers"] = json!(identifiers);
        }
        if let Some(acr) = &self.acr {
            document["acr"] = json!(acr);
        }
        document
    }

    fn from_document(document: &Value) -> Option<IdentityProviderRecord> {
        let identifiers = match document.get("identifiers") {
            None => None,
            Some(list) => {
                let list = list.as_array()?.iter();
                Some(
                    list.map(|id| id.as_str().map(str::to_owned))
                        .collect::<Option<_>>()?,
                )
            }
        };
        let acr = match document.get("acr") {
            None => None,
            Some(_) => Some(texts(document, "acr")?),
        };
        Some(IdentityProviderRecord {
            name: text(document, "name")?,
            id: text(document, "id")?,
            kind: IdentityProviderTypeType::parse(document.get("type")?.as_str()?)?,
            details: texts(document, "details")?,
            sealed: texts(document, "secrets")?,
            mapping: texts(document, "mapping")?,
            identifiers,
            acr,
            created: Millis(integer(document, "created")?),
            modified: Millis(integer(document, "modified")?),
        })
    }
}
