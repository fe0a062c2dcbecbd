//! A flood of names that nobody has: whether the sweeper keeps up with it, and what everybody else notices.
//!
//! Each such sign-in counts a failure in a row that is due an hour and a quarter later. So that a minute shows what an
//! hour does, the rows that a flood of 75 minutes ago would have left are written first, due second by second while the
//! flood of today runs.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use clap::Args;
use poolhouse_api::Operation;
use poolhouse_pool::base::clock::Millis;
use poolhouse_pool::base::shutdown;
use poolhouse_pool::records::{Failures, Key, RecordBatch};
use poolhouse_pool::request::App;
use poolhouse_pool::run::Sweeper;
use poolhouse_store::{Batch, Expect};
use serde_json::json;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use crate::pool::{self, Outcome};

/// How late a due row may go.
const LATE_SECONDS: i64 = 5;
/// How much the slowest of a hundred sign-ins may suffer.
const LIMIT: f64 = 2.0;
/// From a failure to the moment when its row is due, in seconds.
const DUE_AFTER_SECONDS: i64 = 15 * 60 + 3600;
const PASSWORD: &str = "Correct-Horse-9!";

/// `cargo xtask bench flood`
#[derive(Args)]
pub struct Arguments {
    /// Where the database is made
    #[arg(long)]
    home: PathBuf,
    /// How long the flood lasts
    #[arg(long)]
    seconds: u64,
}

/// What the flood did.
pub struct Report {
    seconds: u64,
    capacity: f64,
    sent: u64,
    latest_s: i64,
    left: usize,
    quiet_ms: f64,
    flooded_ms: f64,
}

/// Measures capacity and quiet, then floods at half of that capacity.
pub async fn measure(arguments: Arguments) -> Outcome<Report> {
    let app = pool::open(&arguments.home.join("flood.db"))?;
    let (pool_id, client) = pool::set_up(&app).await?;
    let user = json!({ "UserPoolId": pool_id, "Username": "mara", "MessageAction": "SUPPRESS" });
    pool::call(&app, Operation::AdminCreateUser, &user).await?;
    let password =
        json!({ "UserPoolId": pool_id, "Username": "mara", "Password": PASSWORD, "Permanent": true });
    pool::call(&app, Operation::AdminSetUserPassword, &password).await?;

    let capacity = capacity(&app, &client).await?;
    let rate = capacity / 2.0;
    let quiet_ms = sign_ins(&app, &client, Duration::from_secs(10)).await?;

    let (stop, shutdown) = shutdown::channel();
    let sweeping = tokio::spawn(Sweeper::new(&app.platform).run(shutdown));
    let flood = Flood {
        app: app.clone(),
        pool_id,
        client: client.clone(),
        rate,
        sent: Arc::default(),
    };
    let lasting = Duration::from_secs(arguments.seconds);
    flood.write_old_rows(arguments.seconds).await?;
    let started = app.platform.now();
    let (flooded, watched, p99) = tokio::join!(
        flood.run(lasting),
        flood.watch(started, arguments.seconds),
        sign_ins(&app, &client, lasting),
    );
    flooded?;
    sleep(Duration::from_secs(2)).await;
    let left = flood.left(arguments.seconds).await?;
    stop.request();
    sweeping.await?;
    Ok(Report {
        seconds: arguments.seconds,
        capacity,
        sent: flood.sent.load(Ordering::Relaxed),
        latest_s: watched?,
        left,
        quiet_ms,
        flooded_ms: p99?,
    })
}

/// Sign-ins of unknown names a second, as many as the machine takes.
async fn capacity(app: &Arc<App>, client: &str) -> Outcome<f64> {
    let (start, lasting) = (Instant::now(), Duration::from_secs(5));
    let done = Arc::new(AtomicU64::new(0));
    let workers: Vec<_> = (0..16)
        .map(|worker| {
            let (app, client, done) = (app.clone(), client.to_owned(), done.clone());
            tokio::spawn(async move {
                let mut number = 0u64;
                while start.elapsed() < lasting {
                    sign_in(&app, &client, &format!("capacity-{worker}-{number}"), "wrong").await;
                    number += 1;
                    done.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for worker in workers {
        worker.await?;
    }
    Ok(done.load(Ordering::Relaxed) as f64 / start.elapsed().as_secs_f64())
}

async fn sign_in(app: &Arc<App>, client: &str, name: &str, password: &str) -> bool {
    let body = json!({
        "AuthFlow": "USER_PASSWORD_AUTH",
        "ClientId": client,
        "AuthParameters": { "USERNAME": name, "PASSWORD": password },
    });
    pool::call(app, Operation::InitiateAuth, &body).await.is_ok()
}

/// Milliseconds of the slowest of a hundred right sign-ins, one after another with a pause.
async fn sign_ins(app: &Arc<App>, client: &str, lasting: Duration) -> Outcome<f64> {
    let mut times = Vec::new();
    let start = Instant::now();
    while start.elapsed() < lasting {
        let begun = Instant::now();
        if !sign_in(app, client, "mara", PASSWORD).await {
            return Err("a right password was refused".into());
        }
        times.push(begun.elapsed());
        sleep(Duration::from_millis(20)).await;
    }
    times.sort();
    let index = (times.len() * 99 / 100).min(times.len().saturating_sub(1));
    Ok(times.get(index).map_or(0.0, |time| time.as_secs_f64() * 1000.0))
}

struct Flood {
    app: Arc<App>,
    pool_id: String,
    client: String,
    rate: f64,
    sent: Arc<AtomicU64>,
}

impl Flood {
    /// The rows of an earlier flood of the same strength, due one second after another.
    async fn write_old_rows(&self, seconds: u64) -> Outcome {
        let now = self.app.platform.now();
        for second in 0..seconds {
            let due = i64::try_from(second)? + 1;
            let failures = Failures::after(None, now.plus_seconds(due - DUE_AFTER_SECONDS));
            let mut batch = Batch::new();
            for number in 0..self.rate as u64 {
                batch = batch.record(self.old_row(second, number), Expect::Any, &failures);
            }
            self.app.platform.commit(batch).await?;
        }
        Ok(())
    }

    fn old_row(&self, second: u64, number: u64) -> Key<Failures> {
        Failures::key(&self.pool_id, &format!("old-{second:04}-{number:06}"))
    }

    /// Sends sign-ins of unknown names at the rate, whether or not the last ones were answered.
    async fn run(&self, lasting: Duration) -> Outcome {
        let start = Instant::now();
        let mut ticks = interval(Duration::from_millis(10));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut sent = 0u64;
        while start.elapsed() < lasting {
            ticks.tick().await;
            let wanted = (start.elapsed().as_secs_f64() * self.rate) as u64;
            while sent < wanted {
                let (app, client, count) = (self.app.clone(), self.client.clone(), self.sent.clone());
                let name = format!("flood-{sent}");
                tokio::spawn(async move {
                    sign_in(&app, &client, &name, "wrong").await;
                    count.fetch_add(1, Ordering::Relaxed);
                });
                sent += 1;
            }
        }
        Ok(())
    }

    /// By how many seconds the latest old row outlived its time.
    async fn watch(&self, started: Millis, seconds: u64) -> Outcome<i64> {
        let mut latest = 0;
        for second in 0..seconds {
            // The last row of this second, which the index reaches last.
            let key = self.old_row(second, (self.rate as u64).saturating_sub(1));
            let due = started.plus_seconds(i64::try_from(second)? + 1);
            while self.app.platform.store.get(key.as_str()).await?.is_some() {
                sleep(Duration::from_millis(100)).await;
                let late = self.app.platform.now().seconds() - due.seconds();
                latest = latest.max(late);
                if late > 60 {
                    return Ok(latest);
                }
            }
        }
        Ok(latest)
    }

    /// How many old rows are still there.
    async fn left(&self, seconds: u64) -> Outcome<usize> {
        let mut left = 0;
        for second in 0..seconds {
            for number in 0..self.rate as u64 {
                let key = self.old_row(second, number);
                left += usize::from(self.app.platform.store.get(key.as_str()).await?.is_some());
            }
        }
        Ok(left)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = |kept| if kept { "kept" } else { "MISSED" };
        let slower = self.flooded_ms / self.quiet_ms;
        writeln!(
            f,
            "capacity {:.0} sign-ins of unknown names a second; {} sent in {} s, half of it",
            self.capacity, self.sent, self.seconds
        )?;
        writeln!(
            f,
            "due rows: the latest went {} s after its time, {} are left (limit {LATE_SECONDS} s, none): {}",
            self.latest_s,
            self.left,
            verdict(self.latest_s <= LATE_SECONDS && self.left == 0)
        )?;
        write!(
            f,
            "a sign-in's 99th percentile: quiet {:.1} ms, in the flood {:.1} ms, ratio {slower:.2} (limit {LIMIT:.1}): {}",
            self.quiet_ms,
            self.flooded_ms,
            verdict(slower <= LIMIT)
        )
    }
}
