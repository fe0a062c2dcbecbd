//! The pool itself.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use poolhouse_api::{Operation, parse_body};
use poolhouse_mail::Mailbox;
use poolhouse_mail::inbox::Inbox;
use poolhouse_store::Store;
use poolhouse_triggers::Place;
use serde_json::Value;

use super::{Answer, FrozenClock, Outside, PreparedKeys, SeededEntropy, TestStore, aws, nobodys_key};
use crate::base::error::ApiError;
use crate::base::key_ring::KeyRing;
use crate::base::restore::Restores;
use crate::base::settings::Settings;
use crate::mailer::Worker;
use crate::ops;
use crate::request::{App, Asker, Ctx};
use crate::run::importer::Round;
use crate::run::{Importer, Parts, Sweeper, assemble, restoration};
use crate::triggers::FunctionHost;

/// What a pool's randomness begins with unless a test says otherwise.
const SEED: u64 = 7;

/// A pool in memory (or on the store that [`TestStore`] is told of), at 2026-01-02T03:04:05Z.
///
/// Mail that was sent and not read fails the test when the pool is dropped; [`ignore_mail`](Self::ignore_mail) says
/// that this is meant.
pub struct TestPool {
    app: Arc<App>,
    clock: Arc<FrozenClock>,
    requests: AtomicU64,
    pub(super) inbox: Inbox,
    outside: Arc<Outside>,
    pub(super) worker: tokio::sync::Mutex<Worker>,
    pub(super) taken: Mutex<Vec<String>>,
    pub(super) ignores_mail: AtomicBool,
    sweeper: tokio::sync::Mutex<Sweeper>,
}

impl TestPool {
    /// A pool with the default settings.
    pub async fn new() -> TestPool {
        TestPool::with(|_| {}).await
    }

    /// A pool whose settings were changed.
    pub async fn with(change: impl FnOnce(&mut Settings)) -> TestPool {
        TestPool::on(Arc::new(TestStore::new()), SEED, change).await
    }

    /// A pool on a store, so that two can share one, or one can follow another. They need different seeds, or they
    /// would make the same ids.
    ///
    /// # Panics
    /// If it cannot be put together.
    pub async fn on(store: Arc<dyn Store>, seed: u64, change: impl FnOnce(&mut Settings)) -> TestPool {
        TestPool::build(store, seed, change, Vec::new())
    }

    /// A pool whose settings were changed, and that runs functions at these places, by ARN or name.
    pub async fn with_functions(
        functions: Vec<(String, Arc<dyn Place>)>,
        change: impl FnOnce(&mut Settings),
    ) -> TestPool {
        TestPool::build(Arc::new(TestStore::new()), SEED, change, functions)
    }

    /// A pool on a store that was written with these keys.
    ///
    /// # Panics
    /// If it cannot be put together.
    pub fn with_keys(store: Arc<dyn Store>, seed: u64, keys: KeyRing) -> TestPool {
        TestPool::put_together(store, seed, |_| {}, Vec::new(), keys, Restores::default())
    }

    /// The keys that every pool begins with unless a test says otherwise.
    pub fn first_keys() -> KeyRing {
        KeyRing::of_master(*b"the master key of every test run")
    }

    /// As [`on`](Self::on) and [`with_functions`](Self::with_functions) together.
    pub fn build(
        store: Arc<dyn Store>,
        seed: u64,
        change: impl FnOnce(&mut Settings),
        places: Vec<(String, Arc<dyn Place>)>,
    ) -> TestPool {
        let keys = TestPool::first_keys();
        TestPool::put_together(store, seed, change, places, keys, Restores::default())
    }

    /// A pool on a store that was restored, as a server starts on one.
    ///
    /// # Panics
    /// If it cannot be put together, or rows are arriving still.
    pub async fn after_restore(store: Arc<dyn Store>, seed: u64) -> TestPool {
        let before = TestPool::with_keys(store.clone(), seed, TestPool::first_keys());
        let platform = &before.app.platform;
        let arriving = restoration::arriving(platform).await.expect("a store");
        assert_eq!(arriving, None, "all rows are there");
        let last = restoration::last(platform).await.expect("a store");
        let restores = Restores::new(last.map(|restored| restored.mark));
        let keys = TestPool::first_keys();
        TestPool::put_together(store, seed, |_| {}, Vec::new(), keys, restores)
    }

    fn put_together(
        store: Arc<dyn Store>,
        seed: u64,
        change: impl FnOnce(&mut Settings),
        places: Vec<(String, Arc<dyn Place>)>,
        keys: KeyRing,
        restores: Restores,
    ) -> TestPool {
        let mut settings = Settings::default();
        settings.mail.from = Some(Mailbox::parse("Poolhouse <no-reply@pool.example>").expect("an address"));
        change(&mut settings);
        let clock = Arc::new(FrozenClock::default());
        let inbox = Inbox::new(1000);
        let outside = Arc::new(Outside::default());
        let parts = Parts {
            store,
            keys,
            restores,
            entropy: Arc::new(SeededEntropy::new(seed)),
            clock: clock.clone(),
            key_source: Arc::new(PreparedKeys::default()),
            inbox: Some(inbox.clone()),
            cores: 2,
            function_host: FunctionHost::default(),
            aws: aws(nobodys_key(), clock.clone()),
            places,
            outside: outside.clone(),
        };
        let app = assemble(settings, parts).expect("the pool can be put together");
        let worker = Worker::new(&app.mailer).expect("the inbox is on");
        TestPool {
            sweeper: tokio::sync::Mutex::new(Sweeper::new(&app)),
            app,
            clock,
            requests: AtomicU64::new(0),
            inbox,
            outside,
            worker: tokio::sync::Mutex::new(worker),
            taken: Mutex::default(),
            ignores_mail: AtomicBool::new(false),
        }
    }

    /// The pool's services.
    pub fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// The clock, to be moved.
    pub fn clock(&self) -> &FrozenClock {
        &self.clock
    }

    /// What is fetched from elsewhere, to be written.
    pub fn outside(&self) -> &Outside {
        &self.outside
    }

    /// The store, to be looked into or broken.
    pub fn store(&self) -> &dyn Store {
        &*self.app.platform.store
    }

    /// A request of nobody's, at this moment.
    pub fn ctx(&self) -> Ctx {
        let number = self.requests.fetch_add(1, Ordering::SeqCst);
        Ctx::new(
            self.app.clone(),
            format!("00000000-0000-4000-8000-{number:012}"),
            self.app.platform.now(),
            Asker::default(),
        )
    }

    /// Calls an operation on a body. Mail that it caused lies in the inbox when this returns.
    ///
    /// # Panics
    /// If there is no such operation.
    pub async fn call(&self, operation: &str, body: Value) -> Answer {
        let answer = self.call_alone(operation, body).await;
        self.deliver_mail().await;
        answer
    }

    /// As [`call`](Self::call), with nothing else going on: mail stays in the outbox.
    ///
    /// # Panics
    /// If there is no such operation.
    pub async fn call_alone(&self, operation: &str, body: Value) -> Answer {
        let operation =
            Operation::from_name(operation).unwrap_or_else(|| panic!("there is no operation {operation}"));
        let ctx = self.ctx();
        match serve(&ctx, operation, body.to_string().as_bytes()).await {
            Ok(body) if operation.has_output() => Answer::of(200, body),
            Ok(_) => Answer::of(200, Value::Null),
            Err(error) => {
                ctx.audit.refused(&error);
                Answer::refused(&error)
            }
        }
    }

    /// Does the work of the user import job that is active, to its end.
    ///
    /// # Panics
    /// If the store fails.
    pub async fn import(&self) {
        let importer = Importer::new(&self.app);
        while importer.round().await.expect("the store works") == Round::More {}
    }

    /// Does one round of removing what has had its time.
    ///
    /// # Panics
    /// If the store fails.
    pub async fn sweep(&self) {
        self.sweeper
            .lock()
            .await
            .round()
            .await
            .expect("the store can be swept");
    }
}

async fn serve(ctx: &Ctx, operation: Operation, body: &[u8]) -> Result<Value, ApiError> {
    let body = parse_body(operation, body)?;
    operation.validate(&body)?;
    ops::dispatch(operation, ctx, body).await
}
