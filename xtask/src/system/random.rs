//! Randomness of the operating system.

use std::fs::File;
use std::io::Read;

use crate::Outcome;

/// Letters and digits that nobody mistakes for each other: 32 of them.
const LEGIBLE: &[u8] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Random bytes.
///
/// # Errors
/// If the operating system has no generator.
pub fn bytes<const N: usize>() -> Outcome<[u8; N]> {
    let mut bytes = [0; N];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// `N` random bytes as lower-case hexadecimal digits.
///
/// # Errors
/// If the operating system has no generator.
pub fn hex<const N: usize>() -> Outcome<String> {
    Ok(poolhouse_text::hex::encode(&bytes::<N>()?))
}

/// A password that people can type and that meets the default policy: `Hk7wp-x3mf9-qt2vd-8nrcz`, 95 bits.
///
/// # Errors
/// If the operating system has no generator.
pub fn password() -> Outcome<String> {
    loop {
        let letters: String = bytes::<20>()?
            .iter()
            // 256 is a multiple of 32, so every character is as likely as any other.
            .map(|byte| char::from(LEGIBLE[usize::from(*byte) % LEGIBLE.len()]))
            .collect();
        let (first, rest) = letters.split_at(1);
        if first.starts_with(|c: char| c.is_ascii_lowercase()) && rest.contains(|c: char| c.is_ascii_digit())
        {
            let text = first.to_ascii_uppercase() + rest;
            return Ok(format!(
                "{}-{}-{}-{}",
                &text[..5],
                &text[5..10],
                &text[10..15],
                &text[15..]
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_meets_the_default_policy() {
        for _ in 0..100 {
            let password = password().unwrap();
            assert_eq!(password.len(), 23);
            assert!(
                password.starts_with(|c: char| c.is_ascii_uppercase()),
                "{password}"
            );
            assert!(password.contains(|c: char| c.is_ascii_lowercase()), "{password}");
            assert!(password.contains(|c: char| c.is_ascii_digit()), "{password}");
        }
    }

    #[test]
    fn hexadecimal_text_has_two_digits_for_each_byte() {
        assert_eq!(hex::<16>().unwrap().len(), 32);
        assert_ne!(hex::<16>().unwrap(), hex::<16>().unwrap());
        assert_eq!(LEGIBLE.len(), 32);
    }
}
