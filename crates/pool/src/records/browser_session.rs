//! That a browser is signed in: what single sign-on between the clients of a pool goes by.

use serde_json::{Value, json};

use super::document::{Document, SWEEP_MARGIN_SECONDS, epoch, integer, text};
use super::key::Key;
use super::provider_ref::ProviderRef;
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
    /// The id of the request that began the sign-in.
    pub event_id: String,
    /// The identity provider that the user signed in by, unless it is the pool itself.
    pub provider: Option<ProviderRef>,
    /// When it ends.
    pub ends: Millis,
}

impl BrowserSession {
    /// Where the session of this user whose handle has this digest lies.
    pub fn key(pool_id: &str, sub: &str, digest: &str) -> Key<BrowserSession> {
        Key::of_user(pool_id, sub, format_args!("browser/{digest}"))
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
        if self.epoch > 0 {
            document["epoch"] = json!(self.epoch);
        }
        if let Some(provider) = &self.provider {
            document["provider"] = provider.to_member();
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
            event_id: text(document, "eventId")?,
            provider: ProviderRef::of_document(document, "provider")?,
            ends: Millis(integer(document, "ends")?),
        })
    }

    fn sweepable(&self) -> Option<Millis> {
        Some(self.ends.plus_seconds(SWEEP_MARGIN_SECONDS))
    }
}
