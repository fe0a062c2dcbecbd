//! What surrounds every stored document: `{"k":1,"m":"…","d":…}`.
//!
//! | member | |
//! |---|---|
//! | `k` | the epoch of the master key that `m` was made with |
//! | `m` | unpadded base64url of the first 16 bytes of HMAC-SHA-256 over key, NUL and document |
//! | `d` | the document, byte for byte as it was authenticated |
//!
//! A copy of the database says nothing secret because secrets are sealed; this says that nobody who can write to the
//! database, and does not have the master key, can put a row in another's place or make one up.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use poolhouse_crypto::{constant_time_eq, hmac_sha256};

/// Bytes of the code: 128 bits, against which nobody gets more than a guess at a time.
const CODE_BYTES: usize = 16;
/// Everything before the epoch.
const HEAD: &str = r#"{"k":"#;
/// Everything between epoch and code.
const CODE: &str = r#","m":""#;
/// Everything between code and document.
const DOCUMENT: &str = r#"","d":"#;

/// Makes the envelopes of one epoch, and checks those of others, too.
pub struct Envelope {
    epoch: u8,
    key: [u8; 32],
    others: Vec<(u8, [u8; 32])>,
}

impl Envelope {
    /// Envelopes under the key of this epoch.
    pub fn new(epoch: u8, key: [u8; 32]) -> Envelope {
        Envelope {
            epoch,
            key,
            others: Vec::new(),
        }
    }

    /// Also opens what the key of another epoch closed.
    #[must_use]
    pub fn with(mut self, epoch: u8, key: [u8; 32]) -> Envelope {
        self.others.push((epoch, key));
        self
    }

    /// The body of the row at `key` that holds `document`, a JSON text.
    pub fn close(&self, key: &str, document: &str) -> String {
        let code = code(&self.key, key, document);
        format!("{HEAD}{}{CODE}{code}{DOCUMENT}{document}}}", self.epoch)
    }

    /// The document in the body of the row at `key`; `None` if the body was not made by [`close`](Self::close) for this
    /// key.
    pub fn open(&self, key: &str, body: &str) -> Option<String> {
        let (epoch, rest) = body.strip_prefix(HEAD)?.split_once(CODE)?;
        let (given, rest) = rest.split_once('"')?;
        let document = rest.strip_prefix(&DOCUMENT[1..])?.strip_suffix('}')?;
        let right = code(self.key_of(epoch)?, key, document);
        constant_time_eq(given.as_bytes(), right.as_bytes()).then(|| document.to_owned())
    }

    /// Whether a body says that it was closed with the key that closes now.
    pub fn is_current(&self, body: &str) -> bool {
        let epoch = body.strip_prefix(HEAD).and_then(|rest| rest.split_once(CODE));
        epoch.is_some_and(|(epoch, _)| epoch.parse() == Ok(self.epoch))
    }

    /// Whether a body says that it was closed with a key that is not here.
    pub fn lacks_key_of(&self, body: &str) -> bool {
        let epoch = body.strip_prefix(HEAD).and_then(|rest| rest.split_once(CODE));
        epoch.is_some_and(|(epoch, _)| self.key_of(epoch).is_none())
    }

    fn key_of(&self, epoch: &str) -> Option<&[u8; 32]> {
        let number: u8 = epoch.parse().ok()?;
        if number == self.epoch {
            return Some(&self.key);
        }
        let other = self.others.iter().find(|(other, _)| *other == number);
        other.map(|(_, key)| key)
    }
}

/// Epoch and code of a body: two rows at one key with the same ones hold the same document.
pub fn head(body: &str) -> &str {
    body.split_once(DOCUMENT).map_or(body, |(head, _)| head)
}

fn code(key: &[u8; 32], row: &str, document: &str) -> String {
    let code = hmac_sha256(key, &[row.as_bytes(), &[0], document.as_bytes()]);
    URL_SAFE_NO_PAD.encode(&code[..CODE_BYTES])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_comes_back_from_its_own_row_alone() {
        let envelope = Envelope::new(1, [7; 32]);
        let body = envelope.close("p/a/user/1/profile", r#"{"sub":"1"}"#);
        let parsed: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(parsed["d"]["sub"], "1");
        assert_eq!(
            envelope.open("p/a/user/1/profile", &body).as_deref(),
            Some(r#"{"sub":"1"}"#)
        );
        assert_eq!(envelope.open("p/a/user/2/profile", &body), None, "moved");
        assert_eq!(
            envelope.open("p/a/user/1/profile", &body.replace("\"1\"}", "\"2\"}")),
            None,
            "changed"
        );
        assert_eq!(
            Envelope::new(1, [8; 32]).open("p/a/user/1/profile", &body),
            None,
            "another key"
        );
    }

    #[test]
    fn what_is_no_envelope_does_not_open() {
        let envelope = Envelope::new(1, [7; 32]);
        let code = code(&[7; 32], "k", "1");
        for body in [
            "".to_owned(),
            "{}".to_owned(),
            "1".to_owned(),
            format!(r#"{{"k":2,"m":"{code}","d":1}}"#),
            format!(r#"{{"k":1,"m":"{code}","d":1"#),
            format!(r#"{{"k":1,"m":"{code}" ,"d":1}}"#),
            r#"{"k":1,"m":"","d":1}"#.to_owned(),
        ] {
            assert_eq!(envelope.open("k", &body), None, "{body}");
        }
        let body = format!(r#"{{"k":1,"m":"{code}","d":1}}"#);
        assert_eq!(envelope.open("k", &body).as_deref(), Some("1"));
    }

    #[test]
    fn a_rotated_key_opens_and_does_not_close() {
        let (old, new) = (
            Envelope::new(1, [7; 32]),
            Envelope::new(12, [8; 32]).with(1, [7; 32]),
        );
        let (before, now) = (old.close("k", "1"), new.close("k", "2"));
        assert_eq!(new.open("k", &before).as_deref(), Some("1"));
        assert_eq!(new.open("k", &now).as_deref(), Some("2"));
        assert_eq!(old.open("k", &now), None);
        assert!(new.is_current(&now) && !new.is_current(&before) && !new.is_current(""));
        assert!(old.lacks_key_of(&now) && !old.lacks_key_of(&before) && !old.lacks_key_of(""));
        assert!(!new.lacks_key_of(&now) && !new.lacks_key_of(&before));
    }
}
