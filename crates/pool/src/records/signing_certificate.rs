//! The certificates by which SAML providers know a pool, and their keys.

use serde_json::{Value, json};

use super::document::{Document, text};
use super::key::Key;

/// A certificate as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningCertificateRecord {
    /// X.509, DER in base64.
    pub certificate: String,
    /// Its key, PKCS #8, sealed under the row's key.
    pub sealed_key: String,
}

impl SigningCertificateRecord {
    /// Where a pool's certificate lies. A pool that was never asked for it has none.
    pub fn key(pool_id: &str) -> Key<SigningCertificateRecord> {
        Key::of_pool(pool_id, "signing-certificate")
    }

    /// Where the one lies for which a provider of this id encrypts.
    pub fn encryption(pool_id: &str, provider_id: &str) -> Key<SigningCertificateRecord> {
        Key::of_pool(pool_id, format_args!("encryption-certificate/{provider_id}"))
    }
}

impl Document for SigningCertificateRecord {
    fn to_document(&self) -> Value {
        json!({ "certificate": self.certificate, "key": self.sealed_key })
    }

    fn from_document(document: &Value) -> Option<SigningCertificateRecord> {
        Some(SigningCertificateRecord {
            certificate: text(document, "certificate")?,
            sealed_key: text(document, "key")?,
        })
    }
}
