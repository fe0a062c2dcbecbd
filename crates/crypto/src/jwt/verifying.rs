//! Keys that verify.

use std::fmt;

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::key_error::KeyError;
use crate::group::without_leading_zeros;
use crate::sha256;

/// Longer tokens are refused unread. Access tokens with many groups and claims stay well below.
const MAX_TOKEN_LEN: usize = 64 * 1024;

/// The public half of a key, parsed once and kept.
#[derive(Clone)]
pub struct VerifyingKey {
    parsed: ParsedPublicKey,
    kid: String,
    /// The header of every token this key signed, base64url.
    header: String,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

impl VerifyingKey {
    /// Reads an `RSAPublicKey` (RFC 8017, DER).
    ///
    /// # Errors
    /// [`KeyError::Rejected`] if it is not one.
    pub fn from_rsa_der(der: &[u8]) -> Result<Self, KeyError> {
        let parsed =
            ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der).map_err(|_| KeyError::Rejected)?;
        let [modulus, exponent] = integers(der).ok_or(KeyError::Rejected)?.map(<[u8]>::to_vec);
        let kid = STANDARD.encode(sha256(&[der]));
        let header = URL_SAFE_NO_PAD.encode(format!(r#"{{"kid":"{kid}","alg":"RS256"}}"#));
        Ok(Self {
            parsed,
            kid,
            header,
            modulus,
            exponent,
        })
    }

    /// The key's name in token headers.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The entry of the pool's key set: `alg`, `e`, `kid`, `kty`, `n`, `use`, in this order.
    pub fn jwk(&self) -> Value {
        json!({
            "alg": "RS256",
            "e": URL_SAFE_NO_PAD.encode(&self.exponent),
            "kid": self.kid,
            "kty": "RSA",
            "n": URL_SAFE_NO_PAD.encode(&self.modulus),
            "use": "sig",
        })
    }

    pub(super) fn header(&self) -> &str {
        &self.header
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

/// The claims of a token that one of the keys signed. Times, issuer, audience and use are not looked at: see
/// [`check_claims`](super::check_claims).
///
/// # Errors
/// [`BadToken`] if it is not exactly a token that [`SigningKey::sign`](super::SigningKey::sign) made with one of the
/// keys.
pub fn verify<'a>(keys: impl IntoIterator<Item = &'a VerifyingKey>, token: &str) -> Result<Value, BadToken> {
    if token.len() > MAX_TOKEN_LEN {
        return Err(BadToken::Malformed);
    }
    let (message, signature) = token.rsplit_once('.').ok_or(BadToken::Malformed)?;
    let (header, payload) = message.split_once('.').ok_or(BadToken::Malformed)?;
    let [payload, signature] = [payload, signature].map(|part| URL_SAFE_NO_PAD.decode(part));
    let (payload, signature) = (
        payload.map_err(|_| BadToken::Malformed)?,
        signature.map_err(|_| BadToken::Malformed)?,
    );
    let key = keys
        .into_iter()
        .find(|key| key.header == header)
        .ok_or(BadToken::UnknownKey)?;
    key.parsed
        .verify_sig(message.as_bytes(), &signature)
        .map_err(|_| BadToken::WrongSignature)?;
    match serde_json::from_slice(&payload) {
        Ok(claims @ Value::Object(_)) => Ok(claims),
        _ => Err(BadToken::Malformed),
    }
}

/// Modulus and exponent of an `RSAPublicKey`: `SEQUENCE { INTEGER, INTEGER }`.
fn integers(der: &[u8]) -> Option<[&[u8]; 2]> {
    let (sequence, after_sequence) = element(0x30, der)?;
    let (modulus, rest) = element(0x02, sequence)?;
    let (exponent, after_exponent) = element(0x02, rest)?;
    let complete = after_sequence.is_empty() && after_exponent.is_empty();
    complete.then_some([modulus, exponent].map(without_leading_zeros))
}

/// The content of a DER element with this tag, and what follows it.
fn element(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&[found, length], rest) = der.split_first_chunk()?;
    if found != tag {
        return None;
    }
    // A length below 128 stands for itself; a greater one is preceded by the number of its bytes.
    let (length, rest) = match length {
        0..=0x7f => (usize::from(length), rest),
        0x81 | 0x82 => {
            let (length, rest) = rest.split_at_checked(usize::from(length - 0x80))?;
            (
                length
                    .iter()
                    .fold(0, |length, &byte| length << 8 | usize::from(byte)),
                rest,
            )
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

/// Why a token was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadToken {
    /// It is not three parts of base64url, or its payload is not a JSON object.
    Malformed,
    /// Its header is none that the given keys write.
    UnknownKey,
    /// The signature is not the key's.
    WrongSignature,
}

impl fmt::Display for BadToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "the token is not a signed JSON Web Token",
            Self::UnknownKey => "the token's header is not one of this pool",
            Self::WrongSignature => "the token's signature does not verify",
        })
    }
}

impl std::error::Error for BadToken {}
