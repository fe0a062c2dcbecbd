//! What an unknown user gets to see.

use super::{Salt, Verifier};
use crate::digest::hkdf;
use crate::group::{Residue, WIDTH};
use crate::ids::uuid_from;

/// A user who does not exist, in the shape of one who does.
#[derive(Clone, Debug)]
pub struct FakeUser {
    /// What the challenge gives as the user's internal name: a UUID.
    pub user_id: String,
    /// A verifier that belongs to no password: its v is random, so nobody knows its logarithm.
    pub verifier: Verifier,
}

/// Makes up the user whom a pool shows to those who ask for a name it does not have. The same name gives the same user
/// as long as the pool's secret lasts, so asking twice tells nothing; checking a password or a proof against the verifier
/// costs exactly what it costs for a real one, and fails.
pub fn fake_user(pool_secret: &[u8], pool_name: &str, username: &str) -> FakeUser {
    let verifier = Verifier::new(
        fake_salt(pool_secret, pool_name, username),
        fake_v(pool_secret, pool_name, username),
    );
    let user_id = uuid_from(made_up(pool_secret, pool_name, username, "user id"));
    FakeUser { user_id, verifier }
}

/// A salt spread like [`Salt::random`]'s.
fn fake_salt(pool_secret: &[u8], pool_name: &str, username: &str) -> Salt {
    let mut bytes: [u8; 16] = made_up(pool_secret, pool_name, username, "salt");
    loop {
        if let Some(salt) = Salt::canonical(bytes) {
            return salt;
        }
        // One salt in 128 begins with a zero byte; a real one would have been drawn again.
        bytes = hkdf(&[], &bytes, b"again");
    }
}

fn fake_v(pool_secret: &[u8], pool_name: &str, username: &str) -> Residue {
    let mut bytes: [u8; WIDTH] = made_up(pool_secret, pool_name, username, "verifier");
    // Without its highest bit the number is below N.
    bytes[0] &= 0x7f;
    Residue::from_reduced(bytes)
}

fn made_up<const L: usize>(pool_secret: &[u8], pool_name: &str, username: &str, what: &str) -> [u8; L] {
    // No part before the last can contain the separator, so different inputs are different texts.
    let info = ["fake user", what, pool_name, username].join("\0");
    hkdf(&[], pool_secret, info.as_bytes())
}
