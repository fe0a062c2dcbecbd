//! Users in bulk.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use poolhouse_api::shapes::UserStatusType;
use poolhouse_commands::data;
use poolhouse_pool::records::PoolRecord;
use poolhouse_pool::request::{App, Asker, Ctx};
use poolhouse_pool::users::aliases::Taken;
use poolhouse_pool::users::attributes::Change;
use poolhouse_pool::users::{credentials, registration};
use poolhouse_store::Batch;
use poolhouse_store::postgres::Address;
use tokio::task::JoinSet;

use super::program::Program;
use crate::pool::{self, Outcome};

/// Everybody's password.
pub const PASSWORD: &str = "Correct-Horse-9!";
/// Users that one commit makes.
const BATCH: u32 = 250;
/// Users between two lines.
const TOLD: u32 = 50_000;
/// Commits under way: while one is written, others are made.
const AT_ONCE: usize = 3;

/// Where the users are.
pub struct Made {
    pub pool: String,
    pub client: String,
}

/// The name of the user with this number.
pub fn name(number: u32) -> String {
    format!("user-{number:07}")
}

/// The same user's address.
pub fn address(number: u32) -> String {
    format!("user-{number:07}@example.com")
}

/// Makes a pool and so many users, on the data directory of a server that does not run.
pub async fn fill(program: &Program, users: u32) -> Outcome<Made> {
    let elsewhere = program.store().map(Address::parse).transpose()?;
    let data = data::open_to_serve(&PathBuf::from(program.data()), elsewhere.as_ref())
        .await
        .map_err(|error| error.to_string())?;
    let app = pool::over(data.engine.store(), data.keys.clone(), data.restores.clone())?;
    let (pool, client) = pool::set_up(&app).await?;
    let ctx = Ctx::new(app.clone(), String::new(), app.platform.now(), Asker::default());
    let record = ctx.pool(&pool).await?.value;
    let next = Arc::new(AtomicU32::new(0));
    let mut under_way = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (app, record, next) = (app.clone(), record.clone(), next.clone());
        under_way.spawn(async move { make(&app, &record, &next, users).await });
    }
    while let Some(ended) = under_way.join_next().await {
        ended??;
    }
    data.engine.close().await;
    Ok(Made { pool, client })
}

/// Makes users until there are enough.
async fn make(app: &Arc<App>, pool: &PoolRecord, next: &AtomicU32, users: u32) -> Outcome {
    let ctx = Ctx::new(app.clone(), String::new(), app.platform.now(), Asker::default());
    loop {
        let first = next.fetch_add(BATCH, Ordering::SeqCst);
        if first >= users {
            return Ok(());
        }
        let mut batch = Batch::new();
        for number in first..users.min(first + BATCH) {
            batch = batch.merge(user(&ctx, pool, number).await?);
        }
        app.platform.commit(batch).await?;
        if first.is_multiple_of(TOLD) {
            // Nothing is left to do when standard error itself is closed.
            let _ = writeln!(std::io::stderr(), "  {first} of {users} users");
        }
    }
}

async fn user(ctx: &Ctx, pool: &PoolRecord, number: u32) -> Outcome<Batch> {
    let set = [
        ("email", address(number)),
        ("email_verified", "true".to_owned()),
        ("name", format!("Name {number:07}")),
    ];
    let change = Change {
        set: set.map(|(name, value)| (name.to_owned(), value)).to_vec(),
        remove: Vec::new(),
    };
    let mut user = registration::new_user(ctx, pool, &name(number), change)?;
    user.status = UserStatusType::Confirmed;
    user.sealed_verifier = Some(credentials::seal_verifier(ctx, pool, &user, PASSWORD).await?);
    Ok(registration::rows(ctx, pool, &user, Taken::Refuse).await?)
}
