//! SHA-256, HMAC and the signing key.

use hmac::{Hmac, KeyInit as _, Mac as _};
use poolhouse_text::hex;
use sha2::{Digest as _, Sha256};

use crate::request::TERMINATOR;

/// Lower-case hexadecimal of the SHA-256.
pub(crate) fn sha256_hex(data: &[u8]) -> String {
    hex::encode(&Sha256::digest(data))
}

/// The signature over the text, in lower-case hexadecimal. `date` is `YYYYMMDD`.
pub(crate) fn signature(secret: &str, date: &str, region: &str, service: &str, text: &str) -> String {
    let scope = [date, region, service, TERMINATOR];
    let start = ["AWS4", secret].concat().into_bytes();
    let key = scope
        .iter()
        .fold(start, |key, part| hmac_sha256(&key, part.as_bytes()).to_vec());
    hex::encode(&hmac_sha256(&key, text.as_bytes()))
}

fn hmac_sha256(key: &[u8], data: &[u8]) -> [u8; 32] {
    // HMAC fills shorter keys up with zeros and hashes longer ones; done here, a key has the one length that cannot be
    // refused.
    let mut block = [0; 64];
    match block.get_mut(..key.len()) {
        Some(start) => start.copy_from_slice(key),
        None => block[..32].copy_from_slice(&Sha256::digest(key)),
    }
    let mut mac = Hmac::<Sha256>::new(&block.into());
    mac.update(data);
    mac.finalize().into_bytes().into()
}
