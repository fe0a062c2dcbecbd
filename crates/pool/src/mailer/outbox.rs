//! The rows of the outbox, and the batches that move them.
//!
//! A row lies at `outbox/DUE/ID`: the first rows of a scan are the ones to send, and a page ends where the future
//! begins. A claim moves the row to the end of its lease, a retry to the next attempt. So a worker that dies needs no
//! clearing up after: its rows fall due again by themselves, on whatever node looks first.

use poolhouse_mail::{Address, Envelope};
use poolhouse_store::{Batch, Expect, Row, Version};
use serde_json::{Value, json};

use crate::base::clock::Millis;
use crate::base::platform::Platform;
use crate::records::outbox as rows;

/// A row as it was read or written by its present holder.
#[derive(Clone)]
pub(super) struct Entry {
    /// Where it lies.
    pub key: String,
    /// What it was when read.
    pub version: Version,
    /// The last part of the key: the mail's name in logs.
    pub id: String,
    /// When it falls due, or when the lease ends.
    pub due: Millis,
    /// Attempts that this mail itself failed. A relay that is down does not count.
    pub failures: u32,
    /// When it must no longer be sent.
    pub expires: Millis,
    /// The sealed mail.
    pub sealed: String,
}

/// What is to be sent, ready for the wire.
pub(super) struct Payload {
    /// From whom and to whom.
    pub envelope: Envelope,
    /// The message, the same bytes at every attempt.
    pub message: Vec<u8>,
    /// Whether nobody is to get it. Sealed like the rest, so that the database does not tell who exists.
    pub discard: bool,
}

/// The row of a new mail, at `key`.
pub(super) fn insert(platform: &Platform, key: &str, id: &str, payload: &Payload, expires: Millis) -> Batch {
    let plain = json!({
        "from": payload.envelope.from.as_str(),
        "to": payload.envelope.to.as_str(),
        "message": String::from_utf8_lossy(&payload.message),
        // A number, for the words differ in length, which sealing does not hide.
        "discard": u8::from(payload.discard),
    });
    let sealed = platform.seal(&sealing_context(id), plain.to_string().as_bytes());
    Batch::new().put(key, Expect::Absent, body(&sealed, 0, expires))
}

impl Entry {
    /// The entry in a row, or `None` if it is not one.
    pub fn parse(platform: &Platform, row: &Row) -> Option<Entry> {
        let row = platform.open_row(row.clone()).ok()?;
        let (due, id) = row.key.strip_prefix(rows::PREFIX)?.split_once('/')?;
        let document: Value = serde_json::from_str(&row.body).ok()?;
        Some(Entry {
            key: row.key.clone(),
            version: row.version,
            id: id.to_owned(),
            due: Millis(due.parse().ok()?),
            failures: u32::try_from(document.get("failures")?.as_u64()?).ok()?,
            expires: Millis(document.get("expires")?.as_i64()?),
            sealed: document.get("sealed")?.as_str()?.to_owned(),
        })
    }

    /// The batch that moves the row to another moment, and the entry as it then is but for its version.
    pub fn moved(&self, due: Millis, failures: u32) -> (Batch, Entry) {
        let key = rows::key(due, &self.id);
        let batch = Batch::new()
            .delete(self.key.clone(), Expect::Version(self.version))
            .put(
                key.clone(),
                Expect::Absent,
                body(&self.sealed, failures, self.expires),
            );
        (
            batch,
            Entry {
                key,
                due,
                failures,
                ..self.clone()
            },
        )
    }

    /// The batch that ends the mail's stay: its text is gone with it.
    pub fn removed(&self) -> Batch {
        Batch::new().delete(self.key.clone(), Expect::Version(self.version))
    }

    /// Opens the sealed mail. `None` if it does not open or is none.
    pub fn payload(&self, platform: &Platform) -> Option<Payload> {
        let plain = platform.open(&sealing_context(&self.id), &self.sealed).ok()?;
        let document: Value = serde_json::from_slice(&plain).ok()?;
        let text = |member: &str| document.get(member).and_then(Value::as_str);
        Some(Payload {
            envelope: Envelope {
                from: Address::parse(text("from")?).ok()?,
                to: Address::parse(text("to")?).ok()?,
            },
            message: text("message")?.as_bytes().to_vec(),
            discard: document.get("discard")?.as_u64()? != 0,
        })
    }
}

/// The row's name without the moment it is due, for a row that moves keeps its seal.
fn sealing_context(id: &str) -> String {
    format!("{}{id}", rows::PREFIX)
}

fn body(sealed: &str, failures: u32, expires: Millis) -> String {
    json!({ "sealed": sealed, "failures": failures, "expires": expires.0 }).to_string()
}
