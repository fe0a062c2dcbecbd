//! The salt of a verifier.

use std::fmt;

use crate::group::{java_bytes, without_leading_zeros};
use crate::{Entropy, hex};

/// Bytes of the salts made here.
const RANDOM_BYTES: usize = 16;
/// The longest salt taken from outside. Devices bring their own, of 16 bytes.
const MAX_BYTES: usize = 64;

/// A salt: an unsigned integer. Clients disagree about leading zeros (some hash the integer, some the text as sent), so
/// it is kept and sent without any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Salt(Vec<u8>);

impl Salt {
    /// A new salt of 16 bytes. The first is 01 to 7f: such a salt has one spelling, in every client.
    pub fn random(entropy: &dyn Entropy) -> Self {
        let mut bytes = [0; RANDOM_BYTES];
        loop {
            entropy.fill(&mut bytes);
            if let Some(salt) = Self::canonical(bytes) {
                return salt;
            }
        }
    }

    /// These 16 bytes without their highest bit, unless that leaves the first byte zero.
    pub(super) fn canonical(mut bytes: [u8; RANDOM_BYTES]) -> Option<Self> {
        bytes[0] &= 0x7f;
        (bytes[0] != 0).then(|| Self(bytes.to_vec()))
    }

    /// Reads an unsigned integer, most significant byte first, as `DeviceSecretVerifierConfig` brings it.
    pub fn from_unsigned(bytes: &[u8]) -> Result<Self, BadSalt> {
        let digits = without_leading_zeros(bytes);
        if digits.is_empty() || digits.len() > MAX_BYTES {
            return Err(BadSalt);
        }
        Ok(Self(digits.to_vec()))
    }

    /// Reads what [`Salt::to_hex`] wrote.
    pub fn from_hex(text: &str) -> Result<Self, BadSalt> {
        Self::from_unsigned(&hex::decode(text).ok_or(BadSalt)?)
    }

    /// The value of `SALT` in a challenge: lower-case hexadecimal without leading zeros.
    pub fn to_hex(&self) -> String {
        hex::encode_integer(&self.0)
    }

    /// The number, most significant byte first, without leading zeros.
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// As it is hashed.
    pub(super) fn hashed_form(&self) -> Vec<u8> {
        java_bytes(&self.0).to_vec()
    }
}

/// A salt that is not a hexadecimal number, is zero, or is longer than 64 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadSalt;

impl fmt::Display for BadSalt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the salt is not a number of 1 to 64 bytes")
    }
}

impl std::error::Error for BadSalt {}
