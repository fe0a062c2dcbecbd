//! A flood of names that nobody has: whether the sweeper keeps up with it, and what everybody else notices.
//!
//! The server is a process of its own, as it always is; this is the load, which shares the machine's cores with it. Each
//! such sign-in counts a failure in a row that is due an hour and a quarter later. So that a minute shows what an hour does,
//! the rows that a flood of 75 minutes ago would have left are written first, due second by second while the flood of today
//! runs.

mod load;
mod probe;
mod rows;

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use clap::Args;
use tokio::runtime::Builder;
use tokio::time::{Instant, sleep_until};

use crate::cpu;
use crate::pool::Outcome;
use load::Load;
use probe::{Latency, Probe};
use rows::OldRows;

/// How late a due row may go, in seconds.
const LATE_SECONDS: i64 = 5;
/// How much the slowest of a hundred sign-ins may suffer.
const LIMIT: f64 = 2.0;
/// How long capacity is measured.
const AT_MOST: Duration = Duration::from_secs(5);
/// How long sign-ins are measured in quiet.
const QUIET: Duration = Duration::from_secs(20);

/// What `cargo xtask bench flood` has prepared.
#[derive(Args)]
pub struct Arguments {
    /// Where the server listens
    #[arg(long)]
    server: SocketAddr,
    /// The server's process
    #[arg(long)]
    pid: u32,
    /// The server's database
    #[arg(long)]
    database: PathBuf,
    /// The user pool
    #[arg(long)]
    pool: String,
    /// An app client that allows USER_PASSWORD_AUTH and hides who exists
    #[arg(long)]
    client: String,
    /// A user of the pool
    #[arg(long)]
    username: String,
    /// The user's password
    #[arg(long)]
    password: String,
    /// How long the flood lasts
    #[arg(long)]
    seconds: u64,
}

/// What the flood did.
pub struct Report {
    cores: usize,
    seconds: u64,
    capacity: f64,
    sent: u64,
    /// Cores that server and load kept busy meanwhile.
    busy: [f64; 2],
    latest_s: i64,
    left: usize,
    quiet: Latency,
    flooded: Latency,
}

/// Measures capacity and quiet, then floods at half of that capacity.
pub async fn measure(arguments: Arguments) -> Outcome<Report> {
    let Arguments {
        server,
        pid,
        database,
        pool,
        client,
        username,
        password,
        seconds,
    } = arguments;
    let lasting = Duration::from_secs(seconds);
    let load = Load::new(server, client.clone());
    let probe = Probe::new(server, client, username, password);

    let capacity = load.capacity(AT_MOST).await?;
    let rate = capacity / 2.0;
    let old = OldRows::write(&database, pool, rate as u64, seconds).await?;
    let quiet = probe.sign_ins(QUIET).await?;
    sleep_until(old.begins()).await;

    let own = std::process::id();
    let (start, before) = (Instant::now(), [cpu::of_process(pid)?, cpu::of_process(own)?]);
    // Each on a thread of its own, so that none is measured waiting for another.
    let probing = apart(move || async move { probe.sign_ins(lasting).await });
    let watching = apart(move || async move {
        let latest = old.watch().await?;
        Ok((latest, old))
    });
    let sent = load.flood(rate, lasting).await?;
    let flooded = joined(probing)?;
    let (latest_s, old) = joined(watching)?;
    let (took, after) = (start.elapsed(), [cpu::of_process(pid)?, cpu::of_process(own)?]);
    let busy = |which: usize| (after[which] - before[which]).as_secs_f64() / took.as_secs_f64();
    Ok(Report {
        cores: thread::available_parallelism()?.get(),
        seconds,
        capacity,
        sent,
        busy: [busy(0), busy(1)],
        latest_s,
        left: old.left().await?,
        quiet,
        flooded,
    })
}

type Apart<T> = thread::JoinHandle<Outcome<T>>;

/// Runs a future on a thread of its own.
fn apart<T: Send + 'static, F: Future<Output = Outcome<T>>>(
    future: impl FnOnce() -> F + Send + 'static,
) -> Apart<T> {
    thread::spawn(move || {
        Builder::new_current_thread()
            .enable_all()
            .build()?
            .block_on(future())
    })
}

fn joined<T>(thread: Apart<T>) -> Outcome<T> {
    thread.join().map_err(|_| "a thread of the load panicked")?
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = |kept| if kept { "kept" } else { "MISSED" };
        let slower = self.flooded.p99_ms / self.quiet.p99_ms;
        writeln!(
            f,
            "capacity: {:.0} sign-ins of unknown names a second, over HTTP, server and load together on {} cores",
            self.capacity, self.cores
        )?;
        writeln!(
            f,
            "flood: {} sent in {} s, half of that, at random moments; the server kept {:.2} cores busy, the load {:.2}",
            self.sent, self.seconds, self.busy[0], self.busy[1]
        )?;
        writeln!(
            f,
            "due rows: the latest went {} s after its time, {} are left (limit {LATE_SECONDS} s, none): {}",
            self.latest_s,
            self.left,
            verdict(self.latest_s <= LATE_SECONDS && self.left == 0)
        )?;
        for (when, latency) in [("quiet", &self.quiet), ("flood", &self.flooded)] {
            writeln!(f, "right sign-ins, {when}: {latency}")?;
        }
        write!(
            f,
            "99th percentile: {slower:.2} times as long in the flood (limit {LIMIT:.1}): {}",
            verdict(slower <= LIMIT)
        )
    }
}
