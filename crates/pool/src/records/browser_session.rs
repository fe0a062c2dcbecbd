//! That a browser is signed in: what single sign-on between the clients of a pool goes by.

use std::net::IpAddr;

use serde_json::{Value, json};

use super::document::{Document, SWEEP_MARGIN_SECONDS, epoch, integer, text};
use super::key::Key;
use super::provider_ref::ProviderRef;
use super::provider_session::ProviderSession;
use crate::base::clock::Millis;

/// A browser's session as stored. The browser has its handle in a cookie; the row lies under a digest of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowserSession {
    /// The user's security epoch under which everything was proven: the session is good under no other.
    pub epoch: u64,
    /// When the user signed in, as tokens say it, however often the session is used.
    pub auth_time: Millis,
    /// Whether the sign-in had a right confirm code, or what stands for one.
    pub had_code: bool,
    /// What was proven, by the challenges' names.
    pub proven: Vec<String>,
    /// What the sign-in began with in place of a password, by its challenge's name. It is no second factor.
    pub first: Option<String>,
    /// The id of the request that began the sign-in.
    pub event_id: String,
    /// The identity provider that the user signed in by, unless it is the pool itself.
    pub provider: Option<ProviderRef>,
    /// What that is told when the user signs out, where its protocol has such a thing.
    pub at_provider: Option<ProviderSession>,
    /// When it ends.
    pub ends: Millis,
    /// The app client that the user signed in to.
    pub client_id: Option<String>,
    /// Browser and system, as the sign-in's last request named them.
    pub device: Option<String>,
    /// From where that came.
    pub address: Option<IpAddr>,
    /// The digest of the session of the same user that the browser had before.
    pub replaces: Option<String>,
    /// Whether the browser has another one by now: it is good for nothing but the codes that it has given.
    pub is_replaced: bool,
}

impl BrowserSession {
    /// Where the session of this user whose handle has this digest lies.
    pub fn key(pool_id: &str, sub: &str, digest: &str) -> Key<BrowserSession> {
        Key::of_user(pool_id, sub, format_args!("browser/{digest}"))
    }

    /// What the keys of a user's sessions begin with.
    pub fn prefix(pool_id: &str, sub: &str) -> String {
        Key::<BrowserSession>::of_user(pool_id, sub, "browser/").into()
    }

    /// The digest in a session's key.
    pub fn digest_in(key: &str) -> &str {
        key.rsplit('/').next().unwrap_or_default()
    }
}

impl Document for BrowserSession {
    fn to_document(&self) -> Value {
        let mut document = json!({
            "authTime": self.auth_time.0,
            "code": self.had_code,
            "proven": self.proven,
            "eventId": self.event_id,
            "ends": self.ends.0,
        });
        let texts = [
            ("first", self.first.clone()),
            ("client", self.client_id.clone()),
            ("device", self.device.clone()),
            ("address", self.address.map(|address| address.to_string())),
            ("replaces", self.replaces.clone()),
        ];
        for (member, value) in texts {
            if let Some(value) = value {
                document[member] = json!(value);
            }
        }
        if self.is_replaced {
            document["replaced"] = json!(true);
        }
        if self.epoch > 0 {
            document["epoch"] = json!(self.epoch);
        }
        if let Some(provider) = &self.provider {
            document["provider"] = provider.to_member();
        }
        if let Some(session) = &self.at_provider {
            document["atProvider"] = session.to_member();
        }
        document
    }

    fn from_document(document: &Value) -> Option<BrowserSession> {
        let proven = document.get("proven")?.as_array()?.iter();
        let proven = proven.map(|name| name.as_str().map(str::to_owned));
        Some(BrowserSession {
            epoch: epoch(document, "epoch")?,
            auth_time: Millis(integer(document, "authTime")?),
            had_code: document.get("code")?.as_bool()?,
            proven: proven.collect::<Option<_>>()?,
            first: text(document, "first"),
            event_id: text(document, "eventId")?,
            provider: ProviderRef::of_document(document, "provider")?,
            at_provider: match document.get("atProvider") {
                None => None,
                Some(member) => Some(ProviderSession::of_member(member)?),
            },
            ends: Millis(integer(document, "ends")?),
            client_id: text(document, "client"),
            device: text(document, "device"),
            address: text(document, "address").and_then(|address| address.parse().ok()),
            replaces: text(document, "replaces"),
            is_replaced: match document.get("replaced") {
                None => false,
                Some(replaced) => replaced.as_bool()?,
            },
        })
    }

    fn sweepable(&self) -> Option<Millis> {
        Some(self.ends.plus_seconds(SWEEP_MARGIN_SECONDS))
    }
}
