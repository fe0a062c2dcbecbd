//! An app client.

use poolhouse_api::{Shape, shapes};
use serde_json::{Value, json};

use super::document::{Document, text};
use super::key::{Directory, Key, pool_prefix};
use super::reference::Reference;

/// The part of the key between the pool and the client.
const FOLDER: &str = "client/";

/// An app client as stored: the API's own description of it without the secret, and the secret sealed.
#[derive(Clone, Debug)]
pub struct ClientRecord {
    /// Every setting that the operator gave, defaults that AWS stores filled in. `client_secret` is always `None`.
    pub settings: shapes::UserPoolClientType,
    /// The client secret, sealed under the row's key.
    pub sealed_secret: Option<String>,
}

/// `AuthSessionValidity` where the client does not say, in minutes.
const AUTH_SESSION_MINUTES: i64 = 3;

impl ClientRecord {
    /// Where an app client of a pool lies.
    pub fn key(pool_id: &str, client_id: &str) -> Key<ClientRecord> {
        Key::of_pool(pool_id, format_args!("{FOLDER}{client_id}"))
    }

    /// Prefix of a pool's app clients.
    pub fn all(pool_id: &str) -> String {
        pool_prefix(pool_id) + FOLDER
    }

    /// Where the pool of an app client is noted.
    pub fn pool_key(client_id: &str) -> Key<Reference> {
        Key::listed(Directory::ClientPool, client_id)
    }

    /// The id of the app client whose row this is, below a pool's prefix; `None` for every other row.
    pub fn id_in(rest_of_key: &str) -> Option<&str> {
        rest_of_key.strip_prefix(FOLDER)
    }

    /// The client's id.
    pub fn id(&self) -> &str {
        self.settings.client_id.as_deref().unwrap_or_default()
    }

    /// The pool it belongs to.
    pub fn pool_id(&self) -> &str {
        self.settings.user_pool_id.as_deref().unwrap_or_default()
    }

    /// How long a sign-in may take from one step to the next, in seconds.
    pub fn auth_session_seconds(&self) -> i64 {
        self.settings
            .auth_session_validity
            .unwrap_or(AUTH_SESSION_MINUTES)
            * 60
    }

    /// Whether unknown users are to look like known ones. The API's default is `LEGACY`: they do not.
    pub fn hides_unknown_users(&self) -> bool {
        self.settings.prevent_user_existence_errors == Some(shapes::PreventUserExistenceErrorTypes::Enabled)
    }

    /// The rotation's settings, where a refresh token is exchanged for a new one at every use.
    pub fn refresh_token_rotation(&self) -> Option<&shapes::RefreshTokenRotationType> {
        let rotation = self.settings.refresh_token_rotation.as_ref();
        rotation.filter(|rotation| rotation.feature == shapes::FeatureType::Enabled)
    }

    /// Whether tokens carry `origin_jti` and can be revoked. On unless switched off.
    pub fn revocation_enabled(&self) -> bool {
        self.settings.enable_token_revocation.unwrap_or(true)
    }
}

impl Document for ClientRecord {
    fn to_document(&self) -> Value {
        let mut document = json!({ "settings": self.settings.to_json() });
        if let Some(sealed) = &self.sealed_secret {
            document["secret"] = json!(sealed);
        }
        document
    }

    fn from_document(document: &Value) -> Option<ClientRecord> {
        let settings = shapes::UserPoolClientType::from_json(document.get("settings")?).ok()?;
        settings.client_id.as_ref()?;
        Some(ClientRecord {
            settings,
            sealed_secret: text(document, "secret"),
        })
    }
}
