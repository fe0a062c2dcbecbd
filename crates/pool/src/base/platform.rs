//! What everything in the pool stands on: where facts lie, what seals them, and the world's inputs (time, randomness,
//! a turn at the processor). Services take a `Platform` and never their owner, so that each can be read alone.

use std::sync::Arc;

use poolhouse_crypto::Entropy;
use poolhouse_crypto::derive_key;
use poolhouse_crypto::seal::{Sealer, Unsealable};
use poolhouse_store::{Batch, CommitError, Row, Scan, Store, Version, commit_and_settle};

use super::authenticator::Authenticator;
use super::clock::{Clock, Millis};
use super::cpu::CpuPool;
use super::envelope::Envelope;
use super::load::LoadError;

/// The ground floor. Cheap to clone.
#[derive(Clone)]
pub struct Platform {
    /// Where everything durable lies. Documents are read and written by the methods below, which authenticate them; the
    /// store itself is for what looks at keys alone.
    pub store: Arc<dyn Store>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Where arithmetic runs.
    pub cpu: CpuPool,
    sealer: Arc<Sealer>,
    envelope: Arc<Envelope>,
    refresh_codes: Arc<Authenticator>,
}

impl Platform {
    /// A platform whose keys are derived from `master_key`, with as much arithmetic at a time as there are `cores`.
    pub fn new(
        store: Arc<dyn Store>,
        master_key: &[u8; 32],
        entropy: Arc<dyn Entropy>,
        clock: Arc<dyn Clock>,
        cores: usize,
    ) -> Platform {
        Platform {
            store,
            entropy,
            clock,
            cpu: CpuPool::new(cores),
            sealer: Arc::new(Sealer::new(derive_key(master_key, "poolhouse.v1.records"))),
            envelope: Arc::new(Envelope::new(derive_key(master_key, "poolhouse.v1.envelope"))),
            refresh_codes: Arc::new(Authenticator::new(derive_key(
                master_key,
                "poolhouse.v1.refresh-tokens",
            ))),
        }
    }

    /// The present moment.
    pub fn now(&self) -> Millis {
        self.clock.now()
    }

    /// The row at `key`, if there is one; its body is the document.
    ///
    /// # Errors
    /// When the store fails, or the row was not written by this server at this key.
    pub async fn get(&self, key: &str) -> Result<Option<Row>, LoadError> {
        let row = self.store.get(key).await?;
        row.map(|row| self.open_row(row)).transpose()
    }

    /// The rows at these keys, in the order asked, in one read; their bodies are the documents.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub async fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Row>>, LoadError> {
        let rows = self.store.get_many(keys).await?;
        let open = |row: Option<Row>| row.map(|row| self.open_row(row)).transpose();
        rows.into_iter().map(open).collect()
    }

    /// The rows of a page; their bodies are the documents.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub async fn scan(&self, scan: Scan) -> Result<Vec<Row>, LoadError> {
        let rows = self.store.scan(scan).await?;
        rows.into_iter().map(|row| self.open_row(row)).collect()
    }

    /// The row with its document taken out of the envelope.
    ///
    /// # Errors
    /// [`LoadError::Corrupt`] if the row was not written by this server at this key.
    pub fn open_row(&self, row: Row) -> Result<Row, LoadError> {
        match self.envelope.open(&row.key, &row.body) {
            Some(body) => Ok(Row { body, ..row }),
            None => Err(LoadError::corrupt(row.key)),
        }
    }

    /// Applies a batch of documents whole or not at all, and answers when it is durable, with the version that every row
    /// it wrote carries. A commit whose answer was lost is looked for in the store.
    ///
    /// # Errors
    /// `CommitError::Conflict` where an expectation does not hold; `CommitError::Uncertain` where nobody can tell whether
    /// it was applied; the store's own failures.
    pub async fn commit(&self, batch: Batch) -> Result<Version, CommitError> {
        let batch = batch.map_bodies(|key, document| self.envelope.close(key, document));
        let version = Version::random(&mut |bytes: &mut [u8]| self.entropy.fill(bytes));
        commit_and_settle(&*self.store, batch, version).await?;
        Ok(version)
    }

    /// What authenticates refresh tokens.
    pub fn refresh_codes(&self) -> &Authenticator {
        &self.refresh_codes
    }

    /// Seals a text under `context`, which is not secret and must be the same when it is opened.
    pub fn seal(&self, context: &str, plain: &[u8]) -> String {
        self.sealer.seal(context, plain, &*self.entropy)
    }

    /// A keyed digest: a name that tells nothing to somebody without the key.
    pub fn mac(&self, context: &str, plain: &[u8]) -> [u8; 32] {
        self.sealer.mac(context, plain)
    }

    /// Opens what [`seal`](Self::seal) made under the same `context`.
    ///
    /// # Errors
    /// When it was sealed with another key or under another context, or was changed since.
    pub fn open(&self, context: &str, sealed: &str) -> Result<Vec<u8>, Unsealable> {
        self.sealer.open(context, sealed)
    }
}
