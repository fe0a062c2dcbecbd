//! Random identifiers.

use crate::Entropy;
use crate::hex;

/// The alphabet of app client ids and client secrets.
pub const LOWER_ALPHANUMERIC: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// The alphabet of the second half of user pool ids.
pub const MIXED_ALPHANUMERIC: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// `length` random lower-case letters and digits: 5.17 bits each.
pub fn random_id(length: usize, entropy: &dyn Entropy) -> String {
    random_text(LOWER_ALPHANUMERIC, length, entropy)
}

/// `length` characters of an ASCII alphabet (1 to 255 characters), every one equally likely.
pub fn random_text(alphabet: &[u8], length: usize, entropy: &dyn Entropy) -> String {
    // A byte picks a character if it falls below the largest multiple of the alphabet's size; the rest are drawn again,
    // for they would favour the first characters.
    let fair = 256 - 256 % alphabet.len();
    let mut text = String::with_capacity(length);
    let mut bytes = [0; 64];
    while text.len() < length {
        entropy.fill(&mut bytes);
        let picked = bytes
            .iter()
            .map(|&byte| usize::from(byte))
            .filter(|&byte| byte < fair);
        text.extend(
            picked
                .take(length - text.len())
                .map(|byte| char::from(alphabet[byte % alphabet.len()])),
        );
    }
    text
}

/// A random UUID (version 4) as text.
pub fn uuid_v4(entropy: &dyn Entropy) -> String {
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes);
    uuid_from(bytes)
}

/// The text of a version 4 UUID with these bytes; the six bits that name version and variant are overwritten.
pub fn uuid_from(mut bytes: [u8; 16]) -> String {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let text = hex::encode(&bytes);
    [
        &text[..8],
        &text[8..12],
        &text[12..16],
        &text[16..20],
        &text[20..],
    ]
    .join("-")
}
