//! `cargo xtask bench sign-in-postgres [ROUNDS]`: what a sign-in costs a server on PostgreSQL and its database, beside what it costs
//! on SQLite; and what it costs three servers that share a database.
//!
//! The one server and the three have a PostgreSQL server each, so that the database's work can be told apart.

use std::fs;

use super::places::{Place, compare};
use super::{WARM_UP, build, new_home};
use crate::system::postgres::Database;
use crate::system::random;
use crate::{Outcome, console};

/// Servers that share a database.
const SEVERAL: usize = 3;

/// Runs the benchmark.
///
/// # Errors
/// If a server or PostgreSQL does not start, or a sign-in fails.
pub fn run(rounds: u32) -> Outcome {
    let (programs, home) = (build()?, new_home()?);
    let (one, three) = (Database::start()?, Database::start()?);
    let password = random::password()?;
    // Some sign in one at a time, and as many others several at a time.
    let users = 2 * rounds + WARM_UP;
    let make = |name: &str, count, database: Option<&Database>| {
        let people = format!("{name}: making {users} users");
        console::step(&people, || {
            Place::make(&programs, &home.join(name), count, database, users, &password)
        })
    };
    let places = [
        make("sqlite", 1, None)?,
        make("postgres", 1, Some(&one))?,
        make("three", SEVERAL, Some(&three))?,
    ];
    let done = compare("sign-in-postgres", &programs, &home, &places, &password, rounds);
    drop(places);
    fs::remove_dir_all(home)?;
    done
}
