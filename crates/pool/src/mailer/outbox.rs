//! The rows of the outbox, and the batches that move them.
//!
//! A row lies at `outbox/RANK/DUE/ID`: the first rows of a rank are the ones to send, and a page ends where the future
//! begins. A claim moves the row to the end of its lease, a retry to the next attempt. So a worker that dies needs no
//! clearing up after: its rows fall due again by themselves, on whatever node looks first.

use lz4_flex::block::{compress_prepend_size, decompress_size_prepended};
use poolhouse_mail::sms::Sms;
use poolhouse_mail::{Address, Attempt, Envelope};
use poolhouse_store::{Batch, Expect, Row, Version};
use serde_json::{Value, json};

use super::Urgency;
use crate::base::clock::Millis;
use crate::base::platform::Platform;
use crate::base::purpose::Purpose;
use crate::records::outbox as rows;

/// Attempts that are kept with a mail, the last ones.
const MOST_ATTEMPTS: usize = 6;

/// A row as it was read or written by its present holder.
#[derive(Clone)]
pub(super) struct Entry {
    /// Where it lies.
    pub key: String,
    /// What it was when read.
    pub version: Version,
    /// The last part of the key: the mail's name in logs.
    pub id: String,
    /// What comes first.
    pub urgency: Urgency,
    /// When it falls due, or when the lease ends.
    pub due: Millis,
    /// All that stays as it is while the row moves, but for the attempts.
    pub mail: Kept,
}

/// What a row holds.
#[derive(Clone)]
pub(super) struct Kept {
    /// The sealed mail.
    pub sealed: String,
    /// When it must no longer be sent.
    pub expires: Millis,
    /// When it was asked for.
    pub queued: Millis,
    /// By which request.
    pub request: String,
    /// What the log calls its recipient.
    pub addressee: String,
    /// What a newer mail of the same name replaces.
    pub thread: Option<String>,
    /// Attempts that this mail itself failed. A relay that is down does not count.
    pub failures: u32,
    /// The record of the last attempts, sealed.
    pub attempts: Option<String>,
}

/// What is to be sent, ready for the wire.
pub(super) struct Payload {
    /// From whom and to whom.
    pub envelope: Envelope,
    /// The message, the same bytes at every attempt.
    pub message: Vec<u8>,
    /// Whether nobody is to get it. Sealed like the rest, so that the database does not tell who exists.
    pub discard: bool,
    /// What goes to a phone, for a message that does. The mail is then what the local inbox shows of it.
    pub sms: Option<Sms>,
}

impl Payload {
    /// The payload, sealed for the row of this name.
    pub fn seal(&self, platform: &Platform, id: &str) -> String {
        platform.seal(Purpose::Mail, &rows::sealing_context(id), &self.pack())
    }

    /// Envelope and text message as JSON, which has no line break of its own; behind a line break, the message as it is: whoever sends
    /// it, now or after a crash, sends the same bytes.
    fn pack(&self) -> Vec<u8> {
        let head = json!({
            "from": self.envelope.from.as_str(),
            "to": self.envelope.to.as_str(),
            "sms": self.sms.as_ref().map(|sms| json!({ "to": sms.to, "text": sms.text, "id": sms.id })),
        });
        let plain = [head.to_string().as_bytes(), b"\n", &self.message].concat();
        // Not among what is packed, where it might change the length, which sealing does not hide.
        let mut packed = vec![PACKED, u8::from(self.discard)];
        packed.extend(compress_prepend_size(&plain));
        packed
    }

    /// Reads what [`pack`](Self::pack) has packed.
    fn read(plain: &[u8]) -> Option<Payload> {
        match plain {
            [PACKED, discard, packed @ ..] => {
                let unpacked = decompress_size_prepended(packed).ok()?;
                let end = unpacked.iter().position(|&byte| byte == b'\n')?;
                let head: Value = serde_json::from_slice(&unpacked[..end]).ok()?;
                Payload::of(&head, unpacked[end + 1..].to_vec(), *discard != 0)
            }
            // As rows were written before.
            _ => {
                let document: Value = serde_json::from_slice(plain).ok()?;
                let message = document.get("message")?.as_str()?.as_bytes().to_vec();
                Payload::of(&document, message, document.get("discard")?.as_u64()? != 0)
            }
        }
    }

    fn of(document: &Value, message: Vec<u8>, discard: bool) -> Option<Payload> {
        let text = |member: &str| document.get(member).and_then(Value::as_str);
        Some(Payload {
            envelope: Envelope {
                from: Address::parse(text("from")?).ok()?,
                to: Address::parse(text("to")?).ok()?,
            },
            message,
            discard,
            sms: match document.get("sms") {
                None | Some(Value::Null) => None,
                Some(sms) => Some(read_sms(sms)?),
            },
        })
    }
}

/// What a packed payload begins with, which no JSON text does. A mail is half as long packed, and so lies in one page of the database
/// instead of three. Its length says a little of what is in it; but a code is in one mail, so nobody can try texts beside it.
const PACKED: u8 = 1;

fn read_sms(sms: &Value) -> Option<Sms> {
    let text = |member: &str| sms.get(member)?.as_str().map(str::to_owned);
    Some(Sms {
        to: text("to")?,
        text: text("text")?,
        id: text("id")?,
    })
}

impl Kept {
    /// The row of a new mail, at `key`.
    pub fn insert(&self, key: &str) -> Batch {
        Batch::new().put(key, Expect::Absent, self.body())
    }

    fn body(&self) -> String {
        json!({
            "sealed": self.sealed,
            "failures": self.failures,
            "expires": self.expires.0,
            "queued": self.queued.0,
            "request": self.request,
            "addressee": self.addressee,
            "thread": self.thread,
            "attempts": self.attempts,
        })
        .to_string()
    }

    fn parse(document: &Value) -> Option<Kept> {
        let text = |member: &str| document.get(member).and_then(Value::as_str).map(str::to_owned);
        let millis = |member: &str| document.get(member).and_then(Value::as_i64).map(Millis);
        Some(Kept {
            sealed: text("sealed")?,
            expires: millis("expires")?,
            queued: millis("queued")?,
            request: text("request")?,
            addressee: text("addressee").unwrap_or_default(),
            thread: text("thread"),
            failures: u32::try_from(document.get("failures")?.as_u64()?).ok()?,
            attempts: text("attempts"),
        })
    }
}

impl Entry {
    /// The entry in a row, or `None` if it is not one.
    pub fn parse(platform: &Platform, row: &Row) -> Option<Entry> {
        let row = platform.open_row(row.clone()).ok()?;
        let (rank, rest) = row.key.strip_prefix(rows::PREFIX)?.split_once('/')?;
        let (due, id) = rest.split_once('/')?;
        Some(Entry {
            key: row.key.clone(),
            version: row.version,
            id: id.to_owned(),
            urgency: Urgency::of_rank(rank)?,
            due: Millis(due.parse().ok()?),
            mail: Kept::parse(&serde_json::from_str(&row.body).ok()?)?,
        })
    }

    /// The batch that moves the row to another moment, and the entry as it then is but for its version.
    pub fn moved(&self, due: Millis) -> (Batch, Entry) {
        let key = rows::key(self.urgency.rank(), due, &self.id);
        let batch = Batch::new()
            .delete(self.key.clone(), Expect::Version(self.version))
            .put(key.clone(), Expect::Absent, self.mail.body());
        (
            batch,
            Entry {
                key,
                due,
                ..self.clone()
            },
        )
    }

    /// The attempts so far.
    pub fn attempts(&self, platform: &Platform) -> Vec<Attempt> {
        let opened = self.mail.attempts.as_deref();
        let opened = opened.and_then(|sealed| {
            platform
                .open(Purpose::Mail, &rows::attempts_context(&self.id), sealed)
                .ok()
        });
        let document = opened.and_then(|plain| serde_json::from_slice::<Value>(&plain).ok());
        let attempts = document.as_ref().and_then(Value::as_array);
        attempts.map_or_else(Vec::new, |attempts| {
            attempts.iter().map(Attempt::from_json).collect()
        })
    }

    /// The same entry with more attempts in its record.
    pub fn with_attempts(mut self, platform: &Platform, more: &[Attempt]) -> Entry {
        if !more.is_empty() {
            let mut all = self.attempts(platform);
            all.extend_from_slice(more);
            let last = &all[all.len().saturating_sub(MOST_ATTEMPTS)..];
            let plain = Value::from_iter(last.iter().map(Attempt::to_json)).to_string();
            self.mail.attempts =
                Some(platform.seal(Purpose::Mail, &rows::attempts_context(&self.id), plain.as_bytes()));
        }
        self
    }

    /// The batch that ends the mail's stay: its text is gone with it.
    pub fn removed(&self) -> Batch {
        Batch::new().delete(self.key.clone(), Expect::Version(self.version))
    }

    /// Opens the sealed mail. `None` if it does not open or is none.
    pub fn payload(&self, platform: &Platform) -> Option<Payload> {
        let plain = platform
            .open(Purpose::Mail, &rows::sealing_context(&self.id), &self.mail.sealed)
            .ok()?;
        Payload::read(&plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(discard: bool) -> Payload {
        let address = |text| Address::parse(text).unwrap();
        let line =
            "<td style=\"color:#333333;padding:8px\">Your code is 918273, good for five minutes.</td>\r\n";
        Payload {
            envelope: Envelope {
                from: address("no-reply@pool.example"),
                to: address("ada@example.com"),
            },
            message: line.repeat(40).into_bytes(),
            discard,
            sms: None,
        }
    }

    #[test]
    fn a_payload_comes_back_and_takes_half_the_room_for_somebody_as_for_nobody() {
        let lengths = [true, false].map(|discard| {
            let sent = payload(discard);
            let packed = sent.pack();
            let read = Payload::read(&packed).unwrap();
            assert_eq!(read.message, sent.message);
            assert_eq!((read.envelope, read.discard), (sent.envelope, discard));
            assert!(packed.len() < sent.message.len() / 2, "{}", packed.len());
            packed.len()
        });
        assert_eq!(lengths[0], lengths[1]);
    }

    #[test]
    fn a_message_that_is_no_text_comes_back_byte_for_byte() {
        let bytes: Vec<u8> = (0..=255).collect();
        let sent = Payload {
            message: bytes.clone(),
            ..payload(false)
        };
        assert_eq!(Payload::read(&sent.pack()).unwrap().message, bytes);
    }

    #[test]
    fn a_payload_of_before_is_read_and_what_is_none_is_not() {
        let plain =
            json!({ "from": "a@b.example", "to": "c@d.example", "message": "Hi", "discard": 1, "sms": null });
        let read = Payload::read(plain.to_string().as_bytes()).unwrap();
        assert_eq!((read.message.as_slice(), read.discard), (&b"Hi"[..], true));
        for plain in [
            &b""[..],
            b"{}",
            &[PACKED],
            &[PACKED, 0],
            &[PACKED, 0, 9, 0, 0, 0, b'{'],
        ] {
            assert!(Payload::read(plain).is_none(), "{plain:?}");
        }
    }
}
