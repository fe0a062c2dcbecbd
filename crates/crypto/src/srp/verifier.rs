//! What the server keeps instead of a password.

use std::fmt;

use zeroize::Zeroizing;

use super::{BadSalt, Salt};
use crate::arithmetic::{power_of_generator, power_of_public_exponent, power_of_public_halves};
use crate::digest::{constant_time_eq, sha256};
use crate::group::{Residue, WIDTH};
use crate::hex;
use crate::joint::UPPER_HALF;

/// Salt and v = g^x. A holder of v can pose as the server and can try passwords offline, so it is a secret.
#[derive(Clone)]
pub struct Verifier {
    salt: Salt,
    v: Residue,
    /// v^(2^128), which makes the power of v that each sign-in takes cheaper. A verifier that was stored by itself has none.
    upper: Option<Residue>,
}

impl Verifier {
    pub(super) fn new(salt: Salt, v: Residue, upper: Residue) -> Self {
        Self {
            salt,
            v,
            upper: Some(upper),
        }
    }

    /// Around v, made ready for sign-ins.
    fn prepared(salt: Salt, v: Residue) -> Self {
        let upper = power_of_public_exponent(&v, &UPPER_HALF);
        Self::new(salt, v, upper)
    }

    /// Reads the verifier a device brings: both numbers unsigned, most significant byte first, leading zeros allowed.
    pub fn from_unsigned(salt: &[u8], v: &[u8]) -> Result<Self, BadVerifier> {
        let salt = Salt::from_unsigned(salt).map_err(BadVerifier::Salt)?;
        Ok(Self::prepared(salt, base(v)?))
    }

    /// Reads what [`Verifier::to_bytes`] wrote.
    ///
    /// It may be the two texts `SALT:V` in hexadecimal, too, as verifiers were stored at first.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadVerifier> {
        let Some((&BINARY, rest)) = bytes.split_first() else {
            return Self::from_text(bytes);
        };
        let (&length, rest) = rest.split_first().ok_or(BadVerifier::Salt(BadSalt))?;
        let (salt, numbers) = rest
            .split_at_checked(usize::from(length))
            .ok_or(BadVerifier::Salt(BadSalt))?;
        let (v, upper) = numbers.split_at_checked(WIDTH).ok_or(BadVerifier::Number)?;
        Ok(Self {
            salt: Salt::from_unsigned(salt).map_err(BadVerifier::Salt)?,
            v: base(v)?,
            upper: Some(base(upper)?),
        })
    }

    fn from_text(bytes: &[u8]) -> Result<Self, BadVerifier> {
        let mut parts = bytes.splitn(2, |&byte| byte == b':');
        let mut part = || parts.next().and_then(|part| std::str::from_utf8(part).ok());
        let salt = part().and_then(hex::decode).ok_or(BadVerifier::Salt(BadSalt))?;
        let v = part().and_then(hex::decode).ok_or(BadVerifier::Number)?;
        let v = Zeroizing::new(v);
        Ok(Self {
            salt: Salt::from_unsigned(&salt).map_err(BadVerifier::Salt)?,
            v: base(&v)?,
            upper: None,
        })
    }

    /// All of it, for storing under seal: [`Verifier::from_bytes`] reads it.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let upper = match &self.upper {
            Some(upper) => upper.clone(),
            None => power_of_public_exponent(&self.v, &UPPER_HALF),
        };
        let salt = self.salt.as_bytes();
        let mut bytes = Zeroizing::new(Vec::with_capacity(2 + salt.len() + 2 * WIDTH));
        // A salt has 64 bytes at most.
        bytes.extend([BINARY, u8::try_from(salt.len()).unwrap_or(u8::MAX)]);
        bytes.extend_from_slice(salt);
        bytes.extend_from_slice(self.v.as_bytes());
        bytes.extend_from_slice(upper.as_bytes());
        bytes
    }

    /// The salt, which the client gets to see.
    pub fn salt(&self) -> &Salt {
        &self.salt
    }

    /// v in hexadecimal, as clients write it.
    pub fn v_hex(&self) -> Zeroizing<String> {
        Zeroizing::new(self.v.to_hex())
    }

    pub(super) fn v(&self) -> &Residue {
        &self.v
    }

    /// v to an exponent everybody may know.
    pub(super) fn power(&self, exponent: &[u8; 32]) -> Residue {
        match &self.upper {
            Some(upper) => power_of_public_halves(&self.v, upper, exponent),
            None => power_of_public_exponent(&self.v, exponent),
        }
    }
}

/// What every stored verifier begins with: no digit, so that none is taken for a text.
const BINARY: u8 = 1;

/// Reads a number that powers are taken of.
fn base(bytes: &[u8]) -> Result<Residue, BadVerifier> {
    let number = Residue::from_unsigned(bytes).ok_or(BadVerifier::Number)?;
    // With these, everybody could prove to know the password.
    if number.is_degenerate() {
        return Err(BadVerifier::Number);
    }
    Ok(number)
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier(..)")
    }
}

/// The verifier for a password. `pool_name` is the pool id after its first underscore, `user_id` the internal user
/// name; for a device they are device group key and device key.
pub fn verifier(pool_name: &str, user_id: &str, password: &str, salt: &Salt) -> Verifier {
    let v = power_of_generator(&secret_x(pool_name, user_id, password, salt));
    Verifier::prepared(salt.clone(), v)
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
