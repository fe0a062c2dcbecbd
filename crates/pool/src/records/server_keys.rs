//! Servers that share a database: which keys each of them has, and which keys all of them must have.

use serde_json::{Value, json};

use super::document::{Document, SWEEP_MARGIN_SECONDS, integer};
use super::key::{Directory, Key};
use crate::base::clock::Millis;

/// What the keys of all servers' rows begin with.
pub const SERVERS: &str = "meta/server/";

/// What a server says of its keys, by their ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerKeys {
    /// All that it can open with.
    pub has: Vec<String>,
    /// Those that it seals with.
    pub uses: Vec<String>,
    /// Since when it has sealed with no other.
    pub since: Millis,
    /// Until when it counts as running, unless it says so again.
    pub until: Millis,
}

impl ServerKeys {
    /// Where a server says so.
    pub fn key(server: &str) -> Key<ServerKeys> {
        Key::listed(Directory::Meta, format_args!("server/{server}"))
    }

    /// Until when a server counts whose row may go at this time.
    pub fn until(expires: Millis) -> Millis {
        expires.plus_seconds(-SWEEP_MARGIN_SECONDS)
    }

    /// Whether it can open what is sealed with these keys.
    pub fn has_all(&self, keys: &[String]) -> bool {
        keys.iter().all(|key| self.has.contains(key))
    }
}

impl Document for ServerKeys {
    fn to_document(&self) -> Value {
        json!({ "has": self.has, "uses": self.uses, "since": self.since.0, "until": self.until.0 })
    }

    fn from_document(document: &Value) -> Option<ServerKeys> {
        Some(ServerKeys {
            has: texts(document.get("has")?)?,
            uses: texts(document.get("uses")?)?,
            since: Millis(integer(document, "since")?),
            until: Millis(integer(document, "until")?),
        })
    }

    fn sweepable(&self) -> Option<Millis> {
        Some(self.until.plus_seconds(SWEEP_MARGIN_SECONDS))
    }
}

/// The ids of the keys that a database may be sealed with from now on: no server may work on it without them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeysInUse(pub Vec<String>);

impl KeysInUse {
    /// Where they are named.
    pub fn key() -> Key<KeysInUse> {
        Key::listed(Directory::Meta, "keys-in-use")
    }
}

impl Document for KeysInUse {
    fn to_document(&self) -> Value {
        json!(self.0)
    }

    fn from_document(document: &Value) -> Option<KeysInUse> {
        texts(document).map(KeysInUse)
    }
}

fn texts(value: &Value) -> Option<Vec<String>> {
    let items = value.as_array()?.iter();
    items.map(|item| item.as_str().map(str::to_owned)).collect()
}
