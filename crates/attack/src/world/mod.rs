//! What attacks stand on: a server as its operator would start it, its API, people who sign in, their mail.

pub mod api;
pub mod cluster;
pub mod crowd;
pub mod database;
pub mod disk;
pub mod failing;
pub mod hostile;
pub mod http;
pub mod mail;
pub mod member;
pub mod memory;
pub mod nodes;
pub mod process;
pub mod proxy;
pub mod relay;
pub mod scene;
pub mod server;
pub mod steps;
pub mod storm;
pub mod strace;
pub mod told;

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use poolhouse_pool::base::clock::Millis;

use crate::attack::Outcome;

/// The time by this machine, which is the server's.
#[expect(
    clippy::disallowed_methods,
    reason = "a client tells the server its own time, and signs with it"
)]
pub fn now() -> Outcome<Millis> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH)?;
    Ok(Millis(i64::try_from(since.as_millis())?))
}

/// `TIMESTAMP` as clients write it.
pub fn timestamp() -> Outcome<String> {
    let now = Timestamp::from_millisecond(now()?.0)?;
    Ok(now.strftime("%a %b %-d %H:%M:%S UTC %Y").to_string())
}
