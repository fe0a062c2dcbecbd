//! What a commit and a read cost: CPU and wall time per operation, at 1, 16 and 64 concurrent callers.
//!
//! ```text
//! cargo run --release -p poolhouse-store --example throughput [DIRECTORY]
//! ```
//!
//! A commit is what a sign-in step writes: rows of 900, 64 and 200 bytes at random keys among 20,000 users.

use std::error::Error;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

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
        store.commit(batch).await?;
    }
    for callers in [1, 16, 64] {
        round(engine, "commit", callers, &store, |store, random| {
            Box::pin(commit(store, random))
        })
        .await?;
    }
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
    mixed(engine, &store).await
}

type Step = fn(Arc<dyn Store>, u64) -> poolhouse_store::BoxFuture<'static, Result<()>>;

async fn commit(store: Arc<dyn Store>, random: u64) -> Result<()> {
    let user = random % KEYS;
    let batch = Batch::new()
        .put(format!("session/{random:016x}"), Expect::Absent, body(900))
        .put(format!("attribute/{user:08}"), Expect::Any, body(64))
        .put(format!("token/{random:016x}"), Expect::Absent, body(200));
    store.commit(batch).await?;
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
        let text = std::fs::read_to_string(thread?.path().join("schedstat"))?;
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
