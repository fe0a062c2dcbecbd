//! The exact counters of confirm codes of one user: the functions' own text.

use serde_json::{Value, json};

use super::document::{Document, SWEEP_MARGIN_SECONDS, integer, text};
use super::key::Key;
use crate::base::clock::Millis;

/// A ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerRecord {
    /// What the functions read and write.
    pub text: String,
    /// When nothing in it counts any more; `None` while something does until it is answered for.
    pub spent: Option<Millis>,
}

/// How far ahead a ledger is looked at for the moment when nothing in it counts any more.
const HORIZONS_SECONDS: [i64; 4] = [25 * 3600, 49 * 3600, 8 * 86_400, 400 * 86_400];

impl LedgerRecord {
    /// Where the ledger of this user, or made-up user, lies.
    pub fn key(pool_id: &str, sub: &str) -> Key<LedgerRecord> {
        Key::of_user(pool_id, sub, "ledger")
    }

    /// A ledger as it was written at `now`.
    pub fn written(text: String, now: Millis) -> LedgerRecord {
        let spent = HORIZONS_SECONDS
            .into_iter()
            .map(|seconds| now.plus_seconds(seconds))
            .find(|then| poolhouse_confirm::ledger_is_spent(&text, then.seconds()));
        LedgerRecord { text, spent }
    }
}

impl Document for LedgerRecord {
    fn to_document(&self) -> Value {
        json!({ "text": self.text, "spent": self.spent.map(|spent| spent.0) })
    }

    fn from_document(document: &Value) -> Option<LedgerRecord> {
        Some(LedgerRecord {
            text: text(document, "text")?,
            spent: integer(document, "spent").map(Millis),
        })
    }

    fn sweepable(&self) -> Option<Millis> {
        Some(self.spent?.plus_seconds(SWEEP_MARGIN_SECONDS))
    }
}
