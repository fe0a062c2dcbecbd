//! `cargo xtask bench sign-in-postgres [ROUNDS]`: what a sign-in costs a server on PostgreSQL and its database, beside what it costs
//! on SQLite; and what it costs three servers that share a database.
//!
//! The one server and the three have a PostgreSQL server each, so that the database's work can be told apart.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::{WARM_UP, build, new_home, set_up, start};
use crate::system::pool_api::PoolApi;
use crate::system::postgres::Database;
use crate::system::server::{self, Server};
use crate::system::{process, random};
use crate::{Outcome, console};

/// Servers that share a database.
const SEVERAL: usize = 3;
/// All servers on a database say the same in their tokens.
const ISSUER: [&str; 2] = ["--issuer", "https://id.example.com"];

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
    let list: Vec<&Value> = places.iter().map(|place| &place.said).collect();
    let file = home.join("places.json");
    fs::write(&file, json!(list).to_string())?;
    let mut load = Command::new(programs.join("poolhouse-bench"));
    load.args(["sign-in-postgres", "--password", &password, "--places"])
        .arg(file);
    let done = process::run(load.args(["--rounds", &rounds.to_string(), "--warm-up", &WARM_UP.to_string()]));
    drop(places);
    fs::remove_dir_all(home)?;
    done
}

/// Servers with a pool and users.
struct Place {
    /// What the load is told of it.
    said: Value,
    _servers: Vec<Server>,
}

impl Place {
    fn make(
        programs: &Path,
        home: &Path,
        count: usize,
        database: Option<&Database>,
        users: u32,
        password: &str,
    ) -> Outcome<Place> {
        let sink = format!("127.0.0.1:{}", server::free_port()?);
        let store: Vec<&str> = database
            .iter()
            .flat_map(|database| ["--store", &database.url])
            .collect();
        let options = [&ISSUER[..], &store].concat();
        let mut servers: Vec<Server> = Vec::new();
        for number in 0..count {
            let home = home.join(number.to_string());
            if let Some(first) = servers.first() {
                let data = home.join("data");
                fs::create_dir_all(&data)?;
                fs::copy(first.data.join("master.key"), data.join("master.key"))?;
            }
            servers.push(start(programs, &home, &sink, &options)?);
        }
        let first = servers.first().ok_or("there is no server")?;
        let api = PoolApi {
            server: first.address,
            key: server::create_key(programs, &first.data, &store)?,
        };
        let (pool, client) = set_up(&api, users, password)?;
        // Sign-ins by password alone are measured on the same pool.
        server::open_door(programs, &first.data, &pool, &store)?;
        let said = servers
            .iter()
            .map(|server| json!({ "address": server.address.to_string(), "pid": server.process.pid() }));
        Ok(Place {
            said: json!({
                "servers": said.collect::<Vec<Value>>(),
                "database": database.map(|database| database.server.pid()),
                "sink": sink,
                "pool": pool,
                "client": client,
            }),
            _servers: servers,
        })
    }
}
