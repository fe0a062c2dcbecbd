//! What group commit on the node is worth on PostgreSQL: commits per second of 64 callers with many batches in a statement
//! and with one, and the CPU time of node and database for each commit.
//!
//! ```text
//! cargo xtask bench store-postgres
//! cargo run --release -p poolhouse-store --example postgres URL [PID]
//! ```
//!
//! `PID` is the server's first process, if it runs on this machine. A commit is what a sign-in step writes: it uses up a row
//! and puts three. Both ways are measured in turn, several times, and the medians compared.

use std::error::Error;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use poolhouse_store::postgres::{Address, Options};
use poolhouse_store::testing::WriteFresh as _;
use poolhouse_store::{Batch, Expect, Postgres};
use tokio::task::JoinSet;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const CALLERS: u64 = 64;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(3);
/// The kernel's unit of a process's CPU time, on every Linux.
const TICK: Duration = Duration::from_millis(10);

struct Measured {
    rate: f64,
    batches: f64,
    node: f64,
    database: f64,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().ok_or("usage: postgres URL [PID]")?;
    let server: Option<u32> = arguments.next().map(|pid| pid.parse()).transpose()?;
    let schema = format!("bench{}", std::process::id());
    let address = Address::parse(&address)?.with_schema(&schema)?;
    let grouped = Arc::new(open(&address, 128).await?);
    let single = Arc::new(open(&address, 1).await?);
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        with.push(round(&grouped, server).await?);
        without.push(round(&single, server).await?);
    }
    let with = tell("many batches a statement", with)?;
    let without = tell("one batch a statement", without)?;
    writeln!(
        std::io::stdout(),
        "group commit: {:.2} times the commits",
        with / without
    )?;
    Ok(())
}

async fn open(address: &Address, group: usize) -> Result<Postgres> {
    let mut options = Options::new(Arc::new(rustls::crypto::ring::default_provider()));
    options.group = group;
    options.brief = vec!["session"];
    Ok(Postgres::open(address, options).await?)
}

/// So many callers, each with one commit after the other.
async fn round(store: &Arc<Postgres>, server: Option<u32>) -> Result<Measured> {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let (before, statements) = (cpu(server)?, store.statements());
    let (begun, commits) = (now(), Arc::new(AtomicU64::new(0)));
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        let (store, commits) = (Arc::clone(store), Arc::clone(&commits));
        callers.spawn(async move {
            let mut session = None;
            while begun.elapsed() < ROUND {
                session = Some(step(&store, CALLS.fetch_add(1, Ordering::Relaxed), session).await?);
                commits.fetch_add(1, Ordering::Relaxed);
            }
            Ok(())
        });
    }
    callers.join_all().await.into_iter().collect::<Result<()>>()?;
    let wall = begun.elapsed();
    let after = cpu(server)?;
    let commits = commits.load(Ordering::Relaxed) as f64;
    let micros = |time: Duration| time.as_secs_f64() * 1e6 / commits;
    Ok(Measured {
        rate: commits / wall.as_secs_f64(),
        batches: commits / (store.statements() - statements) as f64,
        node: micros(after.0.saturating_sub(before.0)),
        database: micros(after.1.saturating_sub(before.1)),
    })
}

/// Uses up one session's row and begins the next.
async fn step(
    store: &Postgres,
    n: u64,
    session: Option<(String, poolhouse_store::Version)>,
) -> Result<(String, poolhouse_store::Version)> {
    // Multiplied by an odd number, so that neighbours do not lie side by side.
    let random = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let next = format!("session/{random:016x}");
    let batch = Batch::new()
        .put_until(next.as_str(), Expect::Absent, body(900), i64::MAX)
        .put(format!("user/{:05}", random % 20_000), Expect::Any, body(600))
        .put(format!("token/{random:016x}"), Expect::Absent, body(200));
    let batch = match session {
        Some((key, version)) => batch.delete(key, Expect::Version(version)),
        None => batch,
    };
    Ok((next, store.write(batch).await?))
}

fn tell(name: &str, rounds: Vec<Measured>) -> Result<f64> {
    let median = |of: fn(&Measured) -> f64| {
        let mut all: Vec<f64> = rounds.iter().map(of).collect();
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    };
    let rate = median(|measured| measured.rate);
    writeln!(
        std::io::stdout(),
        "{name:25} {rate:7.0} commits/s, {:5.1} batches a statement, CPU a commit: node {:4.0} us, database {:4.0} us",
        median(|measured| measured.batches),
        median(|measured| measured.node),
        median(|measured| measured.database),
    )?;
    Ok(rate)
}

/// The CPU time of this process, and of the server's sessions.
fn cpu(server: Option<u32>) -> Result<(Duration, Duration)> {
    let own = ticks("self")?.1;
    let Some(server) = server else {
        return Ok((own, Duration::ZERO));
    };
    let mut sessions = Duration::ZERO;
    for process in std::fs::read_dir("/proc")? {
        let name = process?.file_name();
        // A process may end meanwhile.
        if let Some(Ok((parent, time))) = name
            .to_str()
            .filter(|name| name.parse::<u32>().is_ok())
            .map(ticks)
            && parent == server
        {
            sessions += time;
        }
    }
    Ok((own, sessions))
}

/// A process's parent, and its CPU time.
fn ticks(process: &str) -> Result<(u32, Duration)> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name, in parentheses, may hold spaces.
    let (_, rest) = stat.rsplit_once(')').ok_or("an unusual stat")?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let field = |index: usize| fields.get(index).ok_or("a short stat");
    let ticks: u32 = field(11)?.parse::<u32>()? + field(12)?.parse::<u32>()?;
    Ok((field(1)?.parse()?, TICK * ticks))
}

#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn now() -> Instant {
    Instant::now()
}

fn body(bytes: usize) -> String {
    format!("\"{}\"", "x".repeat(bytes - 2))
}
