//! What a response is compared with.

use crate::keys::Key;

/// What a response has to be.
#[derive(Clone, Copy)]
pub struct Expected<'a> {
    /// The identity provider, by its entity id.
    pub issuer: &'a str,
    /// Us, by ours.
    pub audience: &'a str,
    /// Where responses are taken.
    pub acs: &'a str,
    /// The ID of the request that it answers; `None` for one that nobody asked for, which must answer nothing.
    pub in_response_to: Option<&'a str>,
    /// Milliseconds since 1970.
    pub now: i64,
    /// The keys with which the identity provider signs.
    pub keys: &'a [Key],
    /// The keys for which it may encrypt, PKCS #8.
    pub decryption: &'a [&'a [u8]],
    /// Whether an assertion that is not encrypted is refused.
    pub wants_encrypted: bool,
}
