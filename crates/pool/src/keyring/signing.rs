//! A pool's two signing keys. ID and access tokens are signed by different keys, as the service does; the JWKS lists
//! both. Parsing a key costs more than signing with it, so parsed keys stay in memory.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use poolhouse_crypto::jwt::SigningKey;
use poolhouse_store::Batch;
use serde_json::{Value, json};

use crate::base::error::ApiError;
use crate::base::platform::Platform;
use crate::records::{RecordBatch, SigningKeysRecord, load};

/// The keys of one pool, parsed.
pub struct PoolKeys {
    /// Signs ID tokens.
    pub id: SigningKey,
    /// Signs access tokens.
    pub access: SigningKey,
}

impl PoolKeys {
    /// The JSON Web Key Set that verifiers fetch.
    pub fn jwks(&self) -> Value {
        json!({ "keys": [self.id.jwk(), self.access.jwk()] })
    }
}

/// Where new signing keys come from: the operating system's randomness, or prepared keys in tests, where making RSA
/// keys would take longer than everything else.
pub trait KeySource: Send + Sync + 'static {
    /// A new RSA-2048 key.
    ///
    /// # Errors
    /// When the cryptographic library cannot make one.
    fn generate(&self) -> Result<SigningKey, ApiError>;
}

/// Makes every key anew.
pub struct FreshKeys;

impl KeySource for FreshKeys {
    fn generate(&self) -> Result<SigningKey, ApiError> {
        SigningKey::generate().map_err(ApiError::internal)
    }
}

/// All pools' keys that were used since the server started.
pub struct SigningKeys {
    platform: Platform,
    parsed: RwLock<HashMap<String, Arc<PoolKeys>>>,
    source: Arc<dyn KeySource>,
}

impl SigningKeys {
    /// Keys made by `source`.
    pub fn new(platform: Platform, source: Arc<dyn KeySource>) -> SigningKeys {
        SigningKeys {
            platform,
            parsed: RwLock::default(),
            source,
        }
    }

    /// Makes a new pool's keys; they exist when the returned batch is committed.
    ///
    /// # Errors
    /// When a key cannot be made.
    pub async fn generate(&self, pool_id: &str) -> Result<Batch, ApiError> {
        let source = self.source.clone();
        let (id, access) = self
            .platform
            .cpu
            .run_long(move || Ok::<_, ApiError>((source.generate()?, source.generate()?)))
            .await??;
        let row = SigningKeysRecord::key(pool_id);
        let seal = |key: &SigningKey| {
            let pkcs8 = key.to_pkcs8().map_err(ApiError::internal)?;
            Ok::<_, ApiError>(self.platform.seal(row.as_str(), &pkcs8))
        };
        let record = SigningKeysRecord {
            sealed_id: seal(&id)?,
            sealed_access: seal(&access)?,
        };
        Ok(Batch::new().create(row, &record))
    }

    /// The keys of a pool; `Ok(None)` if there is no such pool.
    ///
    /// # Errors
    /// When the store fails or the keys do not open.
    pub async fn of(&self, pool_id: &str) -> Result<Option<Arc<PoolKeys>>, ApiError> {
        let held = self
            .parsed
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(pool_id)
            .cloned();
        if held.is_some() {
            return Ok(held);
        }
        let row = SigningKeysRecord::key(pool_id);
        let Some(stored) = load(&self.platform, &row).await? else {
            return Ok(None);
        };
        let open = |sealed: &str| {
            let pkcs8 = self
                .platform
                .open(row.as_str(), sealed)
                .map_err(ApiError::internal)?;
            SigningKey::from_pkcs8(&pkcs8).map_err(ApiError::internal)
        };
        let keys = Arc::new(PoolKeys {
            id: open(&stored.value.sealed_id)?,
            access: open(&stored.value.sealed_access)?,
        });
        self.parsed
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(pool_id.to_owned(), keys.clone());
        Ok(Some(keys))
    }

    /// Forgets a deleted pool's keys.
    pub fn forget(&self, pool_id: &str) {
        self.parsed
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(pool_id);
    }
}
