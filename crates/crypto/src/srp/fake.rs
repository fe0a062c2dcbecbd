//! What an unknown user gets to see.

use super::{Salt, Verifier};
use crate::digest::hkdf;
use crate::group::{Residue, WIDTH};

/// Makes up the verifier that a pool uses for a user it does not have. The same id gives the same verifier as long as the
/// pool's secret lasts, so asking twice tells nothing. It belongs to no password: its v is random, so nobody knows its
/// logarithm, and the number beside it, of which nothing is ever seen, is no power of v; checking a password or a proof against it costs
/// exactly what it costs for a real one, and fails.
pub fn fake_verifier(pool_secret: &[u8], pool_name: &str, id: &str) -> Verifier {
    Verifier::new(
        fake_salt(pool_secret, pool_name, id),
        fake_number(pool_secret, pool_name, id, "verifier"),
        fake_number(pool_secret, pool_name, id, "upper half"),
    )
}

/// A salt spread like [`Salt::random`]'s.
fn fake_salt(pool_secret: &[u8], pool_name: &str, id: &str) -> Salt {
    let mut bytes: [u8; 16] = made_up(pool_secret, pool_name, id, "salt");
    loop {
        if let Some(salt) = Salt::canonical(bytes) {
            return salt;
        }
        // One salt in 128 begins with a zero byte; a real one would have been drawn again.
        bytes = hkdf(&[], &bytes, b"again");
    }
}

fn fake_number(pool_secret: &[u8], pool_name: &str, id: &str, what: &str) -> Residue {
    let mut bytes: [u8; WIDTH] = made_up(pool_secret, pool_name, id, what);
    // Without its highest bit the number is below N.
    bytes[0] &= 0x7f;
    Residue::from_reduced(bytes)
}

fn made_up<const L: usize>(pool_secret: &[u8], pool_name: &str, id: &str, what: &str) -> [u8; L] {
    // No part before the last can contain the separator, so different inputs are different texts.
    let info = ["fake user", what, pool_name, id].join("\0");
    hkdf(&[], pool_secret, info.as_bytes())
}
