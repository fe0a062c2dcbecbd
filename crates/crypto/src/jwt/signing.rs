//! Keys that sign.

use std::fmt;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use zeroize::Zeroizing;

use super::key_error::KeyError;
use super::verifying::VerifyingKey;

/// How long a key is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyBits {
    /// As Amazon Cognito's keys: about 112 bits of security.
    #[default]
    Rsa2048,
    /// About 128 bits of security; a signature takes two and a half times as long.
    Rsa3072,
}

impl KeyBits {
    /// Bytes of the modulus, hence of a signature.
    fn bytes(self) -> usize {
        match self {
            KeyBits::Rsa2048 => 256,
            KeyBits::Rsa3072 => 384,
        }
    }
}

/// An RSA key, parsed once and kept: parsing it costs more than signing does.
pub struct SigningKey {
    pair: RsaKeyPair,
    public: VerifyingKey,
}

impl SigningKey {
    /// A new key, from the operating system's randomness. Takes tens to hundreds of milliseconds.
    ///
    /// # Errors
    /// [`KeyError`] if AWS-LC cannot make one.
    pub fn generate(bits: KeyBits) -> Result<Self, KeyError> {
        let size = match bits {
            KeyBits::Rsa2048 => KeySize::Rsa2048,
            KeyBits::Rsa3072 => KeySize::Rsa3072,
        };
        Self::from_pair(RsaKeyPair::generate(size).map_err(|_| KeyError::Generation)?)
    }

    /// Reads a key in PKCS #8 (DER).
    ///
    /// # Errors
    /// [`KeyError`] if it is not a consistent RSA key of 2048 or 3072 bits.
    pub fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, KeyError> {
        Self::from_pair(RsaKeyPair::from_pkcs8(pkcs8).map_err(|_| KeyError::Rejected)?)
    }

    fn from_pair(pair: RsaKeyPair) -> Result<Self, KeyError> {
        let lengths = [KeyBits::Rsa2048, KeyBits::Rsa3072].map(KeyBits::bytes);
        if !lengths.contains(&pair.public_modulus_len()) {
            return Err(KeyError::Rejected);
        }
        let public = VerifyingKey::from_rsa_der(pair.public_key().as_ref())?;
        Ok(Self { pair, public })
    }

    /// The key in PKCS #8 (DER), for storing under seal.
    ///
    /// # Errors
    /// [`KeyError`] if AWS-LC cannot write it.
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let der: Pkcs8V1Der<'_> = self.pair.as_der().map_err(|_| KeyError::Export)?;
        Ok(Zeroizing::new(der.as_ref().to_vec()))
    }

    /// The half that everybody may have.
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.public
    }

    /// The public half as an `RSAPublicKey` (RFC 8017, DER).
    pub fn public_key_der(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    /// The signature (RSASSA-PKCS1-v1_5 with SHA-256) of these bytes.
    ///
    /// # Errors
    /// [`KeyError`] if AWS-LC finds the signature it made to be wrong.
    pub fn sign_bytes(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| KeyError::Signing)?;
        Ok(signature)
    }

    /// The key's name in token headers: 44 characters of base64, the SHA-256 of the public key.
    pub fn kid(&self) -> &str {
        self.public.kid()
    }

    /// The entry of the pool's key set.
    pub fn jwk(&self) -> Value {
        self.public.jwk()
    }

    /// The token for these claims, which are written in the order they have.
    ///
    /// # Errors
    /// [`KeyError`] if AWS-LC finds the signature it made to be wrong.
    pub fn sign(&self, claims: &Value) -> Result<String, KeyError> {
        let header = self.public.header();
        let payload = claims.to_string();
        let signature_length = self.pair.public_modulus_len();
        let mut token =
            String::with_capacity(header.len() + payload.len() * 4 / 3 + signature_length * 4 / 3 + 8);
        token.push_str(header);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(payload, &mut token);
        let signature = self.sign_bytes(token.as_bytes())?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(&signature, &mut token);
        Ok(token)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("kid", &self.kid())
            .finish_non_exhaustive()
    }
}
