//! PostgreSQL: the store's suite on a real server, through a pooler, and with servers that are killed; the pool's flows and
//! races on it; real clients that sign in through `poolhouse serve --store`.

use std::process::Command;

use super::tally::Tally;
use super::{clients, rust};
use crate::system::postgres::Database;
use crate::{Outcome, root};

/// Everything that is tested on PostgreSQL.
pub fn all() -> Outcome<Tally> {
    let database = Database::start()?;
    // With the whole workspace chosen, as `unit` has it, nothing is built a second time.
    let tests = [
        "--workspace",
        "--test",
        "postgres",
        "--test",
        "races",
        "--test",
        "flows",
        "--test",
        "keys",
    ];
    let mut cargo = Command::new("cargo");
    cargo
        .arg("test")
        .arg("--no-fail-fast")
        .args(tests)
        .current_dir(root::path(""))
        .env("POOLHOUSE_POSTGRES", &database.url)
        .env("POOLHOUSE_PGBOUNCER", &database.pooled)
        .env("POOLHOUSE_POSTGRES_PROGRAMS", &database.programs)
        .env("POOLHOUSE_TEST_STORE", &database.url);
    let in_process = rust::watch(&mut cargo)?;
    let by_http = clients::on_store(&database.pooled)?;
    Ok(in_process.plus(by_http))
}
