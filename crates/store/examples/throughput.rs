//! What a commit, a read and a sweep cost: CPU and wall time per operation, at 1, 16 and 64 concurrent callers.
//!
//! ```text
//! cargo run --release -p poolhouse-store --example throughput [DIRECTORY]
//! ```
//!
//! A commit is what a sign-in step writes: rows of 900, 64 and 200 bytes at random keys among 20,000 users. A sweep takes
//! 100,000 rows of 150 bytes, alone and beside commits.

use std::error::Error;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use poolhouse_store::testing::WriteFresh as _;
use poolhouse_store::{Batch, Expect, Memory, Scan, Sqlite, Store};
use tokio::task::JoinSet;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const KEYS: u64 = 20_000;
const ROUND: Duration = Duration::from_millis(1_500);

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<()> {
    let directory = std::env::args()
        .nth(1)
        .map_or_else(std::env::temp_dir, Into::into);
    let path = directory
        .join(format!("poolhouse-throughput-{}", std::process::id()))
        .join("pool.db");
    let sqlite = Arc::new(Sqlite::open(&path)?);
    let result = async {
        measure("sqlite", Arc::clone(&sqlite) as Arc<dyn Store>).await?;
        measure("memory", Arc::new(Memory::new())).await
    }
    .await;
    sqlite.close().await;
    if let Some(directory) = path.parent() {
        std::fs::remove_dir_all(directory)?;
    }
    result
}

async fn measure(engine: &str, store: Arc<dyn Store>) -> Result<()> {
    for user in (0..KEYS).step_by(500) {
        let batch = (user..user + 500).fold(Batch::new(), |batch, user| {
            batch.put(format!("user/{user:08}"), Expect::Any, body(900))
        });
        store.write(batch).await?;
    }
    for callers in [1, 16, 64] {
        round(engine, "commit", callers, &store, |store, random| {
            Box::pin(commit(store, random))
        })
        .await?;
    }
    round(
        engine,
        "commit, 2 of 3 rows brief",
        16,
        &store,
        |store, random| Box::pin(commit_brief(store, random)),
    )
    .await?;
    round(engine, "get_many of 5 rows", 1, &store, |store, random| {
        Box::pin(get_many(store, random))
    })
    .await?;
    for callers in [1, 64] {
        round(engine, "get", callers, &store, |store, random| {
            Box::pin(get(store, random))
        })
        .await?;
        round(
            engine,
            "get on a blocking thread",
            callers,
            &store,
            |store, random| Box::pin(get_elsewhere(store, random)),
        )
        .await?;
    }
    round(engine, "scan of 60 rows", 1, &store, |store, random| {
        Box::pin(scan(store, random))
    })
    .await?;
    mixed(engine, &store).await?;
    sweep(engine, &store, 0).await?;
    sweep(engine, &store, 16).await
}

type Step = fn(Arc<dyn Store>, u64) -> poolhouse_store::BoxFuture<'static, Result<()>>;

async fn commit(store: Arc<dyn Store>, random: u64) -> Result<()> {
    let user = random % KEYS;
    let batch = Batch::new()
        .put(format!("session/{random:016x}"), Expect::Absent, body(900))
        .put(format!("attribute/{user:08}"), Expect::Any, body(64))
        .put(format!("token/{random:016x}"), Expect::Absent, body(200));
    store.write(batch).await?;
    Ok(())
}

/// The same, as it is when the session and the token expire.
async fn commit_brief(store: Arc<dyn Store>, random: u64) -> Result<()> {
    let user = random % KEYS;
    // Three minutes or 30 days after a clock that moves on with every commit.
    static CLOCK: AtomicI64 = AtomicI64::new(1_790_000_000_000);
    let now = CLOCK.fetch_add(1, Ordering::Relaxed);
    let (minutes, days) = (now + 180_000, now + 2_592_000_000);
    let (session, token) = (format!("session/{random:016x}"), format!("token/{random:016x}"));
    let batch = Batch::new()
        .put_until(session, Expect::Absent, body(900), minutes)
        .put(format!("attribute/{user:08}"), Expect::Any, body(64))
        .put_until(token, Expect::Absent, body(200), days);
    store.write(batch).await?;
    Ok(())
}

async fn get_many(store: Arc<dyn Store>, random: u64) -> Result<()> {
    let keys: Vec<String> = (0..5)
        .map(|n| format!("user/{:08}", random.rotate_left(n * 8) % KEYS))
        .collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let rows = store.get_many(&keys).await?;
    if rows.iter().any(Option::is_none) {
        Err("a user is missing")?
    }
    Ok(())
}

/// Sweeps what a flood left, while so many callers commit, and prints both rates.
async fn sweep(engine: &str, store: &Arc<dyn Store>, callers: u64) -> Result<()> {
    const ROWS: u64 = 100_000;
    for first in (0..ROWS).step_by(2_000) {
        let batch = (first..first + 2_000).fold(Batch::new(), |batch, row| {
            let key = format!("flood/{:016x}", splitmix(row));
            batch.put_until(key, Expect::Any, body(150), row.cast_signed())
        });
        store.write(batch).await?;
    }
    let (started, cpu) = (now(), cpu_time()?);
    let over = Arc::new(AtomicBool::new(false));
    let mut writers = JoinSet::new();
    for caller in 0..callers {
        let (store, over) = (Arc::clone(store), Arc::clone(&over));
        writers.spawn(async move {
            let mut random = (caller << 48) ^ cpu.as_nanos() as u64;
            let mut waits = Vec::new();
            while !over.load(Ordering::Relaxed) {
                random = splitmix(random);
                let begun = now();
                commit(Arc::clone(&store), random).await?;
                waits.push(begun.elapsed());
            }
            Ok(waits)
        });
    }
    let swept = store.sweep(ROWS.cast_signed(), usize::MAX).await?;
    let (wall, cpu) = (started.elapsed(), cpu_time()?.saturating_sub(cpu));
    over.store(true, Ordering::Relaxed);
    if swept != usize::try_from(ROWS)? {
        Err("the sweep left rows")?
    }
    let waits = writers.join_all().await.into_iter().collect::<Result<Vec<_>>>()?;
    let mut waits: Vec<Duration> = waits.into_iter().flatten().collect();
    waits.sort_unstable();
    let rate = |count: usize| count as f64 / wall.as_secs_f64();
    let beside = match waits.get(waits.len() * 99 / 100) {
        Some(p99) => format!("{:.0} commits/s beside it, p99 {p99:.1?}", rate(waits.len())),
        None => format!("{:.1} us CPU a row", cpu.as_secs_f64() * 1e6 / swept as f64),
    };
    writeln!(
        std::io::stdout(),
        "{engine:7} sweep, {callers:2} committers:     {:9.0} rows/s, {beside}",
        rate(swept),
    )?;
    Ok(())
}

async fn get(store: Arc<dyn Store>, random: u64) -> Result<()> {
    store
        .get(&format!("user/{:08}", random % KEYS))
        .await?
        .ok_or("a user is missing")?;
    Ok(())
}

/// The alternative that the SQLite engine does not take: a hop to another thread and back for every read.
async fn get_elsewhere(store: Arc<dyn Store>, random: u64) -> Result<()> {
    let runtime = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || runtime.block_on(get(store, random))).await?
}

async fn scan(store: Arc<dyn Store>, random: u64) -> Result<()> {
    let after = format!("user/{:08}", random % (KEYS - 60));
    let rows = store.scan(Scan::prefix("user/", 60).after(after)).await?;
    if rows.len() != 60 {
        Err("a page is short")?
    }
    Ok(())
}

/// Reads beside writes: every commit makes the readers look at the file anew.
async fn mixed(engine: &str, store: &Arc<dyn Store>) -> Result<()> {
    round(engine, "1 commit and 3 gets", 64, store, |store, random| {
        Box::pin(async move {
            for n in 0..3 {
                get(Arc::clone(&store), random.rotate_left(n * 16)).await?;
            }
            commit(store, random).await
        })
    })
    .await
}

/// Runs `step` in a closed loop of so many callers, and prints what one step cost.
async fn round(engine: &str, name: &str, callers: u64, store: &Arc<dyn Store>, step: Step) -> Result<()> {
    let started = now();
    let cpu = cpu_time()?;
    let steps = Arc::new(AtomicU64::new(0));
    let mut running = JoinSet::new();
    for caller in 0..callers {
        let (store, steps) = (Arc::clone(store), Arc::clone(&steps));
        running.spawn(async move {
            // Different in every round, so that no key comes twice.
            let mut random = started.elapsed().as_nanos() as u64 ^ (caller << 48) ^ cpu.as_nanos() as u64;
            while started.elapsed() < ROUND {
                random = splitmix(random);
                step(Arc::clone(&store), random).await?;
                steps.fetch_add(1, Ordering::Relaxed);
                // As a server's task would: an inline read never gives way by itself.
                tokio::task::yield_now().await;
            }
            Ok(())
        });
    }
    running.join_all().await.into_iter().collect::<Result<()>>()?;
    let (wall, cpu) = (started.elapsed(), cpu_time()?.saturating_sub(cpu));
    let steps = steps.load(Ordering::Relaxed) as f64;
    let micros = |time: Duration| time.as_secs_f64() * 1e6 / steps;
    let rate = steps / wall.as_secs_f64();
    writeln!(
        std::io::stdout(),
        "{engine:7} {name:26} {callers:3} callers: {rate:9.0}/s, {:7.1} us CPU each, {:7.1} us wall",
        micros(cpu),
        micros(wall) * callers as f64,
    )?;
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn now() -> Instant {
    Instant::now()
}

/// User and system time of this process, all threads.
fn cpu_time() -> Result<Duration> {
    let mut total = Duration::ZERO;
    for thread in std::fs::read_dir("/proc/self/task")? {
        // A thread may end meanwhile.
        let Ok(text) = std::fs::read_to_string(thread?.path().join("schedstat")) else {
            continue;
        };
        let nanos = text.split(' ').next().ok_or("an empty schedstat")?.parse()?;
        total += Duration::from_nanos(nanos);
    }
    Ok(total)
}

fn body(bytes: usize) -> String {
    format!("\"{}\"", "x".repeat(bytes - 2))
}

/// A mixer good enough to spread keys.
fn splitmix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
