//! `poolhouse unlock`, `devices forget` and `locked` for a pool of this machine: they work beside a running server, on the
//! same database.

use std::path::Path;

use poolhouse_confirm::{Settings, Standing};
use serde_json::{Value, json};

use crate::configure::from_file;
use crate::data::{self, Data};
use crate::error::CliError;
use crate::noted::noting_user;
use crate::output::print;
use poolhouse_operator::{
    Command, CountersArgs, DevicesCommand, ForgetArgs, LockedArgs, Output, UnlockArgs, told,
};
use poolhouse_pool::base::error::ApiError;
use poolhouse_pool::ops::pools::code_factor::{Done, forget_browsers, locked_users, unlock_user};

/// Runs the command if it is about a data directory; `None` if it is about a pool elsewhere.
pub(super) fn run(command: &Command) -> Option<Result<(), CliError>> {
    match command {
        Command::Unlock(args) if args.counters.data.is_some() => Some(block_on(unlock(args))),
        Command::Devices(DevicesCommand::Forget(args)) if args.counters.data.is_some() => {
            Some(block_on(forget(args)))
        }
        Command::Locked(args) if args.counters.data.is_some() => Some(block_on(locked(args))),
        _ => None,
    }
}

fn block_on(done: impl Future<Output = Result<(), CliError>>) -> Result<(), CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| CliError::new("no threads can be started").caused_by(error))?;
    runtime.block_on(done)
}

async fn unlock(args: &UnlockArgs) -> Result<(), CliError> {
    let (pool, user) = (&args.counters.user_pool_id, &args.user);
    let (data, confirm) = open(&args.counters).await?;
    let platform = noting_user(&data.platform()?, "unlock", pool, user).await?;
    let done = unlock_user(&platform, &confirm, pool, user).await;
    data.engine.close().await;
    match stood(done, pool, user)? {
        (name, None) => print(&format!("Nothing to do: nothing is counted of {name}.")),
        (name, Some(stood)) => print(&format!(
            "{name} was: {}\nUnlocked: answers are judged again, and mail leaves. Codes that were used stay used; remembered \
             browsers stay.",
            told(&stood)
        )),
    }
}

async fn forget(args: &ForgetArgs) -> Result<(), CliError> {
    let (pool, user) = (&args.counters.user_pool_id, &args.user);
    let (data, confirm) = open(&args.counters).await?;
    let platform = noting_user(&data.platform()?, "devices forget", pool, user).await?;
    let done = forget_browsers(&platform, &confirm, pool, user).await;
    data.engine.close().await;
    match stood(done, pool, user)? {
        (name, Some(Standing { devices: (0, _), .. }) | None) => {
            print(&format!("Nothing to do: no browser of {name} is remembered."))
        }
        (name, Some(stood)) => print(&format!(
            "Forgotten: every browser of {name}, {} of them trusted. Sessions go on; end them with AdminUserGlobalSignOut.",
            stood.devices.1
        )),
    }
}

async fn locked(args: &LockedArgs) -> Result<(), CliError> {
    let pool = &args.counters.user_pool_id;
    let (data, confirm) = open(&args.counters).await?;
    let found = locked_users(&data.platform()?, &confirm, pool).await;
    data.engine.close().await;
    let found = found.map_err(|error| CliError::new("the database cannot be read").caused_by(error))?;
    let found = found.ok_or_else(|| no_pool(pool))?;
    if args.output == Output::Json {
        let people: Vec<Value> = found
            .iter()
            .map(|(name, standing)| shown(name, standing))
            .collect();
        return print(&format!("{:#}", json!({ "locked": people, "more": false })));
    }
    if found.is_empty() {
        return print("Nobody is locked.");
    }
    let lines: Vec<String> = found
        .iter()
        .map(|(name, standing)| format!("{name}: {}", told(standing)))
        .collect();
    print(&lines.join("\n"))
}

fn shown(name: &str, standing: &Standing) -> Value {
    json!({
        "username": name,
        "closed": standing.closed,
        "wrongCodesInARow": standing.row,
        "lockedSeconds": standing.locked_s,
    })
}

/// The data, and the settings that the server judges by: its limits say who is locked.
async fn open(at: &CountersArgs) -> Result<(Data, Settings), CliError> {
    let configuration = from_file(at.config.clone())?;
    let directory = at.data.as_deref().unwrap_or(Path::new(super::DEFAULT_DATA));
    let data = data::existing(directory, at.store.as_deref()).await?;
    let keys = data.platform()?.keys().codes().clone();
    let settings = Settings {
        keys: Some(keys),
        ..configuration.settings.confirm
    };
    Ok((data, settings))
}

/// Whom it was about, and how they stood before.
fn stood(
    done: Result<Done, ApiError>,
    pool: &str,
    user: &str,
) -> Result<(String, Option<Standing>), CliError> {
    match done {
        Err(error) => Err(CliError::new("nothing was changed").caused_by(error)),
        Ok(Done::NoPool) => Err(no_pool(pool)),
        Ok(Done::NoUser) => Err(CliError::new(format!("there is no user {user} in {pool}"))),
        Ok(Done::Nothing { username }) => Ok((username, None)),
        Ok(Done::Changed { username, stood }) => Ok((username, Some(stood))),
    }
}

fn no_pool(pool: &str) -> CliError {
    CliError::new(format!("there is no user pool {pool}"))
}
