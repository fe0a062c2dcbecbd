//! The exact counters of confirm codes of one user: the functions' own text.

use serde_json::{Value, json};

use super::document::{Document, text};
use super::key::Key;

/// A ledger. It lasts as long as its user: once somebody has typed a right code it remembers their browser, so it would seldom end
/// before; and a row that is written now with an expiry and now without one moves between two tables at every sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerRecord {
    /// What the functions read and write.
    pub text: String,
}

impl LedgerRecord {
    /// Where the ledger of this user, or made-up user, lies.
    pub fn key(pool_id: &str, sub: &str) -> Key<LedgerRecord> {
        Key::of_user(pool_id, sub, "ledger")
    }
}

impl Document for LedgerRecord {
    fn to_document(&self) -> Value {
        json!({ "text": self.text })
    }

    fn from_document(document: &Value) -> Option<LedgerRecord> {
        Some(LedgerRecord {
            text: text(document, "text")?,
        })
    }
}
