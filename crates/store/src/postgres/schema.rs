//! The schema: made, brought up to date and checked when the store is opened.

use std::path::PathBuf;
use std::sync::Arc;

use tokio_postgres::Client;
use tokio_postgres::types::Type;

use super::fault::{Fault, unreachable};
use super::placement::Placement;
use crate::StoreError;

/// What each format adds to the one before it, from nothing on. The format is the number of steps.
///
/// A node of the version before goes on using the functions that it knows, so a step takes nothing away that it needs, or
/// raises `least`.
const STEPS: &[&str] = &[concat!(
    include_str!("sql/tables.sql"),
    include_str!("sql/commit.sql"),
    include_str!("sql/read.sql"),
    include_str!("sql/scan.sql"),
    include_str!("sql/sweep.sql"),
    include_str!("sql/fence.sql"),
)];
/// The oldest format whose programs may use a schema of the present one.
const LEAST: i32 = 1;
/// `Poolhous`: what every node that makes or migrates a schema takes first.
const LOCK: i64 = 0x506f_6f6c_686f_7573;
/// The oldest PostgreSQL that the statements run on.
const OLDEST_SERVER: i32 = 130_000;

/// What a server says about itself.
struct Server {
    version: i32,
    encoding: String,
    isolation: String,
}

impl Server {
    async fn ask(client: &Client) -> Result<Self, StoreError> {
        let sql = "SELECT current_setting('server_version_num')::integer, current_setting('server_encoding'), \
                   current_setting('default_transaction_isolation')";
        let row = client.query_typed_one(sql, &[]).await.map_err(unreachable)?;
        let column = |error| StoreError::Engine(Arc::new(error));
        Ok(Self {
            version: row.try_get(0).map_err(column)?,
            encoding: row.try_get(1).map_err(column)?,
            isolation: row.try_get(2).map_err(column)?,
        })
    }

    fn check(&self) -> Result<(), StoreError> {
        if self.version < OLDEST_SERVER {
            return Err(StoreError::Foreign(format!(
                "PostgreSQL {} is too old: version 13 or later is needed",
                self.version / 10_000
            )));
        }
        if self.encoding != "UTF8" {
            return Err(StoreError::Foreign(format!(
                "the database has the encoding {}: create one with ENCODING 'UTF8'",
                self.encoding
            )));
        }
        if self.isolation != "read committed" {
            return Err(StoreError::Foreign(format!(
                "default_transaction_isolation is {}: set it to 'read committed' for this role",
                self.isolation
            )));
        }
        Ok(())
    }
}

/// What the schema says about itself.
struct Identity {
    format: i32,
    least: i32,
    brief: Vec<String>,
}

impl Identity {
    /// `None`: there is no store in the schema.
    async fn read(client: &Client, schema: &str) -> Result<Option<Self>, StoreError> {
        // Not by to_regclass, which may know from before that there was none.
        let sql = "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                   WHERE n.nspname = $1 AND c.relname = 'store'";
        let found = client
            .query_typed_one(sql, &[(&schema, Type::TEXT)])
            .await
            .map_err(failed)?;
        let column = |error| StoreError::Engine(Arc::new(error));
        if found.try_get::<_, i64>(0).map_err(column)? == 0 {
            return Ok(None);
        }
        let sql = format!("SELECT format, least, brief FROM {schema}.store");
        let row = client.query_typed_one(&sql, &[]).await.map_err(failed)?;
        Ok(Some(Self {
            format: row.try_get(0).map_err(column)?,
            least: row.try_get(1).map_err(column)?,
            brief: row.try_get(2).map_err(column)?,
        }))
    }
}

/// Refuses a server that this program cannot use.
pub(super) async fn check_server(client: &Client) -> Result<(), StoreError> {
    Server::ask(client).await?.check()
}

/// Makes sure that the schema is there and is one that this program can use, and answers where its keys lie.
pub(super) async fn ensure(client: &Client, schema: &str, brief: &[&str]) -> Result<Placement, StoreError> {
    check_server(client).await?;
    bring_up_to_date(client, schema, brief, STEPS).await
}

async fn bring_up_to_date(
    client: &Client,
    schema: &str,
    brief: &[&str],
    steps: &[&str],
) -> Result<Placement, StoreError> {
    let current = i32::try_from(steps.len()).unwrap_or(i32::MAX);
    let usable = |found: &Identity| found.format >= current && found.least <= current;
    if let Some(found) = Identity::read(client, schema).await?
        && usable(&found)
    {
        return Ok(Placement::new(&found.brief));
    }
    let brought = migrate(client, schema, brief, steps, current).await;
    if brought.is_err() {
        // Whatever was begun is undone with the connection at the latest.
        drop(client.batch_execute("ROLLBACK").await);
    }
    let found = brought?;
    if !usable(&found) {
        return Err(StoreError::Format {
            path: PathBuf::from(format!("the schema {schema}")),
            found: found.format,
            reads: current,
        });
    }
    Ok(Placement::new(&found.brief))
}

/// Everything in one transaction, which a second server waits for.
async fn migrate(
    client: &Client,
    schema: &str,
    brief: &[&str],
    steps: &[&str],
    current: i32,
) -> Result<Identity, StoreError> {
    let run = async |sql: &str| client.batch_execute(sql).await.map_err(failed);
    run(&format!("BEGIN; SELECT pg_advisory_xact_lock({LOCK})")).await?;
    let found = Identity::read(client, schema).await?;
    let (done, brief) = match &found {
        Some(found) => (found.format, found.brief.clone()),
        None => (0, brief.iter().map(|kind| (*kind).to_owned()).collect()),
    };
    // Somebody with more rights may have made it.
    let sql = "SELECT count(*) FROM pg_namespace WHERE nspname = $1";
    let made = client
        .query_typed_one(sql, &[(&schema, Type::TEXT)])
        .await
        .map_err(failed)?;
    if made.try_get::<_, i64>(0).map_err(failed)? == 0 {
        run(&format!("CREATE SCHEMA {schema}")).await?;
    }
    for step in steps.iter().skip(usize::try_from(done).unwrap_or(usize::MAX)) {
        run(&step.replace("{schema}", schema)).await?;
    }
    let now = Identity {
        format: done.max(current),
        least: found.as_ref().map_or(LEAST, |found| found.least.max(LEAST)),
        brief,
    };
    let sql = match found {
        Some(_) => format!("UPDATE {schema}.store SET format = $1, least = $2, brief = $3"),
        None => format!("INSERT INTO {schema}.store (format, least, brief) VALUES ($1, $2, $3)"),
    };
    client
        .execute_typed(
            &sql,
            &[
                (&now.format, Type::INT4),
                (&now.least, Type::INT4),
                (&now.brief, Type::TEXT_ARRAY),
            ],
        )
        .await
        .map_err(failed)?;
    run("COMMIT").await?;
    Ok(now)
}

fn failed(error: tokio_postgres::Error) -> StoreError {
    Fault::of(error).into_error()
}
