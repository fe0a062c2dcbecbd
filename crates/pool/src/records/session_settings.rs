//! Whether a pool keeps track of where its users are signed in, and of how many sessions at a time.

use serde_json::{Value, json};

/// A pool's session configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionSettings {
    /// Whether sessions are tracked.
    pub is_tracked: bool,
    /// Sessions that a user can have at a time, where they are.
    pub most: usize,
}

/// The service's own, where nothing was set.
impl Default for SessionSettings {
    fn default() -> SessionSettings {
        SessionSettings {
            is_tracked: false,
            most: 20,
        }
    }
}

impl SessionSettings {
    /// The member of the pool's document, if anything was set.
    pub(super) fn to_member(self) -> Option<Value> {
        let is_set = self != SessionSettings::default();
        is_set.then(|| json!({ "tracked": self.is_tracked, "most": self.most }))
    }

    /// `None` where the member is not of this form.
    pub(super) fn from_member(member: Option<&Value>) -> Option<SessionSettings> {
        let Some(member) = member else {
            return Some(SessionSettings::default());
        };
        Some(SessionSettings {
            is_tracked: member.get("tracked")?.as_bool()?,
            most: usize::try_from(member.get("most")?.as_u64()?).ok()?,
        })
    }
}
