//! Secure Remote Password (SRP-6a) the way Amazon Cognito user pools speak it, server half.
//!
//! Instead of a password the server keeps a *verifier*: v = g^x mod N, where x hashes salt, pool name, user and password.
//! Signing in goes:
//!
//! | client | | server |
//! |---|---|---|
//! | A = g^a | → [`parse_a`] | |
//! | | ← | [`challenge()`]: B = k·v + g^b, with the salt and an opaque block |
//! | S = (B − k·g^x)^(a + u·x) | | S = (A·v^u)^b |
//! | HMAC under a key made from S | → compare with [`expected_signature`] | |
//!
//! u hashes A and B; k is a constant. Cognito departs from RFC 5054 in its padding (Java's shortest two's complement),
//! in the name that is hashed, in deriving the key with HKDF and in the proof, which covers the opaque block and a
//! time stamp. Remembered devices use the same functions with the device group key in place of the pool name and the
//! device key in place of the user id.
//!
//! Numbers are named by their letters in RFC 5054, section 2.

mod challenge;
mod fake;
mod public_a;
mod salt;
#[cfg(test)]
mod tests;
pub mod timestamp;
mod verifier;

pub use challenge::{BadChallenge, Challenge, challenge, expected_signature};
pub use fake::fake_verifier;
pub use public_a::{BadA, PublicA, parse_a};
pub use salt::{BadSalt, Salt};
pub use verifier::{BadVerifier, Verifier, check_password, verifier};
