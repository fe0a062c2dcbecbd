//! What everything in the pool stands on: where facts lie, what seals them, and the world's inputs (time, randomness,
//! a turn at the processor). Services take a `Platform` and never their owner, so that each can be read alone.

use std::sync::{Arc, PoisonError, RwLock};

use poolhouse_crypto::Entropy;
use poolhouse_crypto::seal::Unsealable;
use poolhouse_store::{Batch, CommitError, Expect, Row, Scan, Store, Version, commit_and_settle};

use super::clock::{Clock, Millis};
use super::cpu::CpuPool;
use super::keys::Keys;
use super::known_time::KnownTime;
use super::load::LoadError;
use super::measured::Measured;
use super::metrics::Numbers;
use super::purpose::Purpose;
use super::restore::Restores;

/// What commits take along, given what they write themselves.
pub trait Beside: Send + Sync {
    /// The rows to be written with a batch, or not at all.
    fn beside(&self, batch: &Batch) -> Batch;
    /// The batch that was asked about last was not applied, and never will be.
    fn fell_through(&self);
}

/// The ground floor. Cheap to clone.
#[derive(Clone)]
pub struct Platform {
    /// Where everything durable lies. Documents are read and written by the methods below, which authenticate them; the
    /// store itself is for what looks at keys alone.
    pub store: Arc<dyn Store>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Time, which does not run back.
    pub clock: Arc<KnownTime>,
    /// Where arithmetic runs.
    pub cpu: CpuPool,
    /// What is counted meanwhile.
    pub numbers: Arc<Numbers>,
    /// What ended with the last restore.
    pub restores: Arc<Restores>,
    keys: Arc<RwLock<Arc<Keys>>>,
    beside: Option<Arc<dyn Beside>>,
}

impl Platform {
    /// A platform with these keys, and with as much arithmetic at a time as there are `cores`.
    pub fn new(
        store: Arc<dyn Store>,
        keys: Keys,
        entropy: Arc<dyn Entropy>,
        clock: Arc<dyn Clock>,
        cores: usize,
    ) -> Platform {
        let numbers = Arc::<Numbers>::default();
        Platform {
            store: Arc::new(Measured::new(store, numbers.clone())),
            entropy,
            clock: Arc::new(KnownTime::new(clock)),
            cpu: CpuPool::new(cores, numbers.clone()),
            numbers,
            restores: Arc::default(),
            keys: Arc::new(RwLock::new(Arc::new(keys))),
            beside: None,
        }
    }

    /// The same, with commits that take along what `beside` says.
    #[must_use]
    pub fn taking_along(&self, beside: Arc<dyn Beside>) -> Platform {
        Platform {
            beside: Some(beside),
            ..self.clone()
        }
    }

    /// The same, on a database that was restored so.
    #[must_use]
    pub fn with_restores(self, restores: Restores) -> Platform {
        Platform {
            restores: Arc::new(restores),
            ..self
        }
    }

    /// The keys of this moment. Who seals and opens in one breath takes them once.
    pub fn keys(&self) -> Arc<Keys> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Goes on with other keys, here and in every clone.
    pub fn replace_keys(&self, keys: Keys) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
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
        match self.keys().envelope().open(&row.key, &row.body) {
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
        let batch = match &self.beside {
            // Nothing more must not make a commit wait that may be deferred.
            Some(beside) => match beside.beside(&batch) {
                along if along.is_empty() => batch,
                along => batch.merge(along),
            },
            None => batch,
        };
        let keys = self.keys();
        let batch = batch.map_bodies(|key, document| keys.envelope().close(key, document));
        let version = Version::random(&mut |bytes: &mut [u8]| self.entropy.fill(bytes));
        let done = commit_and_settle(&*self.store, batch, version).await;
        if let (Some(beside), Err(CommitError::Conflict { .. } | CommitError::Store(_))) =
            (&self.beside, &done)
        {
            beside.fell_through();
        }
        done?;
        Ok(version)
    }

    /// Writes a row again whose document says the same as before, under the keys of this moment. The row keeps its version
    /// and its expiry, so that nobody's expectation fails who has read it.
    ///
    /// # Errors
    /// `CommitError::Conflict` where the row has changed since it was read; the store's own failures.
    pub async fn rewrite(&self, row: &Row, document: &str) -> Result<(), CommitError> {
        let body = self.keys().envelope().close(&row.key, document);
        let expect = Expect::Version(row.version);
        let batch = match row.expires {
            Some(expires) => Batch::new().put_until(&row.key, expect, body, expires),
            None => Batch::new().put(&row.key, expect, body),
        };
        self.store.commit(batch.deferred(), row.version).await
    }

    /// Seals a text for a purpose, under `context`, which is not secret and must be the same when it is opened.
    pub fn seal(&self, purpose: Purpose, context: &str, plain: &[u8]) -> String {
        let keys = self.keys();
        let seal = |context: &str| keys.sealer(purpose).seal(context, plain, &*self.entropy);
        match purpose.ends_with_a_restore() {
            true => seal(&self.restores.context(context)),
            false => seal(context),
        }
    }

    /// Opens what [`seal`](Self::seal) made for the same purpose under the same `context`.
    ///
    /// # Errors
    /// When it was sealed with another key or under another context, before a restore that ends it, or was changed since.
    pub fn open(&self, purpose: Purpose, context: &str, sealed: &str) -> Result<Vec<u8>, Unsealable> {
        let keys = self.keys();
        match purpose.ends_with_a_restore() {
            true => keys.sealer(purpose).open(&self.restores.context(context), sealed),
            false => keys.sealer(purpose).open(context, sealed),
        }
    }

    /// A keyed digest: a name that tells nothing to somebody without the key, and never changes.
    pub fn name(&self, context: &str, plain: &[u8]) -> [u8; 32] {
        self.keys().name(context, plain)
    }
}
