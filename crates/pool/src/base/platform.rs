//! What everything in the pool stands on: where facts lie, what seals them, and the world's inputs (time, randomness,
//! a turn at the processor). Services take a `Platform` and never their owner, so that each can be read alone.

use std::sync::Arc;

use poolhouse_crypto::Entropy;
use poolhouse_crypto::seal::{Sealer, Unsealable};
use poolhouse_store::{Batch, CommitError, Row, Store, StoreError, Version};

use super::clock::{Clock, Millis};
use super::cpu::CpuPool;

/// The ground floor. Cheap to clone.
#[derive(Clone)]
pub struct Platform {
    /// Where everything durable lies.
    pub store: Arc<dyn Store>,
    /// Seals what must not be readable in a copy of the database.
    pub sealer: Arc<Sealer>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Where arithmetic runs.
    pub cpu: CpuPool,
}

impl Platform {
    /// The present moment.
    pub fn now(&self) -> Millis {
        self.clock.now()
    }

    /// The row at `key`, if there is one.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn get(&self, key: &str) -> Result<Option<Row>, StoreError> {
        self.store.get(key).await
    }

    /// Applies a batch whole or not at all, and answers when it is durable.
    ///
    /// # Errors
    /// `CommitError::Conflict` where an expectation does not hold; the store's own failures.
    pub async fn commit(&self, batch: Batch) -> Result<Version, CommitError> {
        self.store.commit(batch).await
    }

    /// Seals a text under `context`, which is not secret and must be the same when it is opened.
    pub fn seal(&self, context: &str, plain: &[u8]) -> String {
        self.sealer.seal(context, plain, &*self.entropy)
    }

    /// Opens what [`seal`](Self::seal) made under the same `context`.
    ///
    /// # Errors
    /// When it was sealed with another key or under another context, or was changed since.
    pub fn open(&self, context: &str, sealed: &str) -> Result<Vec<u8>, Unsealable> {
        self.sealer.open(context, sealed)
    }
}
