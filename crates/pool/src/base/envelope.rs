//! What surrounds every stored document: `{"k":1,"m":"…","d":…}`.
//!
//! | member | |
//! |---|---|
//! | `k` | the epoch of the key that `m` was made with, always 1 so far |
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
/// Everything before the code.
const HEAD: &str = r#"{"k":1,"m":""#;
/// Everything between code and document.
const MIDDLE: &str = r#"","d":"#;

/// Makes and checks the envelopes.
pub struct Envelope {
    key: [u8; 32],
}

impl Envelope {
    /// Envelopes under this key.
    pub fn new(key: [u8; 32]) -> Envelope {
        Envelope { key }
    }

    /// The body of the row at `key` that holds `document`, a JSON text.
    pub fn close(&self, key: &str, document: &str) -> String {
        format!("{HEAD}{}{MIDDLE}{document}}}", self.code(key, document))
    }

    /// The document in the body of the row at `key`; `None` if the body was not made by [`close`](Self::close) for this
    /// key.
    pub fn open(&self, key: &str, body: &str) -> Option<String> {
        let rest = body.strip_prefix(HEAD)?;
        let (code, rest) = rest.split_once('"')?;
        let document = rest.strip_prefix(&MIDDLE[1..])?.strip_suffix('}')?;
        let right = self.code(key, document);
        constant_time_eq(code.as_bytes(), right.as_bytes()).then(|| document.to_owned())
    }

    fn code(&self, key: &str, document: &str) -> String {
        let code = hmac_sha256(&self.key, &[key.as_bytes(), &[0], document.as_bytes()]);
        URL_SAFE_NO_PAD.encode(&code[..CODE_BYTES])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_comes_back_from_its_own_row_alone() {
        let envelope = Envelope::new([7; 32]);
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
            Envelope::new([8; 32]).open("p/a/user/1/profile", &body),
            None,
            "another key"
        );
    }

    #[test]
    fn what_is_no_envelope_does_not_open() {
        let envelope = Envelope::new([7; 32]);
        let code = envelope.code("k", "1");
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
}
