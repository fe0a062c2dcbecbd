//! A pool's signing keys. ID and access tokens are signed by different keys, as the service does; the JWKS lists
//! both. Parsing a key costs more than signing with it, so parsed keys stay in memory.
//!
//! A rotation adds a pair that signs from a later moment on. The JWKS has it from now on, and has the pair before until the last token that it
//! signed is over. Which pair signs follows from the time alone: there is no step that could be left out or come twice.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use poolhouse_crypto::jwt::{KeyBits, SigningKey, VerifyingKey};
use poolhouse_store::{Batch, CommitError, Scan};
use serde_json::{Value, json};

use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::base::platform::Platform;
use crate::base::purpose::Purpose;
use crate::records::key::Directory;
use crate::records::signing_keys::SealedPair;
use crate::records::{RecordBatch, SigningKeysRecord, load};

/// Seconds that a new pair is in the JWKS before it signs. Verifiers keep a key set for ten minutes (`max-age`); some, for longer.
pub const PUBLISHED_FIRST: i64 = 2 * 3600;
/// Seconds that a pair stays in the JWKS after it signed its last token: a day, which is the longest that an access or ID
/// token lives, and an hour for clocks that differ.
pub const PUBLISHED_AFTER: i64 = 25 * 3600;
/// Pools that one page reads.
const PAGE: usize = 256;

/// Two keys, parsed.
pub struct Pair {
    /// Signs ID tokens.
    pub id: SigningKey,
    /// Signs access tokens.
    pub access: SigningKey,
    /// When they begin to sign.
    pub from: Millis,
}

/// The keys of one pool, parsed.
pub struct PoolKeys {
    /// The first to sign first; there is at least one.
    pairs: Vec<Pair>,
}

impl PoolKeys {
    /// The pair that signs at this moment.
    pub fn signing(&self, now: Millis) -> Option<&Pair> {
        let begun = self.pairs.iter().rev().find(|pair| pair.from <= now);
        // A clock that was set back must not leave a pool without keys.
        begun.or(self.pairs.first())
    }

    /// The pair that will sign next, if one waits.
    pub fn next(&self, now: Millis) -> Option<&Pair> {
        self.pairs.iter().find(|pair| now < pair.from)
    }

    /// The pairs that verifiers need: the one that signs, those to come, and those whose tokens may be good still.
    pub fn published(&self, now: Millis) -> impl Iterator<Item = &Pair> {
        let successors = self.pairs.iter().skip(1).map(|pair| Some(pair.from));
        let ends = successors.chain([None]);
        let is_needed =
            move |end: Option<Millis>| end.is_none_or(|end| now < end.plus_seconds(PUBLISHED_AFTER));
        let all = self.pairs.iter().zip(ends);
        all.filter(move |(_, end)| is_needed(*end)).map(|(pair, _)| pair)
    }

    /// What tokens are checked with.
    pub fn verifying(&self, now: Millis) -> impl Iterator<Item = &VerifyingKey> {
        self.published(now)
            .flat_map(|pair| [pair.access.verifying_key(), pair.id.verifying_key()])
    }

    /// The JSON Web Key Set that verifiers fetch.
    pub fn jwks(&self, now: Millis) -> Value {
        let keys = self
            .published(now)
            .flat_map(|pair| [pair.id.jwk(), pair.access.jwk()]);
        json!({ "keys": keys.collect::<Vec<_>>() })
    }
}

/// Where new signing keys come from: the operating system's randomness, or prepared keys in tests, where making RSA
/// keys would take longer than everything else.
pub trait KeySource: Send + Sync + 'static {
    /// A new RSA key.
    ///
    /// # Errors
    /// When the cryptographic library cannot make one.
    fn generate(&self, bits: KeyBits) -> Result<SigningKey, ApiError>;
}

/// Makes every key anew.
pub struct FreshKeys;

impl KeySource for FreshKeys {
    fn generate(&self, bits: KeyBits) -> Result<SigningKey, ApiError> {
        SigningKey::generate(bits).map_err(ApiError::internal)
    }
}

/// All pools' keys that were used since the server started.
pub struct SigningKeys {
    platform: Platform,
    held: RwLock<Held>,
    source: Arc<dyn KeySource>,
    bits: KeyBits,
}

#[derive(Default)]
struct Held {
    parsed: HashMap<String, Arc<PoolKeys>>,
    /// What `meta/signing-keys` said when these were read.
    mark: Option<String>,
    /// How often they were read again.
    renewals: u64,
}

impl SigningKeys {
    /// Keys made by `source`, of this length.
    pub fn new(platform: Platform, source: Arc<dyn KeySource>, bits: KeyBits) -> SigningKeys {
        SigningKeys {
            platform,
            held: RwLock::default(),
            source,
            bits,
        }
    }

    /// Makes a new pool's keys; they exist when the returned batch is committed.
    ///
    /// # Errors
    /// When a key cannot be made.
    pub async fn generate(&self, pool_id: &str) -> Result<Batch, ApiError> {
        let pair = make(&self.platform, &self.source, self.bits, pool_id, Millis(0)).await?;
        let record = SigningKeysRecord { pairs: vec![pair] };
        Ok(Batch::new().create(SigningKeysRecord::key(pool_id), &record))
    }

    /// A new key of the length that AWS's certificates have, which is kept nowhere.
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn other_key(&self) -> Result<SigningKey, ApiError> {
        let source = self.source.clone();
        let work = move || source.generate(KeyBits::Rsa2048);
        self.platform.cpu.run_long(work).await?
    }

    /// The keys of a pool; `Ok(None)` if there is no such pool.
    ///
    /// # Errors
    /// When the store fails or the keys do not open.
    pub async fn of(&self, pool_id: &str) -> Result<Option<Arc<PoolKeys>>, ApiError> {
        let (held, renewals) = {
            let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
            (held.parsed.get(pool_id).cloned(), held.renewals)
        };
        if held.is_some() {
            return Ok(held);
        }
        let Some(keys) = read(&self.platform, pool_id).await?.map(Arc::new) else {
            return Ok(None);
        };
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        // What was read before a rotation must not be kept after it.
        if held.renewals == renewals {
            held.parsed.insert(pool_id.to_owned(), keys.clone());
        }
        Ok(Some(keys))
    }

    /// Forgets a deleted pool's keys.
    pub fn forget(&self, pool_id: &str) {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        held.parsed.remove(pool_id);
    }

    /// Takes up what rotations have added since the last call. A server calls it every second.
    ///
    /// # Errors
    /// When the store fails or keys do not open; what is held stays.
    pub async fn renew(&self) -> Result<(), ApiError> {
        let mark = load(&self.platform, &SigningKeysRecord::rotated_key()).await?;
        let mark = mark.map(|stored| stored.value.0);
        {
            let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
            if held.mark == mark {
                return Ok(());
            }
            held.renewals += 1;
        }
        let pools: Vec<String> = {
            let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
            held.parsed.keys().cloned().collect()
        };
        for pool_id in pools {
            let keys = read(&self.platform, &pool_id).await?;
            let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
            match keys {
                Some(keys) => held.parsed.insert(pool_id, Arc::new(keys)),
                None => held.parsed.remove(&pool_id),
            };
        }
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        held.mark = mark;
        Ok(())
    }
}

/// A new pair, sealed for its pool.
async fn make(
    platform: &Platform,
    source: &Arc<dyn KeySource>,
    bits: KeyBits,
    pool_id: &str,
    from: Millis,
) -> Result<SealedPair, ApiError> {
    let source = source.clone();
    let (id, access) = platform
        .cpu
        .run_long(move || Ok::<_, ApiError>((source.generate(bits)?, source.generate(bits)?)))
        .await??;
    let row = SigningKeysRecord::key(pool_id);
    let seal = |key: &SigningKey| {
        let pkcs8 = key.to_pkcs8().map_err(ApiError::internal)?;
        Ok::<_, ApiError>(platform.seal(Purpose::SigningKeys, row.as_str(), &pkcs8))
    };
    Ok(SealedPair {
        id: seal(&id)?,
        access: seal(&access)?,
        from,
    })
}

/// The keys of a pool as they are stored, parsed; `Ok(None)` if there is no such pool.
///
/// # Errors
/// When the store fails or the keys do not open.
pub async fn read(platform: &Platform, pool_id: &str) -> Result<Option<PoolKeys>, ApiError> {
    let row = SigningKeysRecord::key(pool_id);
    let Some(stored) = load(platform, &row).await? else {
        return Ok(None);
    };
    let open = |sealed: &str| {
        let pkcs8 = platform
            .open(Purpose::SigningKeys, row.as_str(), sealed)
            .map_err(ApiError::internal)?;
        SigningKey::from_pkcs8(&pkcs8).map_err(ApiError::internal)
    };
    let parse = |pair: &SealedPair| {
        Ok::<_, ApiError>(Pair {
            id: open(&pair.id)?,
            access: open(&pair.access)?,
            from: pair.from,
        })
    };
    let pairs = stored.value.pairs.iter().map(parse).collect::<Result<_, _>>()?;
    Ok(Some(PoolKeys { pairs }))
}

/// The ids of all pools.
///
/// # Errors
/// When the store fails.
pub async fn pool_ids(platform: &Platform) -> Result<Vec<String>, ApiError> {
    let prefix = Directory::Pool.prefix();
    let mut scan = Scan::prefix(prefix, PAGE);
    let mut found = Vec::new();
    loop {
        let rows = platform.store.scan(scan.clone()).await?;
        found.extend(
            rows.iter()
                .filter_map(|row| row.key.strip_prefix(prefix))
                .map(str::to_owned),
        );
        match rows.last() {
            Some(last) if rows.len() == PAGE => scan = scan.after(last.key.clone()),
            _ => return Ok(found),
        }
    }
}

/// What came of asking for a rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotated {
    /// The new pair signs from this moment on.
    SignsFrom(Millis),
    /// A pair waits already, which signs from this moment on.
    Waits(Millis),
}

/// When a new pair begins to sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begins {
    /// After verifiers had time to hear of it.
    Announced,
    /// At once, and the pairs before are good for nothing: somebody else has them.
    AtOnce,
}

/// Gives a pool a new pair, and lets go of those that no token needs any more; `Ok(None)` if there is no such pool.
///
/// # Errors
/// When a key cannot be made, the store fails, or somebody else rotates the keys at the same time.
pub async fn rotate(
    platform: &Platform,
    source: &Arc<dyn KeySource>,
    bits: KeyBits,
    begins: Begins,
    pool_id: &str,
) -> Result<Option<Rotated>, ApiError> {
    let Some(stored) = load(platform, &SigningKeysRecord::key(pool_id)).await? else {
        return Ok(None);
    };
    let now = platform.now();
    let mut pairs = stored.value.pairs.clone();
    if begins == Begins::AtOnce {
        pairs.clear();
    }
    if let Some(waiting) = pairs.iter().find(|pair| now < pair.from) {
        return Ok(Some(Rotated::Waits(waiting.from)));
    }
    // All pairs but the last have a successor, which tells when they signed last.
    while pairs
        .get(1)
        .is_some_and(|next| now >= next.from.plus_seconds(PUBLISHED_AFTER))
    {
        pairs.remove(0);
    }
    let from = match begins {
        Begins::Announced => now.plus_seconds(PUBLISHED_FIRST),
        Begins::AtOnce => now,
    };
    pairs.push(make(platform, source, bits, pool_id, from).await?);
    let record = SigningKeysRecord { pairs };
    let mark = poolhouse_crypto::uuid_v4(&*platform.entropy);
    let batch = Batch::new()
        .replace(&stored, &record)
        .merge(SigningKeysRecord::rotated(mark));
    platform.commit(batch).await.map_err(|error| match error {
        error @ CommitError::Conflict { .. } => ApiError::lost_update(error),
        error => error.into(),
    })?;
    Ok(Some(Rotated::SignsFrom(from)))
}
