//! The client's public number.

use std::fmt;

use crate::group::{Residue, WIDTH};
use crate::hex;

/// Hexadecimal digits of N, and two for a sign byte that some client may put in front.
const MAX_DIGITS: usize = 2 * WIDTH + 2;

/// The client's A = g^a, known to be in `1..N`.
#[derive(Clone)]
pub struct PublicA(Residue);

impl PublicA {
    /// Bytes of [`as_bytes`](Self::as_bytes), whatever the number.
    pub const LENGTH: usize = WIDTH;

    /// For keeping it until the client answers: [`from_bytes`](Self::from_bytes) reads it again.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Reads a number of at most [`LENGTH`](Self::LENGTH) bytes.
    ///
    /// # Errors
    /// When it is not in `1..N`.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadA> {
        let residue = Residue::from_unsigned(bytes).ok_or(BadA)?;
        if residue.is_zero() {
            return Err(BadA);
        }
        Ok(Self(residue))
    }

    pub(super) fn residue(&self) -> &Residue {
        &self.0
    }
}

impl fmt::Debug for PublicA {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicA(..)")
    }
}

/// Reads `SRP_A`: hexadecimal in either case, with an odd number of digits or with leading zeros as it comes.
///
/// A must not be a multiple of N, or the session key would be known to everybody (RFC 5054, section 2.5.4). Every honest
/// client reduces A, so whatever is not in `1..N` is refused, before any arithmetic.
pub fn parse_a(text: &str) -> Result<PublicA, BadA> {
    if text.len() > MAX_DIGITS {
        return Err(BadA);
    }
    PublicA::from_bytes(&hex::decode(text).ok_or(BadA)?)
}

/// `SRP_A` is not a hexadecimal number in `1..N`, or leads to u = 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadA;

impl fmt::Display for BadA {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SRP_A is not a public number of this group")
    }
}

impl std::error::Error for BadA {}
