//! RSA keys that are made once for all tests of a process.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use poolhouse_crypto::jwt::{KeyBits, SigningKey};

use crate::base::error::ApiError;
use crate::keyring::KeySource;

/// PKCS #8, in the order they were made.
static MADE: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

/// Gives every server the process's keys in the same order: the first pool's, the second pool's, and so on. Making an
/// RSA key takes longer than everything else that a test does. Those of 3072 bits are made when they are asked for.
#[derive(Default)]
pub struct PreparedKeys {
    given: AtomicUsize,
}

impl KeySource for PreparedKeys {
    fn generate(&self, bits: KeyBits) -> Result<SigningKey, ApiError> {
        if bits != KeyBits::Rsa2048 {
            return SigningKey::generate(bits).map_err(ApiError::internal);
        }
        let index = self.given.fetch_add(1, Ordering::SeqCst);
        let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        while made.len() <= index {
            let key = SigningKey::generate(KeyBits::Rsa2048).map_err(ApiError::internal)?;
            made.push(key.to_pkcs8().map_err(ApiError::internal)?.to_vec());
        }
        SigningKey::from_pkcs8(&made[index]).map_err(ApiError::internal)
    }
}
