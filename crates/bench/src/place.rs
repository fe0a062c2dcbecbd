//! Places that are compared: servers with a pool and users, what they sign in by, and what that costs.

use std::fs;
use std::iter::Sum;
use std::net::SocketAddr;
use std::ops::AddAssign;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use clap::Args;
use serde_json::Value;

use crate::cpu;
use crate::pool::Outcome;
use crate::sign_in::{Kind, Load};
use crate::sink;

/// What `cargo xtask bench` has prepared. The users are `user-0`, `user-1`, …, all with one password.
#[derive(Args)]
pub struct Arguments {
    /// A file with the places that are compared
    #[arg(long)]
    places: PathBuf,
    /// The users' password
    #[arg(long)]
    password: String,
    /// Measured sign-ins of each kind, with as many users for each number that signs in at once
    #[arg(long)]
    pub rounds: u32,
    /// Sign-ins of each kind before the measurement
    #[arg(long)]
    pub warm_up: u32,
}

/// Where people sign in.
pub struct Place {
    load: Rc<Load>,
    /// The servers' processes.
    servers: Vec<u32>,
    /// The database server's first process, if it is not a file.
    database: Option<u32>,
}

/// CPU time.
#[derive(Clone, Copy, Default)]
pub struct Spent {
    pub servers: Duration,
    pub database: Duration,
}

impl AddAssign for Spent {
    fn add_assign(&mut self, other: Spent) {
        self.servers += other.servers;
        self.database += other.database;
    }
}

impl Place {
    async fn read(place: &Value, password: &str) -> Outcome<Place> {
        let text = |name: &str| place[name].as_str().ok_or(format!("a place has no {name}"));
        let servers = place["servers"].as_array().ok_or("a place has no servers")?;
        let mut addresses: Vec<SocketAddr> = Vec::new();
        let mut pids = Vec::new();
        for server in servers {
            addresses.push(server["address"].as_str().unwrap_or_default().parse()?);
            pids.push(pid(&server["pid"])?);
        }
        let mail = sink::open(text("sink")?.parse()?).await?;
        let (pool, client) = (text("pool")?, text("client")?.to_owned());
        Ok(Place {
            load: Rc::new(Load::new(addresses, mail, pool, client, password.to_owned())),
            servers: pids,
            database: match &place["database"] {
                Value::Null => None,
                database => Some(pid(database)?),
            },
        })
    }

    /// Signs in `count` users, the first of them `first`, so many at a time for each server, and tells what that cost.
    ///
    /// # Errors
    /// If a sign-in fails.
    pub async fn sign_in(&self, kind: Kind, first: u32, count: u32, at_once: usize) -> Outcome<Spent> {
        let before = self.spent()?;
        let at_once = at_once * self.servers.len();
        self.load.sign_in(kind, first..first + count, at_once).await?;
        let after = self.spent()?;
        Ok(Spent {
            servers: after.servers - before.servers,
            // A session that has just ended is counted by the tick, and was by the nanosecond.
            database: after.database.saturating_sub(before.database),
        })
    }

    fn spent(&self) -> Outcome<Spent> {
        let servers = self.servers.iter().map(|pid| cpu::of_process(*pid));
        Ok(Spent {
            servers: Sum::sum(servers.collect::<Result<Vec<_>, _>>()?.into_iter()),
            database: self.database.map(cpu::of_family).transpose()?.unwrap_or_default(),
        })
    }
}

fn pid(value: &Value) -> Outcome<u32> {
    let pid = value.as_u64().ok_or("a process has no number")?;
    Ok(u32::try_from(pid)?)
}

/// The places that a file lists, each warm.
///
/// # Errors
/// If it lists another number of them, or a sign-in fails.
pub async fn read<const N: usize>(arguments: &Arguments) -> Outcome<[Place; N]> {
    let Arguments {
        password, warm_up, ..
    } = arguments;
    let listed: Value = serde_json::from_str(&fs::read_to_string(&arguments.places)?)?;
    let mut places = Vec::new();
    for place in listed.as_array().ok_or("the places are no list")? {
        places.push(Place::read(place, password).await?);
    }
    let places: [Place; N] = places
        .try_into()
        .map_err(|_| format!("{N} places are compared"))?;
    for (place, kind) in places
        .iter()
        .flat_map(|place| Kind::ALL.map(|kind| (place, kind)))
    {
        place.sign_in(kind, 0, *warm_up, 1).await?;
    }
    Ok(places)
}
