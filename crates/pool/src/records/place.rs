//! That a right code was typed in a browser: what makes the token good that it was given.

use serde_json::{Value, json};

use super::document::{Document, SWEEP_MARGIN_SECONDS, epoch, integer};
use super::key::Key;
use crate::base::clock::Millis;

/// A place token that became good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaceRecord {
    /// The user's security epoch at that moment. The token is good under no other.
    pub epoch: u64,
    /// When it is good no longer.
    pub expires: Millis,
}

impl PlaceRecord {
    /// What the rows of all tokens of a user begin with.
    pub fn all(pool_id: &str, sub: &str) -> String {
        PlaceRecord::key(pool_id, sub, "").as_str().to_owned()
    }

    /// Where the token with this digest is noted.
    pub fn key(pool_id: &str, sub: &str, digest: &str) -> Key<PlaceRecord> {
        Key::of_user(pool_id, sub, format_args!("place/{digest}"))
    }
}

impl Document for PlaceRecord {
    fn to_document(&self) -> Value {
        json!({ "epoch": self.epoch, "expires": self.expires.0 })
    }

    fn from_document(document: &Value) -> Option<PlaceRecord> {
        Some(PlaceRecord {
            epoch: epoch(document, "epoch")?,
            expires: Millis(integer(document, "expires")?),
        })
    }

    fn sweepable(&self) -> Option<Millis> {
        Some(self.expires.plus_seconds(SWEEP_MARGIN_SECONDS))
    }
}
