//! A one-time code that the pool has mailed and that nobody has used yet.

use serde_json::{Value, json};

use super::document::{Document, SWEEP_MARGIN_SECONDS, integer, text};
use super::key::Key;
use crate::base::clock::Millis;

/// A code as stored. There is one for each user and purpose: a newer one takes the place of the older.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeRecord {
    /// The address that it was sent to. It proves that address and no other.
    pub target: String,
    /// The value that the address takes the place of once it is proved, empty where there is none; `None`: the address is the
    /// user's already.
    pub replaces: Option<String>,
    /// The code, sealed under the row's key.
    pub sealed: String,
    /// How many wrong answers it still takes; at the last of them the row goes. `None`: no number of them ends it.
    pub attempts_left: Option<i64>,
    /// When it ends.
    pub expires: Millis,
}

impl CodeRecord {
    /// Where this user's code for the purpose lies.
    pub fn key(pool_id: &str, sub: &str, purpose: &str) -> Key<CodeRecord> {
        Key::of_user(pool_id, sub, format_args!("code/{purpose}"))
    }
}

impl Document for CodeRecord {
    fn to_document(&self) -> Value {
        json!({
            "target": self.target,
            "replaces": self.replaces,
            "code": self.sealed,
            "attemptsLeft": self.attempts_left,
            "expires": self.expires.0,
        })
    }

    fn from_document(document: &Value) -> Option<CodeRecord> {
        Some(CodeRecord {
            target: text(document, "target")?,
            replaces: text(document, "replaces"),
            sealed: text(document, "code")?,
            attempts_left: integer(document, "attemptsLeft"),
            expires: Millis(integer(document, "expires")?),
        })
    }

    fn sweepable(&self) -> Option<Millis> {
        Some(self.expires.plus_seconds(SWEEP_MARGIN_SECONDS))
    }
}
