//! A key from words that a person chose.

use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2::{PBKDF2_HMAC_SHA256, derive};
use zeroize::Zeroizing;

/// How often the words are hashed: a try costs somebody who guesses as much as it costs us, some tenths of a second.
pub const ROUNDS: NonZeroU32 = NonZeroU32::MIN.saturating_add(999_999);

/// The key of a passphrase and a salt: PBKDF2 with HMAC-SHA-256 (RFC 8018).
pub fn key(passphrase: &str, salt: &[u8; 16], rounds: NonZeroU32) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    derive(PBKDF2_HMAC_SHA256, rounds, salt, passphrase.as_bytes(), &mut *key);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_depends_on_words_salt_and_rounds() {
        let rounds = |count| NonZeroU32::new(count).unwrap();
        let known = key("words", &[1; 16], rounds(2));
        assert_eq!(*known, *key("words", &[1; 16], rounds(2)));
        assert_ne!(*known, *key("word", &[1; 16], rounds(2)));
        assert_ne!(*known, *key("words", &[2; 16], rounds(2)));
        assert_ne!(*known, *key("words", &[1; 16], rounds(3)));
    }
}
