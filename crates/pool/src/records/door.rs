//! Whether a pool's sign-ins must end with a confirm code.
//!
//! The decision is a member of the pool's record, which every sign-in reads anyway; beside it lies a row that is there
//! as long as the door is shut, and one for each app client that was let through by name. What ends a sign-in without a
//! code expects of these rows that they are as they were, so a door that is shut meanwhile lets nobody through.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::key::Key;
use super::reference::Reference;

/// A pool's door.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Door {
    /// Whether a code is required; `None` as long as nobody has decided.
    pub requires_code: Option<bool>,
    /// App clients that were let through without a code, by name.
    pub open_clients: BTreeSet<String>,
}

impl Door {
    /// Whether sign-ins by this app client must end with a code.
    pub fn is_shut_for(&self, client_id: &str) -> bool {
        self.requires_code == Some(true) && !self.open_clients.contains(client_id)
    }

    /// The row that is there as long as the door is shut.
    pub fn shut_key(pool_id: &str) -> Key<Reference> {
        Key::of_pool(pool_id, "door")
    }

    /// The row that is there as long as an app client is let through a shut door.
    pub fn open_key(pool_id: &str, client_id: &str) -> Key<Reference> {
        Key::of_pool(pool_id, format_args!("door/{client_id}"))
    }

    /// The member of the pool's document, if there is anything to say.
    pub(super) fn to_member(&self) -> Option<Value> {
        let says = *self != Door::default();
        says.then(|| json!({ "requires_code": self.requires_code, "open_clients": self.open_clients }))
    }

    /// `None` where the member is not of this form: a door that cannot be read lets nobody through.
    pub(super) fn from_member(member: Option<&Value>) -> Option<Door> {
        let Some(member) = member else {
            return Some(Door::default());
        };
        let clients = member.get("open_clients")?.as_array()?;
        let requires_code = match member.get("requires_code")? {
            Value::Null => None,
            decided => Some(decided.as_bool()?),
        };
        let open_clients = clients
            .iter()
            .map(|id| id.as_str().map(str::to_owned))
            .collect::<Option<_>>()?;
        Some(Door {
            requires_code,
            open_clients,
        })
    }
}
