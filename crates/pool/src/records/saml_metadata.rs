//! What a SAML provider says of itself, as it was fetched last.

use serde_json::{Value, json};

use super::document::{Document, integer, text};
use super::key::Key;
use crate::base::clock::Millis;

/// Metadata as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SamlMetadata {
    /// The provider's id: a provider of the same name that was made later is another one.
    pub provider_id: String,
    /// From where it was fetched. A provider whose address has changed says something else.
    pub url: String,
    /// The document, XML.
    pub document: String,
    /// When it was fetched.
    pub fetched: Millis,
}

impl SamlMetadata {
    /// Where that of a provider lies.
    pub fn key(pool_id: &str, provider: &str) -> Key<SamlMetadata> {
        Key::of_pool(pool_id, format_args!("saml-metadata/{provider}"))
    }
}

impl Document for SamlMetadata {
    fn to_document(&self) -> Value {
        json!({
            "provider": self.provider_id,
            "url": self.url,
            "document": self.document,
            "fetched": self.fetched.0,
        })
    }

    fn from_document(document: &Value) -> Option<SamlMetadata> {
        Some(SamlMetadata {
            provider_id: text(document, "provider")?,
            url: text(document, "url")?,
            document: text(document, "document")?,
            fetched: Millis(integer(document, "fetched")?),
        })
    }
}
