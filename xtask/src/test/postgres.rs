//! PostgreSQL: the store's suite on a real server, through a pooler, and with servers that are killed; the pool's flows and
//! races on it, OAuth and hosted login over several servers; real clients that sign in through `poolhouse serve --store`.

use std::process::Command;

use super::tally::Tally;
use super::{clients, rust};
use crate::system::postgres::Database;
use crate::system::process;
use crate::{Outcome, root};

/// The tests of the store, of the pool in process (flows of sign-ins and of self-service, second factors, devices, groups, races
/// at commits, keys, OAuth, mail, what deletion leaves and what the sweeper takes), and over HTTP, hosted login among them.
const TESTS: [&str; 9] = [
    "postgres", "races", "flows", "keys", "oauth", "mail", "deletion", "sweeping", "edge",
];
/// The tests that stand beside the operations.
const OPERATIONS: &str = "ops::";

/// Everything that is tested on PostgreSQL.
pub fn all() -> Outcome<Tally> {
    let database = Database::start()?;
    let tests = TESTS.iter().flat_map(|test| ["--test", test]);
    let in_process = rust::watch(cargo(&database).args(tests))?;
    let operations = rust::watch(cargo(&database).args(["--lib", "--", OPERATIONS]))?;
    let by_http = clients::on_store(&database.pooled)?;
    Ok(in_process.plus(operations).plus(by_http))
}

/// `cargo test` on this database.
fn cargo(database: &Database) -> Command {
    let mut cargo = process::cargo();
    cargo
        // With the whole workspace chosen, as `unit` has it, nothing is built a second time.
        .args(["test", "--no-fail-fast", "--workspace"])
        .current_dir(root::path(""))
        .env("POOLHOUSE_POSTGRES", &database.url)
        .env("POOLHOUSE_PGBOUNCER", &database.pooled)
        .env("POOLHOUSE_POSTGRES_PROGRAMS", &database.programs)
        .env("POOLHOUSE_TEST_STORE", &database.url);
    cargo
}
