//! The PostgreSQL engine: the store's suite on a real server, through a pooler, and with servers that are killed.

use std::process::Command;

use super::rust;
use super::tally::Tally;
use crate::system::postgres::Database;
use crate::{Outcome, root};

/// Everything that is tested on PostgreSQL.
pub fn all() -> Outcome<Tally> {
    let database = Database::start()?;
    let store = [
        "-p",
        "poolhouse-store",
        "--features",
        "postgres-server",
        "--test",
        "postgres",
    ];
    rust::watch(&mut cargo_test(&database, &store))
}

fn cargo_test(database: &Database, arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command
        .arg("test")
        .args(arguments)
        .current_dir(root::path(""))
        .env("POOLHOUSE_POSTGRES", &database.url)
        .env("POOLHOUSE_PGBOUNCER", &database.pooled)
        .env("POOLHOUSE_POSTGRES_PROGRAMS", &database.programs);
    command
}
