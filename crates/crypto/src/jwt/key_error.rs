//! What can go wrong with keys, those that sign and those that verify.

use std::fmt;

/// What can go wrong with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// No key could be generated.
    Generation,
    /// The bytes are not a consistent RSA key of 2048 or 3072 bits.
    Rejected,
    /// The key could not be written.
    Export,
    /// The signature came out wrong.
    Signing,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Generation => "no RSA key could be generated",
            Self::Rejected => "the key is not a consistent RSA key of 2048 or 3072 bits",
            Self::Export => "the RSA key could not be written as PKCS #8",
            Self::Signing => "the RSA signature could not be made",
        })
    }
}

impl std::error::Error for KeyError {}
