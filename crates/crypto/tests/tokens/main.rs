//! Tokens as others see them, and tokens that nobody signed.

#![cfg(test)]

mod claims;
mod hostile;
mod signed;

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use poolhouse_crypto::jwt::{BadToken, KeyBits, SigningKey, verify};
use serde_json::{Value, json};

/// The pool's key.
fn key() -> &'static SigningKey {
    static KEY: OnceLock<SigningKey> = OnceLock::new();
    KEY.get_or_init(|| SigningKey::generate(KeyBits::Rsa2048).unwrap())
}

/// A key of somebody else.
fn other_key() -> &'static SigningKey {
    static KEY: OnceLock<SigningKey> = OnceLock::new();
    KEY.get_or_init(|| SigningKey::generate(KeyBits::Rsa2048).unwrap())
}

fn claims() -> Value {
    json!({
        "sub": "5d0a3c2e-1b4f-4c6d-8e7a-90ab12cd34ef",
        "iss": "https://pool.example/us-east-1_Pool1",
        "token_use": "access",
        "exp": 2000,
        "iat": 1000,
    })
}

fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn verified(token: &str) -> Result<Value, BadToken> {
    verify([key().verifying_key()], token)
}
