//! Proof Key for Code Exchange (RFC 7636), with the one method that is taken: S256.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use poolhouse_crypto::{constant_time_eq, sha256};

/// Characters of a challenge: SHA-256 in base64url.
const CHALLENGE: usize = 43;

/// Whether a text can be a challenge.
pub fn is_challenge(text: &str) -> bool {
    text.len() == CHALLENGE
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// Whether the verifier goes with what was sent at the beginning. One that nothing was sent for is refused, too: an attacker may
/// have taken the challenge out.
pub fn goes_with(challenge: Option<&str>, verifier: Option<&str>) -> bool {
    match (challenge, verifier) {
        (None, None) => true,
        (Some(challenge), Some(verifier)) => {
            let made = URL_SAFE_NO_PAD.encode(sha256(&[verifier.as_bytes()]));
            is_verifier(verifier) && constant_time_eq(made.as_bytes(), challenge.as_bytes())
        }
        (Some(_), None) | (None, Some(_)) => false,
    }
}

fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pair of RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const MADE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn made(verifier: &str) -> String {
        URL_SAFE_NO_PAD.encode(sha256(&[verifier.as_bytes()]))
    }

    #[test]
    fn only_the_verifier_that_was_hashed_goes_with_a_challenge() {
        assert!(goes_with(Some(MADE), Some(VERIFIER)));
        assert!(goes_with(None, None));
        let other = "a".repeat(43);
        for (challenge, verifier) in [
            (Some(MADE), None),
            (None, Some(VERIFIER)),
            (Some(MADE), Some(MADE)),
            (Some(MADE), Some(other.as_str())),
            (Some(VERIFIER), Some(VERIFIER)),
            (Some(""), Some(VERIFIER)),
        ] {
            assert!(!goes_with(challenge, verifier), "{challenge:?} {verifier:?}");
        }
    }

    #[test]
    fn a_verifier_has_43_to_128_legal_characters() {
        for (verifier, expected) in [
            ("a".repeat(42), false),
            ("a".repeat(43), true),
            ("-._~".repeat(32), true),
            ("a".repeat(129), false),
            (format!("{} ", "a".repeat(43)), false),
            (format!("{}+", "a".repeat(43)), false),
        ] {
            assert_eq!(
                goes_with(Some(&made(&verifier)), Some(&verifier)),
                expected,
                "{verifier}"
            );
        }
    }

    #[test]
    fn a_challenge_is_43_characters_of_base64url() {
        assert!(is_challenge(MADE));
        for text in ["", &MADE[1..], &format!("{MADE}="), &format!("{}+", &MADE[1..])] {
            assert!(!is_challenge(text), "{text}");
        }
    }
}
