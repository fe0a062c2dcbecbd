//! What the server keeps instead of a password.

use std::fmt;

use zeroize::Zeroizing;

use super::{BadSalt, Salt};
use crate::arithmetic::power_of_generator;
use crate::digest::{constant_time_eq, sha256};
use crate::group::Residue;
use crate::hex;

/// Salt and v = g^x. A holder of v can pose as the server and can try passwords offline, so it is a secret.
#[derive(Clone)]
pub struct Verifier {
    salt: Salt,
    v: Residue,
}

impl Verifier {
    pub(super) fn new(salt: Salt, v: Residue) -> Self {
        Self { salt, v }
    }

    /// Reads the verifier a device brings: both numbers unsigned, most significant byte first, leading zeros allowed.
    pub fn from_unsigned(salt: &[u8], v: &[u8]) -> Result<Self, BadVerifier> {
        let salt = Salt::from_unsigned(salt).map_err(BadVerifier::Salt)?;
        let v = Residue::from_unsigned(v).ok_or(BadVerifier::Number)?;
        // With these, everybody could prove to know the password.
        if v.is_degenerate() {
            return Err(BadVerifier::Number);
        }
        Ok(Self { salt, v })
    }

    /// Reads the two texts that [`Salt::to_hex`] and [`Verifier::v_hex`] wrote.
    pub fn from_hex(salt: &str, v: &str) -> Result<Self, BadVerifier> {
        let salt = hex::decode(salt).ok_or(BadVerifier::Salt(BadSalt))?;
        let v = Zeroizing::new(hex::decode(v).ok_or(BadVerifier::Number)?);
        Self::from_unsigned(&salt, &v)
    }

    /// The salt, which the client gets to see.
    pub fn salt(&self) -> &Salt {
        &self.salt
    }

    /// v in hexadecimal, for storing under seal.
    pub fn v_hex(&self) -> Zeroizing<String> {
        Zeroizing::new(self.v.to_hex())
    }

    pub(super) fn v(&self) -> &Residue {
        &self.v
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier(..)")
    }
}

/// The verifier for a password. `pool_name` is the pool id after its first underscore, `user_id` the internal user
/// name; for a device they are device group key and device key.
pub fn verifier(pool_name: &str, user_id: &str, password: &str, salt: &Salt) -> Verifier {
    Verifier {
        salt: salt.clone(),
        v: power_of_generator(&secret_x(pool_name, user_id, password, salt)),
    }
}

/// Whether the password is the one this verifier was made from. Takes the same time either way.
pub fn check_password(pool_name: &str, user_id: &str, password: &str, verifier: &Verifier) -> bool {
    let v = power_of_generator(&secret_x(pool_name, user_id, password, &verifier.salt));
    constant_time_eq(v.as_bytes(), verifier.v.as_bytes())
}

/// x = H(salt ‖ H(pool name ‖ user id ‖ ":" ‖ password)).
fn secret_x(pool_name: &str, user_id: &str, password: &str, salt: &Salt) -> Zeroizing<[u8; 32]> {
    let inner = Zeroizing::new(sha256(&[
        pool_name.as_bytes(),
        user_id.as_bytes(),
        b":",
        password.as_bytes(),
    ]));
    Zeroizing::new(sha256(&[&salt.hashed_form(), &*inner]))
}

/// A verifier that is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadVerifier {
    /// The salt cannot be read.
    Salt(BadSalt),
    /// v is not a number between 2 and N − 2.
    Number,
}

impl fmt::Display for BadVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Salt(_) => "the verifier's salt cannot be read",
            Self::Number => "the verifier is not a number between 2 and N - 2",
        })
    }
}

impl std::error::Error for BadVerifier {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Salt(error) => Some(error),
            Self::Number => None,
        }
    }
}
