//! How far a stream of the audit log has come, and which server sends it on.

use serde_json::{Value, json};

use super::document::{Document, integer, text};
use super::key::{Directory, Key};
use crate::base::clock::Millis;

/// A stream's cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamCursor {
    /// Everything that happened before was sent.
    pub from: Millis,
    /// The server that sends it.
    pub holder: String,
    /// Until when no other does.
    pub until: Millis,
}

impl StreamCursor {
    /// Where the cursor of a stream lies.
    pub fn key(name: &str) -> Key<StreamCursor> {
        Key::listed(Directory::Meta, format_args!("stream/{name}"))
    }
}

impl Document for StreamCursor {
    fn to_document(&self) -> Value {
        json!({ "from": self.from.0, "holder": self.holder, "until": self.until.0 })
    }

    fn from_document(document: &Value) -> Option<StreamCursor> {
        Some(StreamCursor {
            from: Millis(integer(document, "from")?),
            holder: text(document, "holder")?,
            until: Millis(integer(document, "until")?),
        })
    }
}
