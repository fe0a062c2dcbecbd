//! A resource server: an API of somebody's, and the scopes that access tokens may have for it.

use poolhouse_api::shapes::{ResourceServerScopeType, ResourceServerType};
use serde_json::{Value, json};

use super::document::{Document, text};
use super::key::{Key, pool_prefix};

/// The part of the key between the pool and the resource server.
const FOLDER: &str = "resource-server/";

/// A resource server as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceServerRecord {
    /// What scopes begin with, often a URL. Never changes.
    pub identifier: String,
    /// For people.
    pub name: String,
    /// Its scopes in the order in which they were given.
    pub scopes: Vec<Scope>,
}

/// A scope of a resource server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// What a scope ends with; it has no `/`.
    pub name: String,
    /// For the person who is asked for consent.
    pub description: String,
}

impl ResourceServerRecord {
    /// Where a resource server of a pool lies.
    pub fn key(pool_id: &str, identifier: &str) -> Key<ResourceServerRecord> {
        Key::of_pool(pool_id, format_args!("{FOLDER}{identifier}"))
    }

    /// Prefix of a pool's resource servers, which lie in the order of their identifiers.
    pub fn all(pool_id: &str) -> String {
        pool_prefix(pool_id) + FOLDER
    }

    /// Whether it has a scope of this name, without the identifier.
    pub fn has(&self, scope: &str) -> bool {
        self.scopes.iter().any(|held| held.name == scope)
    }

    /// As the API describes it.
    pub fn described(&self, pool_id: &str) -> ResourceServerType {
        let scope = |scope: &Scope| ResourceServerScopeType {
            scope_name: scope.name.clone(),
            scope_description: scope.description.clone(),
        };
        ResourceServerType {
            user_pool_id: Some(pool_id.to_owned()),
            identifier: Some(self.identifier.clone()),
            name: Some(self.name.clone()),
            scopes: Some(self.scopes.iter().map(scope).collect()),
            // That of AWS's own ones.
            managed_by: None,
        }
    }
}

impl From<ResourceServerScopeType> for Scope {
    fn from(scope: ResourceServerScopeType) -> Scope {
        Scope {
            name: scope.scope_name,
            description: scope.scope_description,
        }
    }
}

impl Document for ResourceServerRecord {
    fn to_document(&self) -> Value {
        let scope = |scope: &Scope| json!({ "name": scope.name, "description": scope.description });
        json!({
            "identifier": self.identifier,
            "name": self.name,
            "scopes": self.scopes.iter().map(scope).collect::<Vec<_>>(),
        })
    }

    fn from_document(document: &Value) -> Option<ResourceServerRecord> {
        let scope = |scope: &Value| {
            Some(Scope {
                name: text(scope, "name")?,
                description: text(scope, "description")?,
            })
        };
        let scopes = document.get("scopes")?.as_array()?.iter();
        Some(ResourceServerRecord {
            identifier: text(document, "identifier")?,
            name: text(document, "name")?,
            scopes: scopes.map(scope).collect::<Option<_>>()?,
        })
    }
}
