//! `poolhouse audit`: reads the audit log from the database, beside a running server.

mod moment;
mod shown;

use std::collections::BTreeSet;
use std::time::Duration;

use clap::Args;
use poolhouse_audit::{Line, Reading, as_json};
use poolhouse_pool::base::clock::{Clock, Millis, SystemClock};
use poolhouse_pool::base::platform::Platform;
use poolhouse_pool::records::audit_log;
use poolhouse_pool::request::find_user;

use crate::args::{KeysArgs, Output};
use crate::data;
use crate::error::CliError;
use crate::output::{once, print};

/// Between two looks for something new.
const PAUSE: Duration = Duration::from_secs(1);
/// How long a request may take and be seen all the same by who follows: an entry bears the time at which its request came.
const LATE_SECONDS: i64 = 120;

#[derive(Args)]
pub struct AuditArgs {
    /// Only this user pool; without it, all of them and what is about none
    #[arg(long, visible_alias = "pool", value_name = "ID")]
    user_pool_id: Option<String>,
    /// Only this user of the pool, which is to be named then: by username, sub, email address or phone number; a deleted one by sub
    #[arg(long, value_name = "NAME", requires = "user_pool_id")]
    user: Option<String>,
    /// From this moment on: 2026-01-02T03:04:05Z, or so long ago: 90m, 24h, 7d
    #[arg(long, value_name = "MOMENT", default_value = "24h")]
    since: String,
    /// Up to this moment
    #[arg(long, value_name = "MOMENT", conflicts_with = "follow")]
    until: Option<String>,
    /// Go on with what is written from now on, until interrupted
    #[arg(long)]
    follow: bool,
    #[command(flatten)]
    at: KeysArgs,
}

pub(super) fn run(arguments: &AuditArgs) -> Result<(), CliError> {
    once(read(arguments))
}

async fn read(arguments: &AuditArgs) -> Result<(), CliError> {
    let now = SystemClock.now();
    let since = moment::read(&arguments.since, now)?;
    let until = arguments.until.as_deref().map(|text| moment::read(text, now));
    let until = until.transpose()?;
    let (directory, store) = (&arguments.at.data, arguments.at.store.as_deref());
    let data = match arguments.follow {
        true => data::existing_to_watch(directory, store).await?,
        false => data::existing(directory, store).await?,
    };
    let platform = data.platform()?;
    let read = read_from(&platform, arguments, since, until).await;
    data.engine.close().await;
    read
}

async fn read_from(
    platform: &Platform,
    arguments: &AuditArgs,
    since: Millis,
    until: Option<Millis>,
) -> Result<(), CliError> {
    let pool = arguments.user_pool_id.as_deref();
    let user = match (pool, &arguments.user) {
        (Some(pool), Some(name)) => Some(sub(platform, pool, name).await?),
        _ => None,
    };
    let output = arguments.at.output;
    if !arguments.follow {
        let mut reading = Reading::of(platform, pool, user.as_deref(), since, until)
            .await
            .map_err(unreadable)?;
        while let Some(line) = reading.next(platform).await.map_err(unreadable)? {
            print(&shown(&line, output))?;
        }
        return Ok(());
    }
    follow(platform, pool, user.as_deref(), since, output).await
}

/// Shows what there is and what comes, each once. What is refused is shown when its minute is over.
async fn follow(
    platform: &Platform,
    pool: Option<&str>,
    user: Option<&str>,
    since: Millis,
    output: Output,
) -> Result<(), CliError> {
    let mut seen = BTreeSet::new();
    let mut from = since;
    loop {
        let now = SystemClock.now();
        let reading = Reading::of(platform, pool, user, from, Some(now)).await;
        let mut reading = reading.map_err(unreadable)?;
        while let Some(line) = reading.next(platform).await.map_err(unreadable)? {
            if line.is_final(now) && seen.insert(line.name()) {
                print(&shown(&line, output))?;
            }
        }
        let late = now.plus_seconds(-LATE_SECONDS);
        if late > from {
            from = late;
        }
        seen.retain(|(at, _)| *at >= from);
        tokio::time::sleep(PAUSE).await;
    }
}

/// The `sub` of the user meant; a deleted one's is taken as it is.
async fn sub(platform: &Platform, pool_id: &str, name: &str) -> Result<String, CliError> {
    let pool = audit_log::pool(platform, pool_id).await.map_err(unreadable)?;
    let pool = pool.ok_or_else(|| CliError::new(format!("there is no user pool {pool_id}")))?;
    let found = find_user(platform, &pool, name).await;
    let found = found.map_err(|error| CliError::new("the database cannot be read").caused_by(error))?;
    match (found, poolhouse_pool::request::as_sub(name)) {
        (Some(user), _) => Ok(user.value.sub),
        (None, Some(sub)) => Ok(sub),
        (None, None) => Err(CliError::new(format!(
            "there is no user {name} in {pool_id}. One that was deleted is known by its sub alone"
        ))),
    }
}

fn shown(line: &Line, output: Output) -> String {
    match output {
        Output::Text => shown::as_text(line),
        Output::Json => as_json(line).to_string(),
    }
}

fn unreadable(error: poolhouse_pool::base::load::LoadError) -> CliError {
    CliError::new("the audit log cannot be read").caused_by(error)
}
