//! The door of a pool: shut by a Define function of ours, opened by name alone.

use std::path::Path;

use poolhouse_store::{Batch, CommitError, Expect, Scan};

use crate::base::error::ApiError;
use crate::base::load::LoadError;
use crate::base::platform::Platform;
use crate::base::settings::{FunctionCode, FunctionPlace, FunctionSettings};
use crate::records::document::decode;
use crate::records::key::Directory;
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

/// The door of one pool among all.
#[derive(Clone, Debug)]
pub struct DoorOfPool {
    /// The pool's id.
    pub pool_id: String,
    /// Its door.
    pub door: Door,
    /// Whether it stands open although the pool's Define is ours: the pool was stored before there were doors.
    pub is_forgotten: bool,
}

/// The doors of the first so many pools, and whether there are more.
///
/// # Errors
/// When the store fails.
pub async fn all(
    platform: &Platform,
    functions: &[FunctionSettings],
    most: usize,
) -> Result<(Vec<DoorOfPool>, bool), LoadError> {
    let mut rows = platform
        .scan(Scan::prefix(Directory::Pool.prefix(), most + 1))
        .await?;
    let has_more = rows.len() > most;
    rows.truncate(most);
    let doors = rows.into_iter().map(|row| {
        let pool = decode::<PoolRecord>(row)?.value;
        let define = pool.lambda(|lambdas| lambdas.define_auth_challenge.clone());
        let is_ours = define.is_some_and(|arn| is_ours(functions, &arn));
        Ok(DoorOfPool {
            pool_id: pool.id().to_owned(),
            is_forgotten: is_ours && pool.door.requires_code.is_none(),
            door: pool.door,
        })
    });
    Ok((doors.collect::<Result<_, LoadError>>()?, has_more))
}

#[cfg(test)]
mod tests {
    use poolhouse_store::Batch;

    use super::*;
    use crate::testing::TestPool;

    #[tokio::test]
    async fn door_of_a_pool_that_was_stored_before_there_were_doors_is_open_and_said_to_be() {
        let server = TestPool::new().await;
        let pools = [
            server.confirm_pool().await,
            server.pool().await,
            server.open_confirm_pool().await,
        ];
        let platform = &server.app().platform;
        let forgotten = async |pool: &String| {
            let (doors, has_more) = all(platform, &[], 3).await.unwrap();
            assert_eq!((doors.len(), has_more), (3, false));
            let door = doors.into_iter().find(|door| door.pool_id == *pool).unwrap();
            (door.door.requires_code, door.is_forgotten)
        };
        assert_eq!(forgotten(&pools[0]).await, (Some(true), false));
        assert_eq!(forgotten(&pools[1]).await, (None, false));
        assert_eq!(forgotten(&pools[2]).await, (Some(false), false));

        let stored = load(platform, &PoolRecord::key(&pools[0]))
            .await
            .unwrap()
            .unwrap();
        let mut before = stored.value.clone();
        before.door = Door::default();
        platform
            .commit(Batch::new().replace(&stored, &before))
            .await
            .unwrap();
        assert_eq!(forgotten(&pools[0]).await, (None, true));
        assert!(all(platform, &[], 2).await.unwrap().1);
    }
}
