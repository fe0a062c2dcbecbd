//! Passwords that people can type.

use poolhouse_crypto::{Entropy, random_text};
use zeroize::Zeroizing;

/// Letters and digits that nobody mistakes for each other.
const LEGIBLE: &[u8] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// A password that people can type and that meets the default policy: `Hk7wp-x3mf9-qt2vd-8nrcz`, 95 bits.
pub(super) fn draw(entropy: &dyn Entropy) -> Zeroizing<String> {
    loop {
        let letters = Zeroizing::new(random_text(LEGIBLE, 20, entropy));
        let (first, rest) = letters.split_at(1);
        let is_letter = first.starts_with(|c: char| c.is_ascii_lowercase());
        let has = |kind: fn(&char) -> bool| rest.chars().any(|c| kind(&c));
        if is_letter && has(char::is_ascii_digit) && has(char::is_ascii_lowercase) {
            let text = Zeroizing::new(first.to_ascii_uppercase() + rest);
            let groups = [&text[..5], &text[5..10], &text[10..15], &text[15..]];
            return Zeroizing::new(groups.join("-"));
        }
    }
}

#[cfg(test)]
mod tests {
    use poolhouse_crypto::OsEntropy;

    use super::*;

    #[test]
    fn a_password_meets_the_default_policy() {
        for _ in 0..100 {
            let password = draw(&OsEntropy);
            assert_eq!(password.len(), 23);
            assert!(password.starts_with(|c: char| c.is_ascii_uppercase()));
            for kind in [char::is_ascii_lowercase, char::is_ascii_digit, |c: &char| {
                *c == '-'
            }] {
                assert!(password.chars().any(|c| kind(&c)));
            }
        }
    }
}
