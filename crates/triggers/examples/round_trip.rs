//! What a call of a function costs: its first, with the start of its process, and the next ones.
//!
//! ```text
//! cargo run --release -p poolhouse-triggers --example round_trip -- PROGRAM [NAME=VALUE ...]
//! ```
//!
//! `PROGRAM` is a Define function; the event asks what comes after a right password. The CPU time is this process's
//! own, the function's comes on top.

use std::error::Error;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use poolhouse_triggers::event::{Event, build};
use poolhouse_triggers::{Function, Host, Invoker, Policy, RuntimeApi, Trigger};
use serde_json::json;
use tokio::time::Instant;

const CALLS: u32 = 5_000;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let program = std::fs::canonicalize(PathBuf::from(arguments.next().ok_or("which program?")?))?;
    let mut function = Function::bootstrap("define", "arn", "us-east-1", program);
    function.environment = arguments
        .filter_map(|setting| {
            setting
                .split_once('=')
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
        })
        .collect();
    let host = Host {
        wall: Arc::new(now),
        random: Arc::new(|out| out.fill(7)),
        log: Arc::new(|_, _, _| ()),
    };
    let invoker = Invoker::new(Arc::new(RuntimeApi::new(function, host)), Policy::default());
    let step = |name| json!({"challengeName": name, "challengeResult": true, "challengeMetadata": null});
    let request = json!({
        "userAttributes": {"sub": "5d0a3c2e", "email": "mara@example.org", "email_verified": "true"},
        "session": [step("SRP_A"), step("PASSWORD_VERIFIER")],
    });
    let event = build(Event {
        trigger: Trigger::DefineAuthChallenge,
        source: "DefineAuthChallenge_Authentication",
        region: "us-east-1",
        user_pool_id: "us-east-1_AbCd12345",
        user_name: "mara",
        client_id: Some("3n4b5urk1ft4fl3mg5e62d9ado"),
        request: request.as_object().cloned().unwrap_or_default(),
    });

    let start = Instant::now();
    let answer = invoker.call(Trigger::DefineAuthChallenge, &event).await?;
    let first = start.elapsed();
    let (start, cpu) = (Instant::now(), cpu_time()?);
    for _ in 0..CALLS {
        invoker.call(Trigger::DefineAuthChallenge, &event).await?;
    }
    let (wall, cpu) = (start.elapsed() / CALLS, (cpu_time()? - cpu) / CALLS);
    invoker.shut_down().await;
    let mut out = std::io::stdout();
    writeln!(out, "answer {}", answer["response"])?;
    writeln!(
        out,
        "first call {first:?}, then {wall:?} each, {cpu:?} of it CPU here"
    )?;
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the real clock, for a program that measures"
)]
fn now() -> i64 {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// User and system time of this process, all threads.
fn cpu_time() -> Result<Duration, Box<dyn Error>> {
    let mut total = Duration::ZERO;
    for thread in std::fs::read_dir("/proc/self/task")? {
        let text = std::fs::read_to_string(thread?.path().join("schedstat"))?;
        total += Duration::from_nanos(text.split(' ').next().ok_or("an empty schedstat")?.parse()?);
    }
    Ok(total)
}
