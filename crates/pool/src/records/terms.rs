//! Terms of use or a privacy policy of an app client: links to where they can be read.

use std::collections::BTreeMap;

use poolhouse_api::shapes::{TermsEnforcementType, TermsSourceType, TermsType};
use serde_json::{Value, json};

use super::document::{Document, integer, text};
use super::key::{Key, pool_prefix};
use super::reference::Reference;
use crate::base::clock::Millis;

/// The part of the key between the pool and the terms.
const FOLDER: &str = "terms/";

/// Terms as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermsRecord {
    /// A random UUID, never reused.
    pub id: String,
    /// The app client whose sign-up shows them.
    pub client_id: String,
    /// `terms-of-use` or `privacy-policy`; an app client has one of each.
    pub name: String,
    /// `LINK`
    pub source: TermsSourceType,
    /// `NONE`
    pub enforcement: TermsEnforcementType,
    /// Where they can be read, by language: `cognito:english`.
    pub links: BTreeMap<String, String>,
    /// When they were created.
    pub created: Millis,
    /// When they were last changed.
    pub modified: Millis,
}

impl TermsRecord {
    /// Where the terms with this id lie.
    pub fn key(pool_id: &str, id: &str) -> Key<TermsRecord> {
        Key::of_pool(pool_id, format_args!("{FOLDER}{id}"))
    }

    /// Prefix of a pool's terms.
    pub fn all(pool_id: &str) -> String {
        pool_prefix(pool_id) + FOLDER
    }

    /// Where the id of an app client's terms of this name is noted.
    pub fn of_client(pool_id: &str, client_id: &str, name: &str) -> Key<Reference> {
        Key::from_text(TermsRecord::all_of_client(pool_id, client_id) + name)
    }

    /// Prefix of the notes of an app client's terms.
    pub fn all_of_client(pool_id: &str, client_id: &str) -> String {
        format!("{}terms-of/{client_id}/", pool_prefix(pool_id))
    }

    /// As the API describes them.
    pub fn described(&self, pool_id: &str) -> TermsType {
        TermsType {
            terms_id: self.id.clone(),
            user_pool_id: pool_id.to_owned(),
            client_id: self.client_id.clone(),
            terms_name: self.name.clone(),
            terms_source: self.source,
            enforcement: self.enforcement,
            links: self.links.clone(),
            creation_date: self.created.timestamp(),
            last_modified_date: self.modified.timestamp(),
        }
    }
}

impl Document for TermsRecord {
    fn to_document(&self) -> Value {
        json!({
            "id": self.id,
            "client": self.client_id,
            "name": self.name,
            "source": self.source.as_str(),
            "enforcement": self.enforcement.as_str(),
            "links": self.links,
            "created": self.created.0,
            "modified": self.modified.0,
        })
    }

    fn from_document(document: &Value) -> Option<TermsRecord> {
        let links = document.get("links")?.as_object()?.iter();
        let links = links.map(|(language, url)| Some((language.clone(), url.as_str()?.to_owned())));
        Some(TermsRecord {
            id: text(document, "id")?,
            client_id: text(document, "client")?,
            name: text(document, "name")?,
            source: TermsSourceType::parse(document.get("source")?.as_str()?)?,
            enforcement: TermsEnforcementType::parse(document.get("enforcement")?.as_str()?)?,
            links: links.collect::<Option<_>>()?,
            created: Millis(integer(document, "created")?),
            modified: Millis(integer(document, "modified")?),
        })
    }
}
