//! Tokens of other issuers, verified with the keys that they publish; and the one by which a client says who it is to an issuer that wants
//! a signature for a secret.
//!
//! Here is what is signed, by which key. What a token says, and to whom, its reader judges. Nothing that a token names is fetched or
//! trusted: neither `jku` nor `x5u` nor a key in the header.

use std::fmt;

use aws_lc_rs::digest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    self, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RsaParameters, RsaPublicKeyComponents,
    UnparsedPublicKey, VerificationAlgorithm,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::key_error::KeyError;
use crate::{constant_time_eq, hmac_sha256};

/// Longer tokens are refused unread.
const MAX_TOKEN_LEN: usize = 64 * 1024;
/// Keys of a set that are looked at.
const MOST_KEYS: usize = 100;

/// How a token is signed (RFC 7518, section 3.1). `none` is no way.
#[derive(Clone, Copy)]
struct Algorithm {
    name: &'static str,
    by: By,
    hash: &'static digest::Algorithm,
}

#[derive(Clone, Copy)]
enum By {
    /// A secret that both sides have.
    Secret,
    /// An RSA key.
    Rsa(&'static RsaParameters),
    /// A key on this curve of this type, whose coordinates have so many bytes.
    Curve(
        &'static str,
        &'static str,
        usize,
        &'static dyn VerificationAlgorithm,
    ),
}

/// The ways that are taken.
static ALGORITHMS: [Algorithm; 11] = [
    way("HS256", By::Secret, &digest::SHA256),
    way(
        "RS256",
        By::Rsa(&signature::RSA_PKCS1_2048_8192_SHA256),
        &digest::SHA256,
    ),
    way(
        "RS384",
        By::Rsa(&signature::RSA_PKCS1_2048_8192_SHA384),
        &digest::SHA384,
    ),
    way(
        "RS512",
        By::Rsa(&signature::RSA_PKCS1_2048_8192_SHA512),
        &digest::SHA512,
    ),
    way(
        "PS256",
        By::Rsa(&signature::RSA_PSS_2048_8192_SHA256),
        &digest::SHA256,
    ),
    way(
        "PS384",
        By::Rsa(&signature::RSA_PSS_2048_8192_SHA384),
        &digest::SHA384,
    ),
    way(
        "PS512",
        By::Rsa(&signature::RSA_PSS_2048_8192_SHA512),
        &digest::SHA512,
    ),
    way(
        "ES256",
        By::Curve("EC", "P-256", 32, &signature::ECDSA_P256_SHA256_FIXED),
        &digest::SHA256,
    ),
    way(
        "ES384",
        By::Curve("EC", "P-384", 48, &signature::ECDSA_P384_SHA384_FIXED),
        &digest::SHA384,
    ),
    way(
        "ES512",
        By::Curve("EC", "P-521", 66, &signature::ECDSA_P521_SHA512_FIXED),
        &digest::SHA512,
    ),
    way(
        "EdDSA",
        By::Curve("OKP", "Ed25519", 32, &signature::ED25519),
        &digest::SHA512,
    ),
];

const fn way(name: &'static str, by: By, hash: &'static digest::Algorithm) -> Algorithm {
    Algorithm { name, by, hash }
}

/// A token of another issuer whose signature is right.
pub struct Foreign {
    /// What it says: an object.
    pub claims: Value,
    algorithm: Algorithm,
}

/// Why a token of another issuer is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadForeign {
    /// It is not a signed JSON Web Token, or one of a kind that is not taken.
    Malformed,
    /// No key of the set is meant, or more than one.
    UnknownKey,
    /// The signature is not the key's.
    WrongSignature,
}

impl fmt::Display for BadForeign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            BadForeign::Malformed => "the token is not a JSON Web Token of a kind that is taken",
            BadForeign::UnknownKey => "the token's key is not one of the issuer's set",
            BadForeign::WrongSignature => "the token's signature does not verify",
        })
    }
}

impl std::error::Error for BadForeign {}

/// Verifies a token with the issuer's key set (RFC 7517), or, where it is signed with HS256, with a secret that the issuer and its reader
/// share. Without one, no such token is taken.
///
/// # Errors
/// [`BadForeign`]
pub fn verify_foreign(token: &str, set: &Value, secret: Option<&str>) -> Result<Foreign, BadForeign> {
    if token.len() > MAX_TOKEN_LEN {
        return Err(BadForeign::Malformed);
    }
    let (message, mac) = token.rsplit_once('.').ok_or(BadForeign::Malformed)?;
    let (header, payload) = message.split_once('.').ok_or(BadForeign::Malformed)?;
    let header = object(header).ok_or(BadForeign::Malformed)?;
    let claims = object(payload).ok_or(BadForeign::Malformed)?;
    let mac = URL_SAFE_NO_PAD.decode(mac).map_err(|_| BadForeign::Malformed)?;
    let algorithm = header.get("alg").and_then(Value::as_str);
    let algorithm = ALGORITHMS.iter().find(|known| algorithm == Some(known.name));
    // What an extension that has to be understood would change, nobody knows here.
    let algorithm = algorithm.filter(|_| header.get("crit").is_none());
    let algorithm = *algorithm.ok_or(BadForeign::Malformed)?;
    let is_right = match (algorithm.by, secret) {
        (By::Secret, Some(secret)) if !secret.is_empty() => {
            constant_time_eq(&hmac_sha256(secret.as_bytes(), &[message.as_bytes()]), &mac)
        }
        (By::Secret, _) => return Err(BadForeign::Malformed),
        _ => {
            let key = only_key(&header, algorithm, set)?;
            verifies(key, algorithm, message.as_bytes(), &mac).ok_or(BadForeign::UnknownKey)?
        }
    };
    match is_right {
        true => Ok(Foreign { claims, algorithm }),
        false => Err(BadForeign::WrongSignature),
    }
}

/// A part of a token that is an object.
fn object(part: &str) -> Option<Value> {
    let text = URL_SAFE_NO_PAD.decode(part).ok()?;
    let value: Value = serde_json::from_slice(&text).ok()?;
    value.is_object().then_some(value)
}

/// The key that a header means. Where the set has two of that name, nobody can say which, and neither is taken.
fn only_key<'a>(header: &Value, algorithm: Algorithm, set: &'a Value) -> Result<&'a Value, BadForeign> {
    let keys = set.get("keys").and_then(Value::as_array);
    let named = header.get("kid");
    let is_meant = |key: &&Value| named.is_none() || key.get("kid") == named;
    let keys = keys.into_iter().flatten().take(MOST_KEYS);
    let mut meant = keys.filter(|key| is_meant(key) && fits(key, algorithm));
    match (meant.next(), meant.next()) {
        (Some(key), None) => Ok(key),
        _ => Err(BadForeign::UnknownKey),
    }
}

/// Whether a key is for signatures of this algorithm.
fn fits(key: &Value, algorithm: Algorithm) -> bool {
    let is = |member: &str, wanted: &str| key.get(member).is_some_and(|held| held == wanted);
    let may_be = |member: &str, wanted: &str| key.get(member).is_none() || is(member, wanted);
    let verifies = match key.get("key_ops") {
        None => true,
        Some(operations) => operations
            .as_array()
            .is_some_and(|operations| operations.iter().any(|held| held == "verify")),
    };
    let is_of_kind = match algorithm.by {
        By::Secret => false,
        By::Rsa(_) => is("kty", "RSA"),
        By::Curve(kind, curve, ..) => is("kty", kind) && is("crv", curve),
    };
    may_be("use", "sig") && may_be("alg", algorithm.name) && verifies && is_of_kind
}

/// Whether a signature is the key's; `None` for a key that is none.
fn verifies(key: &Value, algorithm: Algorithm, message: &[u8], mac: &[u8]) -> Option<bool> {
    let bytes = |member: &str| URL_SAFE_NO_PAD.decode(key.get(member)?.as_str()?).ok();
    match algorithm.by {
        By::Secret => None,
        By::Rsa(parameters) => {
            let (n, e) = (bytes("n")?, bytes("e")?);
            Some(
                RsaPublicKeyComponents { n: &n, e: &e }
                    .verify(parameters, message, mac)
                    .is_ok(),
            )
        }
        By::Curve(kind, _, length, way) => {
            let point = match kind {
                "EC" => [vec![4], bytes("x")?, bytes("y")?].concat(),
                _ => bytes("x")?,
            };
            let expected = if kind == "EC" { 2 * length + 1 } else { length };
            let key = Some(point).filter(|point| point.len() == expected)?;
            Some(UnparsedPublicKey::new(way, &key).verify(message, mac).is_ok())
        }
    }
}

impl Foreign {
    /// What `at_hash` says of an access token beside this token: half of its digest, by the hash of the signature.
    pub fn half_hash(&self, text: &str) -> String {
        let whole = digest::digest(self.algorithm.hash, text.as_bytes());
        let half = whole.as_ref().len() / 2;
        URL_SAFE_NO_PAD.encode(whole.as_ref().get(..half).unwrap_or_default())
    }
}

/// Signs claims with ES256. The key is PKCS#8, in PEM or in Base64 without its armour.
///
/// # Errors
/// [`KeyError::Rejected`] if it is not such a key.
pub fn sign_es256(key: &str, kid: &str, claims: &Value) -> Result<String, KeyError> {
    let lines = key
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("-----"));
    let der = STANDARD
        .decode(lines.collect::<String>())
        .map_err(|_| KeyError::Rejected)?;
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der);
    let pair = pair.map_err(|_| KeyError::Rejected)?;
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!(
        "{}.{}",
        part(&json!({ "alg": "ES256", "kid": kid })),
        part(claims)
    );
    let signature = pair.sign(&SystemRandom::new(), message.as_bytes());
    let signature = signature.map_err(|_| KeyError::Rejected)?;
    Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

#[cfg(test)]
mod tests;
