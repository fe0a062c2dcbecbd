//! Which sign-in on the pages asks for a confirm code, in a browser and for an app client: what a second tab joins.

use poolhouse_crypto::sha256;
use poolhouse_text::hex;
use serde_json::{Value, json};

use super::document::{Document, SWEEP_MARGIN_SECONDS, integer, text};
use super::key::Key;
use crate::base::clock::Millis;

/// A code challenge of a user's that a page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageChallenge {
    /// Digest of the handle of the transaction that it is a step of.
    pub transaction: String,
    /// When that ends.
    pub ends: Millis,
}

impl PageChallenge {
    /// Where the challenge of this user lies, in the browser of which this is kept and for this app client.
    pub fn key(pool_id: &str, sub: &str, (browser, client_id): (&str, &str)) -> Key<PageChallenge> {
        let digest = sha256(&[browser.as_bytes(), b"\0", client_id.as_bytes()]);
        Key::of_user(pool_id, sub, format_args!("page/{}", hex::encode(&digest)))
    }
}

impl Document for PageChallenge {
    fn to_document(&self) -> Value {
        json!({ "transaction": self.transaction, "ends": self.ends.0 })
    }

    fn from_document(document: &Value) -> Option<PageChallenge> {
        Some(PageChallenge {
            transaction: text(document, "transaction")?,
            ends: Millis(integer(document, "ends")?),
        })
    }

    fn sweepable(&self) -> Option<Millis> {
        Some(self.ends.plus_seconds(SWEEP_MARGIN_SECONDS))
    }
}
