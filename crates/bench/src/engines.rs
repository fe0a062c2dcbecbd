//! The same sign-ins on SQLite, on PostgreSQL, and over three servers that share a PostgreSQL database: what each costs the servers
//! and the database.
//!
//! All three are there during the whole measurement and have their turns, again and again, so that whatever else the machine does
//! hits all of them. Each has a database server of its own: what is counted for one is nobody else's work. A machine with two cores
//! cannot show how many sign-ins a second three servers do; what they cost says how many three machines would.

mod report;

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
pub use report::Report;
use report::Row;

/// Sign-ins under way at a time for each server.
const AT_ONCE: [usize; 2] = [1, 16];
const KINDS: [Kind; 2] = [Kind::Password, Kind::SrpAndCode];
/// Turns of each, into which the sign-ins are divided.
const TURNS: u32 = 5;

/// What `cargo xtask bench sign-in-postgres` has prepared. The users are `user-0`, `user-1`, …, all with one password.
#[derive(Args)]
pub struct Arguments {
    /// A file with the three places: on SQLite, on PostgreSQL, three servers on PostgreSQL
    #[arg(long)]
    places: PathBuf,
    /// The users' password
    #[arg(long)]
    password: String,
    /// Measured sign-ins of each kind, one at a time and several: twice as many users
    #[arg(long)]
    rounds: u32,
    /// Sign-ins of each kind before the measurement
    #[arg(long)]
    warm_up: u32,
}

/// Where people sign in.
struct Place {
    load: Rc<Load>,
    /// The servers' processes.
    servers: Vec<u32>,
    /// The database server's first process, if it is not a file.
    database: Option<u32>,
}

/// CPU time.
#[derive(Clone, Copy, Default)]
struct Spent {
    servers: Duration,
    database: Duration,
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

    async fn sign_in(&self, kind: Kind, first: u32, count: u32, at_once: usize) -> Outcome<Spent> {
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

/// Signs people in at all three places in turn.
pub async fn measure(arguments: Arguments) -> Outcome<Report> {
    let Arguments {
        places,
        password,
        rounds,
        warm_up,
    } = arguments;
    let read: Value = serde_json::from_str(&fs::read_to_string(places)?)?;
    let mut places = Vec::new();
    for place in read.as_array().ok_or("the places are no list")? {
        places.push(Place::read(place, &password).await?);
    }
    let places: [Place; 3] = places.try_into().map_err(|_| "three places are compared")?;
    for (place, kind) in places.iter().flat_map(|place| KINDS.map(|kind| (place, kind))) {
        place.sign_in(kind, 0, warm_up, 1).await?;
    }
    let turn = (rounds / TURNS).max(1);
    let mut rows = Vec::new();
    // Who was mailed a code a moment ago is not mailed another.
    let mut first = warm_up;
    for at_once in AT_ONCE {
        let mut spent = [[Spent::default(); 3]; 2];
        for _ in 0..TURNS {
            for (spent, kind) in spent.iter_mut().zip(KINDS) {
                for (spent, place) in spent.iter_mut().zip(&places) {
                    *spent += place.sign_in(kind, first, turn, at_once).await?;
                }
            }
            first += turn;
        }
        let each = |spent: Duration| spent.as_secs_f64() * 1000.0 / f64::from(turn * TURNS);
        rows.extend(KINDS.iter().zip(spent).map(|(kind, [file, one, three])| Row {
            kind: kind.name(),
            at_once,
            sqlite: each(file.servers),
            one: [one.servers, one.database].map(each),
            three: [three.servers, three.database].map(each),
        }));
    }
    Ok(Report {
        rounds: turn * TURNS,
        rows,
    })
}
