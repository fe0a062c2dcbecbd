//! Something happens right before a commit, or between two reads.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{Batch, BoxFuture, CommitError, Row, Scan, Snapshot, Store, StoreError, Version};

type Matches = Box<dyn Fn(Moment<'_>) -> bool + Send>;
type Action = Box<dyn FnOnce(Arc<dyn Store>) -> BoxFuture<'static, ()> + Send>;

/// What is about to happen.
#[derive(Clone, Copy)]
enum Moment<'a> {
    Commit(&'a Batch),
    Read(&'a str),
}

/// A store in which a test makes something happen between the reads of an operation and its commit, the one moment at
/// which a promise of the form "checked at commit" can be broken, or between two of its reads.
///
/// A hook runs once, before the next commit or read that it matches, which goes on when the hook is done. Of several that
/// match the first one registered runs, and the others wait for the commits to come: so an operation that decides again
/// after a lost race can be made to lose as many races as there are hooks. What a hook commits to the store that it is
/// given sets off no other hook.
///
/// ```
/// # use poolhouse_store::{Batch, Expect, Memory, Store};
/// # use poolhouse_store::testing::{Hooked, fresh_version};
/// # async fn test() {
/// let store = Hooked::new(Memory::new());
/// store.before_commit_at("session/", |store| async move {
///     let signed_out = Batch::new().delete("user/mara", Expect::Present);
///     store.commit(signed_out, fresh_version()).await.unwrap();
/// });
/// // … run the operation, see what it answers …
/// assert_eq!(store.waiting(), 0, "the operation committed nothing at session/");
/// # }
/// ```
pub struct Hooked<S> {
    inner: Arc<S>,
    hooks: Mutex<Vec<(Matches, Action)>>,
}

impl<S: Store> Hooked<S> {
    /// Around a store, without any hook.
    pub fn new(inner: S) -> Self {
        Self {
            inner: Arc::new(inner),
            hooks: Mutex::default(),
        }
    }

    /// The store behind this one, whose commits set off no hook.
    pub fn inner(&self) -> &S {
        &self.inner
    }

    /// Runs `action` before the next commit whose batch `matches`. The action is given the store behind this one.
    pub fn before_commit<F>(
        &self,
        matches: impl Fn(&Batch) -> bool + Send + 'static,
        action: impl FnOnce(Arc<dyn Store>) -> F + Send + 'static,
    ) where
        F: Future<Output = ()> + Send + 'static,
    {
        self.hook(
            move |moment| matches!(moment, Moment::Commit(batch) if matches(batch)),
            action,
        );
    }

    /// Runs `action` before the next commit that writes or expects something at a key with this prefix.
    pub fn before_commit_at<F>(
        &self,
        prefix: impl Into<String>,
        action: impl FnOnce(Arc<dyn Store>) -> F + Send + 'static,
    ) where
        F: Future<Output = ()> + Send + 'static,
    {
        let prefix = prefix.into();
        self.before_commit(move |batch| batch.touches(&prefix), action);
    }

    /// Runs `action` before this row is read the next time: for what an operation decides by two reads, one after the other.
    pub fn before_read_of<F>(
        &self,
        key: impl Into<String>,
        action: impl FnOnce(Arc<dyn Store>) -> F + Send + 'static,
    ) where
        F: Future<Output = ()> + Send + 'static,
    {
        let key = key.into();
        self.hook(
            move |moment| matches!(moment, Moment::Read(read) if read == key),
            action,
        );
    }

    fn hook<F>(
        &self,
        matches: impl Fn(Moment<'_>) -> bool + Send + 'static,
        action: impl FnOnce(Arc<dyn Store>) -> F + Send + 'static,
    ) where
        F: Future<Output = ()> + Send + 'static,
    {
        let action: Action = Box::new(move |store| Box::pin(action(store)));
        self.hooks().push((Box::new(matches), action));
    }

    /// How many hooks have not run yet. A test that ends with one left has tested nothing.
    pub fn waiting(&self) -> usize {
        self.hooks().len()
    }

    /// Takes the hook out, so that it runs once and that nothing is locked while it runs.
    fn take(&self, moment: Moment<'_>) -> Option<Action> {
        let mut hooks = self.hooks();
        let place = hooks.iter().position(|(matches, _)| matches(moment))?;
        Some(hooks.remove(place).1)
    }

    async fn happens(&self, moment: Moment<'_>) {
        if let Some(action) = self.take(moment) {
            action(Arc::clone(&self.inner) as Arc<dyn Store>).await;
        }
    }

    fn hooks(&self) -> MutexGuard<'_, Vec<(Matches, Action)>> {
        self.hooks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Store> Store for Hooked<S> {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Row>, StoreError>> {
        Box::pin(async move {
            self.happens(Moment::Read(key)).await;
            self.inner.get(key).await
        })
    }

    fn get_many<'a>(&'a self, keys: &'a [&'a str]) -> BoxFuture<'a, Result<Vec<Option<Row>>, StoreError>> {
        Box::pin(async move {
            for key in keys {
                self.happens(Moment::Read(key)).await;
            }
            self.inner.get_many(keys).await
        })
    }

    fn scan<'a>(&'a self, scan: Scan) -> BoxFuture<'a, Result<Vec<Row>, StoreError>> {
        self.inner.scan(scan)
    }

    fn commit<'a>(&'a self, batch: Batch, version: Version) -> BoxFuture<'a, Result<(), CommitError>> {
        Box::pin(async move {
            self.happens(Moment::Commit(&batch)).await;
            self.inner.commit(batch, version).await
        })
    }

    fn sweep(&self, due: i64, at_most: usize) -> BoxFuture<'_, Result<usize, StoreError>> {
        self.inner.sweep(due, at_most)
    }

    fn clock(&self) -> BoxFuture<'_, Result<Option<i64>, StoreError>> {
        self.inner.clock()
    }

    fn snapshot(&self) -> BoxFuture<'_, Result<Box<dyn Snapshot>, StoreError>> {
        self.inner.snapshot()
    }
}
