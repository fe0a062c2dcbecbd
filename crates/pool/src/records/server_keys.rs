//! Servers that share a database: which keys and version each of them has, and which keys all of them must have.

use serde_json::{Value, json};

use super::document::{Document, SWEEP_MARGIN_SECONDS, integer, text};
use super::generation::Generation;
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
    /// Who says so. Versions from before this was said leave it out.
    pub about: Option<About>,
}

/// What a server says of itself beside its keys, for operators and for the versions after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// What its machine is called.
    pub name: String,
    /// The program's version.
    pub version: String,
    /// The generation of what that version stores.
    pub generation: u32,
    /// When it said so, by its own clock.
    pub at: Millis,
    /// By how many milliseconds its clock was behind the database's; negative if it was ahead. `None` where nobody could ask.
    pub behind: Option<i64>,
}

impl About {
    fn to_member(&self) -> Value {
        json!({
            "name": self.name,
            "version": self.version,
            "generation": self.generation,
            "at": self.at.0,
            "behind": self.behind,
        })
    }

    fn from_member(member: &Value) -> Option<About> {
        Some(About {
            name: text(member, "name")?,
            version: text(member, "version")?,
            generation: u32::try_from(integer(member, "generation")?).ok()?,
            at: Millis(integer(member, "at")?),
            behind: member.get("behind")?.as_i64(),
        })
    }
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

    /// The generation of what its version stores: the first, if it says nothing of it.
    pub fn generation(&self) -> u32 {
        self.about
            .as_ref()
            .map_or(Generation::FIRST.0, |about| about.generation)
    }

    /// Whether it can open what is sealed with these keys.
    pub fn has_all(&self, keys: &[String]) -> bool {
        keys.iter().all(|key| self.has.contains(key))
    }
}

impl Document for ServerKeys {
    fn to_document(&self) -> Value {
        let mut document =
            json!({ "has": self.has, "uses": self.uses, "since": self.since.0, "until": self.until.0 });
        if let Some(about) = &self.about {
            document["about"] = about.to_member();
        }
        document
    }

    fn from_document(document: &Value) -> Option<ServerKeys> {
        Some(ServerKeys {
            has: texts(document.get("has")?)?,
            uses: texts(document.get("uses")?)?,
            since: Millis(integer(document, "since")?),
            until: Millis(integer(document, "until")?),
            about: match document.get("about") {
                None => None,
                Some(member) => Some(About::from_member(member)?),
            },
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
