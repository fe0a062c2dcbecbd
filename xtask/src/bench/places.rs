//! Places at which the same people sign in, to be compared: servers with a pool and users.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::{WARM_UP, set_up, start};
use crate::Outcome;
use crate::system::pool_api::PoolApi;
use crate::system::postgres::Database;
use crate::system::process;
use crate::system::server::{self, Server};

/// All servers on a database say the same in their tokens.
const ISSUER: [&str; 2] = ["--issuer", "https://id.example.com"];

/// Servers with a pool and users.
pub(super) struct Place {
    /// What the load is told of it.
    said: Value,
    _servers: Vec<Server>,
}

impl Place {
    /// Servers of the program in this folder, so many of them on one database, or one of it on a file.
    ///
    /// # Errors
    /// If a server does not start, or a user cannot be made.
    pub(super) fn make(
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

/// Runs this benchmark of the load's over the places.
///
/// # Errors
/// If a sign-in fails.
pub(super) fn compare(
    benchmark: &str,
    programs: &Path,
    home: &Path,
    places: &[Place],
    password: &str,
    rounds: u32,
) -> Outcome {
    let list: Vec<&Value> = places.iter().map(|place| &place.said).collect();
    let file = home.join("places.json");
    fs::write(&file, json!(list).to_string())?;
    let mut load = Command::new(programs.join("poolhouse-bench"));
    load.args([benchmark, "--password", password, "--places"])
        .arg(file);
    process::run(load.args(["--rounds", &rounds.to_string(), "--warm-up", &WARM_UP.to_string()]))
}
