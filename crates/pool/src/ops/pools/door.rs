//! The door of a pool: shut by a Define function of ours, opened by name alone.

use std::path::Path;

use poolhouse_store::{Batch, CommitError, Expect};

use crate::base::error::ApiError;
use crate::base::platform::Platform;
use crate::base::settings::{FunctionCode, FunctionPlace, FunctionSettings};
use crate::records::{ClientRecord, Door, PoolRecord, RecordBatch, Reference, load};
use crate::request::Ctx;
use crate::triggers::function_name;

/// What Define is called by the set-up that everybody follows, and the program's name.
const OURS: [&str; 2] = ["2faDefine", "2fa-define"];

/// Shuts the door of a pool whose Define is ours, unless somebody has decided otherwise by name. Nothing that an update
/// leaves out opens it again. Part of the commit that writes the pool.
pub fn shut_by_define(ctx: &Ctx, pool: &mut PoolRecord) -> Batch {
    let define = pool.lambda(|lambdas| lambdas.define_auth_challenge.clone());
    let is_ours = define.is_some_and(|arn| is_ours(&ctx.app.settings.functions, &arn));
    if !is_ours || pool.door.requires_code.is_some() {
        return Batch::new();
    }
    pool.door.requires_code = Some(true);
    shut(pool.id())
}

fn shut(pool_id: &str) -> Batch {
    let marker = Reference(pool_id.to_owned());
    Batch::new().record(Door::shut_key(pool_id), Expect::Any, &marker)
}

/// Whether a function is our Define: by the end of its name, or by the program that the settings run for it.
fn is_ours(functions: &[FunctionSettings], arn: &str) -> bool {
    let name = function_name(arn);
    let runs_ours = functions.iter().any(|function| {
        let is_it = function.function == arn || function_name(&function.function) == name;
        is_it
            && matches!(&function.place, FunctionPlace::Process(process)
            if matches!(&process.code, FunctionCode::Program { program, .. } if is_program(program)))
    });
    runs_ours || OURS.iter().any(|ours| name.ends_with(ours))
}

fn is_program(program: &Path) -> bool {
    program.file_name().is_some_and(|name| name == OURS[1])
}

/// Decides by name whether sign-ins to a pool, or by one of its app clients, need a code. Returns the door, `None` if there
/// is no such pool.
///
/// # Errors
/// When the pool has no such app client to let through, the store fails, or somebody else changes the pool at the same time.
pub async fn decide(
    platform: &Platform,
    pool_id: &str,
    client_id: Option<&str>,
    requires_code: bool,
) -> Result<Option<Door>, ApiError> {
    let Some(mut pool) = load(platform, &PoolRecord::key(pool_id)).await? else {
        return Ok(None);
    };
    let door = &mut pool.value.door;
    let rows = match client_id {
        None => {
            door.requires_code = Some(requires_code);
            match requires_code {
                true => shut(pool_id),
                false => Batch::new().delete(Door::shut_key(pool_id), Expect::Any),
            }
        }
        Some(client) if requires_code => {
            door.open_clients.remove(client);
            Batch::new().delete(Door::open_key(pool_id, client), Expect::Any)
        }
        Some(client) => {
            let found = load(platform, &ClientRecord::key(pool_id, client)).await?;
            found.ok_or_else(|| ApiError::client_not_found(client))?;
            door.open_clients.insert(client.to_owned());
            let marker = Reference(client.to_owned());
            Batch::new().record(Door::open_key(pool_id, client), Expect::Any, &marker)
        }
    };
    let door = door.clone();
    match platform.commit(rows.replace(&pool, &pool.value)).await {
        Ok(_) => Ok(Some(door)),
        Err(error @ CommitError::Conflict { .. }) => Err(ApiError::lost_update(error)),
        Err(error) => Err(error.into()),
    }
}

/// The door of a pool; `None` if there is no such pool.
///
/// # Errors
/// When the store fails.
pub async fn of(platform: &Platform, pool_id: &str) -> Result<Option<Door>, ApiError> {
    let pool = load(platform, &PoolRecord::key(pool_id)).await?;
    Ok(pool.map(|pool| pool.value.door))
}
