//! A pool in this process on a SQLite file: what is measured here is the pool, not HTTP around it.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use poolhouse_api::{Operation, parse_body};
use poolhouse_crypto::OsEntropy;
use poolhouse_mail::Mailbox;
use poolhouse_mail::inbox::Inbox;
use poolhouse_pool::base::Settings;
use poolhouse_pool::base::clock::SystemClock;
use poolhouse_pool::base::key_ring::KeyRing;
use poolhouse_pool::base::restore::Restores;
use poolhouse_pool::keyring::FreshKeys;
use poolhouse_pool::ops;
use poolhouse_pool::request::{App, Asker, Ctx};
use poolhouse_pool::run::{Parts, assemble};
use poolhouse_pool::testing::{Outside, aws, nobodys_key};
use poolhouse_pool::triggers::FunctionHost;
use poolhouse_store::{Sqlite, Store};
use serde_json::{Value, json};

/// What goes wrong in a benchmark ends it.
pub type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// The pool's services on a database of this program's own.
pub fn open(database: &Path) -> Outcome<Arc<App>> {
    let store = Arc::new(Sqlite::open(database)?);
    over(store, KeyRing::of_master([7; 32]), Restores::default())
}

/// The pool's services over a store, with the keys that it was written with.
pub fn over(store: Arc<dyn Store>, keys: KeyRing, restores: Restores) -> Outcome<Arc<App>> {
    let mut settings = Settings::default();
    settings.mail.from = Mailbox::parse("Bench <no-reply@bench.example>").ok();
    let parts = Parts {
        store,
        restores,
        keys,
        entropy: Arc::new(OsEntropy),
        clock: Arc::new(SystemClock),
        key_source: Arc::new(FreshKeys),
        inbox: Some(Inbox::new(10)),
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        function_host: FunctionHost::default(),
        aws: aws(nobodys_key(), Arc::new(SystemClock)),
        places: Vec::new(),
        outside: Arc::new(Outside::default()),
    };
    Ok(assemble(settings, parts)?)
}

/// Calls an operation as HTTP would hand it on: read, validated, dispatched.
pub async fn call(app: &Arc<App>, operation: Operation, body: &Value) -> Outcome<Value> {
    let ctx = Ctx::new(
        app.clone(),
        "00000000-0000-4000-8000-000000000000".to_owned(),
        app.platform.now(),
        Asker::default(),
    );
    let body =
        parse_body(operation, body.to_string().as_bytes()).map_err(|rejected| format!("{rejected:?}"))?;
    operation
        .validate(&body)
        .map_err(|rejected| format!("{rejected:?}"))?;
    Ok(ops::dispatch(operation, &ctx, body).await?)
}

/// Makes a user pool and a client for passwords; returns their ids.
pub async fn set_up(app: &Arc<App>) -> Outcome<(String, String)> {
    let pool = call(app, Operation::CreateUserPool, &json!({ "PoolName": "bench" })).await?;
    let pool_id = text(&pool["UserPool"]["Id"])?;
    let client = json!({
        "UserPoolId": pool_id,
        "ClientName": "bench",
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        "PreventUserExistenceErrors": "ENABLED",
    });
    let client = call(app, Operation::CreateUserPoolClient, &client).await?;
    Ok((pool_id, text(&client["UserPoolClient"]["ClientId"])?))
}

fn text(value: &Value) -> Outcome<String> {
    let text = value.as_str().map(str::to_owned);
    text.ok_or_else(|| "an answer without an id".into())
}
