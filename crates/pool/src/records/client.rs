//! An app client.

use poolhouse_api::{Shape, Timestamp, shapes};
use serde_json::{Value, json};

use super::document::{Document, SWEEP_MARGIN_SECONDS, integer, text};
use super::key::{Directory, Key, pool_prefix};
use super::reference::Reference;
use super::risk::Risk;
use crate::base::clock::Millis;

/// The part of the key between the pool and the client.
const FOLDER: &str = "client/";
/// The same of the note that it exchanges tokens.
const EXCHANGES: &str = "exchanges/";

/// An app client as stored: the API's own description of it without a secret, and its secrets sealed.
#[derive(Clone, Debug)]
pub struct ClientRecord {
    /// Every setting that the operator gave, defaults that AWS stores filled in. `client_secret` is always `None`.
    pub settings: shapes::UserPoolClientType,
    /// Its secrets, the oldest first; a public client has none.
    pub secrets: Vec<ClientSecret>,
    /// From where nobody signs in by this client, in place of what the pool says.
    pub risk: Option<Risk>,
    /// How many minutes a browser session of the hosted pages may last for this client, where somebody said.
    pub sso_minutes: Option<i64>,
    /// Until when it must have been used once, where it has registered itself; `None` once it was.
    pub unused_until: Option<Millis>,
}

/// One of the secrets of an app client.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientSecret {
    /// By which it is deleted: `CLIENT--MILLISECONDS`.
    pub id: String,
    /// The secret itself, sealed under the client's row's key.
    pub sealed: String,
    /// When it was made.
    pub created: Timestamp,
}

impl ClientSecret {
    fn from_member(member: &Value) -> Option<ClientSecret> {
        Some(ClientSecret {
            id: text(member, "id")?,
            sealed: text(member, "secret")?,
            created: Timestamp(member.get("created")?.as_f64()?),
        })
    }

    /// The one secret of a client that was written when a client had no more: as old as the client.
    fn only(sealed: String, settings: &shapes::UserPoolClientType) -> Option<ClientSecret> {
        let created = settings.creation_date?;
        Some(ClientSecret {
            id: format!("{}--{:.0}", settings.client_id.as_ref()?, created.0 * 1000.0),
            sealed,
            created,
        })
    }
}

/// The identity provider that is the pool itself.
pub const LOCAL: &str = "COGNITO";

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

    /// Where it is noted that an app client exchanges tokens.
    pub fn exchange_key(pool_id: &str, client_id: &str) -> Key<Reference> {
        Key::of_pool(pool_id, format_args!("{EXCHANGES}{client_id}"))
    }

    /// Prefix of those notes.
    pub fn exchanges(pool_id: &str) -> String {
        pool_prefix(pool_id) + EXCHANGES
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

    /// Whether people sign in by it as users of the pool. One that lists no providers takes those.
    pub fn is_local(&self) -> bool {
        let listed = self.settings.supported_identity_providers.as_ref();
        listed.is_none_or(|listed| listed.iter().any(|name| name == LOCAL))
    }

    /// The identity providers of others by which people sign in to it, in its order.
    pub fn outside_providers(&self) -> impl Iterator<Item = &String> {
        let listed = self.settings.supported_identity_providers.iter().flatten();
        listed.filter(|name| *name != LOCAL)
    }

    /// How long a sign-in may take from one step to the next, in seconds.
    pub fn auth_session_seconds(&self) -> i64 {
        self.settings
            .auth_session_validity
            .unwrap_or(AUTH_SESSION_MINUTES)
            * 60
    }

    /// Whether it has registered itself.
    pub fn is_registered(&self) -> bool {
        self.settings.client_type == Some(shapes::ClientTypeType::Dcr)
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
        if !self.secrets.is_empty() {
            let secrets = self.secrets.iter().map(
                |secret| json!({ "id": secret.id, "secret": secret.sealed, "created": secret.created.0 }),
            );
            document["secrets"] = secrets.collect();
        }
        if let Some(risk) = &self.risk {
            document["risk"] = risk.to_member();
        }
        if let Some(minutes) = self.sso_minutes {
            document["ssoMinutes"] = json!(minutes);
        }
        if let Some(until) = self.unused_until {
            document["unusedUntil"] = json!(until.0);
        }
        document
    }

    fn from_document(document: &Value) -> Option<ClientRecord> {
        let settings = shapes::UserPoolClientType::from_json(document.get("settings")?).ok()?;
        settings.client_id.as_ref()?;
        let secrets = match (document.get("secrets"), text(document, "secret")) {
            (Some(secrets), _) => {
                let secrets = secrets.as_array()?.iter();
                secrets.map(ClientSecret::from_member).collect::<Option<_>>()?
            }
            (None, Some(sealed)) => vec![ClientSecret::only(sealed, &settings)?],
            (None, None) => Vec::new(),
        };
        Some(ClientRecord {
            settings,
            secrets,
            risk: Risk::from_member(document.get("risk"))?,
            sso_minutes: integer(document, "ssoMinutes"),
            unused_until: integer(document, "unusedUntil").map(Millis),
        })
    }

    fn sweepable(&self) -> Option<Millis> {
        self.unused_until
            .map(|until| until.plus_seconds(SWEEP_MARGIN_SECONDS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_of_an_earlier_build_keeps_its_secret() {
        let document = json!({
            "settings": { "ClientId": "c", "CreationDate": 1_767_323_045.678 },
            "secret": "sealed",
        });
        let client = ClientRecord::from_document(&document).unwrap();
        let secret = ClientSecret {
            id: "c--1767323045678".to_owned(),
            sealed: "sealed".to_owned(),
            created: Timestamp(1_767_323_045.678),
        };
        assert_eq!(client.secrets, [secret]);
        let again = ClientRecord::from_document(&client.to_document()).unwrap();
        assert_eq!(again.secrets, client.secrets);
    }

    #[test]
    fn a_client_with_a_secret_that_cannot_be_read_is_no_public_client() {
        for secrets in [json!("s"), json!([{ "id": "c--1" }]), json!([1])] {
            let document = json!({ "settings": { "ClientId": "c" }, "secrets": secrets });
            assert!(ClientRecord::from_document(&document).is_none(), "{document}");
        }
    }
}
