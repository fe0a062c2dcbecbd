//! Passkeys, the server's half: what an authenticator says of a new credential, and whether a signature is one of it
//! (Web Authentication, level 3, sections 6.1, 6.5 and 7).
//!
//! Keys are ES256 and RS256. Attestation is read past and trusted for nothing, as on Amazon Cognito. What the browser says
//! (`clientDataJSON`) is the caller's to judge: here is only what was signed.

mod cbor;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};

use self::cbor::Value;
use crate::sha256;

/// COSE's name of ECDSA on P-256 with SHA-256.
const ES256: i64 = -7;
/// COSE's name of RSASSA-PKCS1-v1_5 with SHA-256.
const RS256: i64 = -257;
/// Bytes of the longest credential id that an authenticator may make.
const LONGEST_ID: usize = 1023;

const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 1 << 2;
const HAS_CREDENTIAL: u8 = 1 << 6;

/// What is wrong with what an authenticator is said to have made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadPasskey {
    /// It has not the form that the standard gives it.
    Malformed,
    /// A kind of key that is not taken here.
    Unsupported,
}

impl std::fmt::Display for BadPasskey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            BadPasskey::Malformed => "the passkey's data has not the form of the standard",
            BadPasskey::Unsupported => "the passkey's key is neither ES256 nor RS256",
        })
    }
}

impl std::error::Error for BadPasskey {}

/// What an authenticator says with each signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// SHA-256 of the relying party's id that the authenticator was told.
    pub rp_id_hash: [u8; 32],
    /// Whether somebody was there.
    pub user_present: bool,
    /// Whether the authenticator knows who.
    pub user_verified: bool,
    /// How often it has signed, or 0 where it does not count.
    pub counter: u32,
}

impl Said {
    /// Whether it was told this relying party's id.
    pub fn is_for(&self, rp_id: &str) -> bool {
        self.rp_id_hash == sha256(&[rp_id.as_bytes()])
    }
}

/// A credential that an authenticator has made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCredential {
    /// What was said with it.
    pub said: Said,
    /// Its id.
    pub id: Vec<u8>,
    /// Its key.
    pub key: PublicKey,
}

/// The public key of a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// A point on P-256, uncompressed.
    Es256(Vec<u8>),
    /// An RSA key.
    Rs256 {
        /// The modulus, big-endian.
        modulus: Vec<u8>,
        /// The public exponent, big-endian.
        exponent: Vec<u8>,
    },
}

impl PublicKey {
    /// Whether the signature of this message is the key's.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            PublicKey::Es256(point) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point)
                .verify(message, signature)
                .is_ok(),
            PublicKey::Rs256 { modulus, exponent } => RsaPublicKeyComponents {
                n: modulus,
                e: exponent,
            }
            .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            .is_ok(),
        }
    }

    /// Reads a COSE key.
    fn of_cose(cose: &Value<'_>) -> Result<PublicKey, BadPasskey> {
        let bytes = |label: i64| match cose.of(label) {
            Some(Value::Bytes(bytes)) => Ok(bytes.to_vec()),
            _ => Err(BadPasskey::Malformed),
        };
        let integer = |label: i64| match cose.of(label) {
            Some(Value::Integer(integer)) => Ok(*integer),
            _ => Err(BadPasskey::Malformed),
        };
        // Labels of RFC 9052 and 9053: 1 is the type of key, 3 the algorithm, and what is below 0 depends on them.
        match (integer(1)?, integer(3)?) {
            (2, ES256) => {
                let (curve, x, y) = (integer(-1)?, bytes(-2)?, bytes(-3)?);
                if curve != 1 || x.len() != 32 || y.len() != 32 {
                    return Err(BadPasskey::Unsupported);
                }
                Ok(PublicKey::Es256([vec![4], x, y].concat()))
            }
            (3, RS256) => {
                let (modulus, exponent) = (bytes(-1)?, bytes(-2)?);
                // 2048 to 8192 bits, which is what can be verified; more would only lie in the database.
                let is_sound = (256..=1024).contains(&modulus.len()) && (1..=4).contains(&exponent.len());
                if !is_sound || modulus.first() == Some(&0) {
                    return Err(BadPasskey::Unsupported);
                }
                Ok(PublicKey::Rs256 { modulus, exponent })
            }
            _ => Err(BadPasskey::Unsupported),
        }
    }
}

/// Reads an `attestationObject`.
///
/// # Errors
/// [`BadPasskey`]
pub fn read_attestation(object: &[u8]) -> Result<NewCredential, BadPasskey> {
    let object = cbor::read(object).ok_or(BadPasskey::Malformed)?;
    let Some(Value::Bytes(data)) = object.named("authData") else {
        return Err(BadPasskey::Malformed);
    };
    let (said, rest) = read(data).ok_or(BadPasskey::Malformed)?;
    let attested = || {
        // The model of the authenticator, 16 bytes, is nobody's business here.
        let (_, rest) = rest?.split_at_checked(16)?;
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let (id, key) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        // Extensions may follow the key.
        let (key, _) = cbor::read_first(key)?;
        (!id.is_empty() && id.len() <= LONGEST_ID).then(|| (id.to_vec(), key))
    };
    let (id, key) = attested().ok_or(BadPasskey::Malformed)?;
    Ok(NewCredential {
        said,
        id,
        key: PublicKey::of_cose(&key)?,
    })
}

/// Reads `authenticatorData` of an assertion.
///
/// # Errors
/// [`BadPasskey::Malformed`]
pub fn read_assertion(data: &[u8]) -> Result<Said, BadPasskey> {
    read(data).map(|(said, _)| said).ok_or(BadPasskey::Malformed)
}

/// What was said, and what follows it where a credential does.
fn read(data: &[u8]) -> Option<(Said, Option<&[u8]>)> {
    let (rp_id_hash, rest) = data.split_first_chunk::<32>()?;
    let (flags, rest) = rest.split_first()?;
    let (counter, rest) = rest.split_first_chunk::<4>()?;
    let said = Said {
        rp_id_hash: *rp_id_hash,
        user_present: flags & USER_PRESENT != 0,
        user_verified: flags & USER_VERIFIED != 0,
        counter: u32::from_be_bytes(*counter),
    };
    Some((said, (flags & HAS_CREDENTIAL != 0).then_some(rest)))
}

/// What an assertion signs.
pub fn signed(authenticator_data: &[u8], client_data: &[u8]) -> Vec<u8> {
    [authenticator_data, &sha256(&[client_data])].concat()
}

#[cfg(test)]
mod tests;
