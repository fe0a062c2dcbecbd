//! Access and ID tokens: JSON Web Tokens signed with RS256 under a key of 2048 or 3072 bits.
//!
//! The header is always `{"kid":"…","alg":"RS256"}`. Verifying compares it with the headers of the given keys instead of
//! reading it: no algorithm, key reference or extension that a token asks for is ever acted on. Tokens of other issuers, which have headers
//! of their own, are `foreign`.

mod claims;
mod foreign;
mod key_error;
mod signing;
mod verifying;

pub use claims::{BadClaims, Expected, check_claims};
pub use foreign::{BadForeign, Foreign, sign_es256, verify_foreign};
pub use key_error::KeyError;
pub use signing::{KeyBits, SigningKey};
pub use verifying::{BadToken, VerifyingKey, verify};
