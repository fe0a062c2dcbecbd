//! Random identifiers.

use crate::Entropy;
use poolhouse_text::hex;

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

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::*;
    use crate::testing::Seeded;

    /// Every byte value in turn.
    struct Counting(AtomicU8);

    impl Entropy for Counting {
        fn fill(&self, out: &mut [u8]) {
            out.fill_with(|| self.0.fetch_add(1, Ordering::Relaxed));
        }
    }

    #[test]
    fn every_character_is_equally_likely() {
        for alphabet in [LOWER_ALPHANUMERIC, MIXED_ALPHANUMERIC, b"0123456789", b"x"] {
            let per_character = 256 / alphabet.len();
            let text = random_text(
                alphabet,
                per_character * alphabet.len(),
                &Counting(AtomicU8::new(0)),
            );
            let mut counts = HashMap::new();
            for character in text.bytes() {
                *counts.entry(character).or_insert(0) += 1;
            }
            assert_eq!(counts.len(), alphabet.len());
            assert!(counts.values().all(|&count| count == per_character), "{counts:?}");
        }
    }

    #[test]
    fn ids_have_the_length_asked_for() {
        let entropy = Seeded::new(1);
        for length in [0, 1, 26, 51, 64, 65, 1000] {
            let id = random_id(length, &entropy);
            assert_eq!(id.len(), length);
            assert!(
                id.bytes()
                    .all(|character| LOWER_ALPHANUMERIC.contains(&character)),
                "{id}"
            );
        }
    }

    #[test]
    fn uuids_name_their_version_and_variant() {
        assert_eq!(uuid_from([0xff; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(uuid_from([0; 16]), "00000000-0000-4000-8000-000000000000");
        let entropy = Seeded::new(2);
        assert_ne!(uuid_v4(&entropy), uuid_v4(&entropy));
    }
}
