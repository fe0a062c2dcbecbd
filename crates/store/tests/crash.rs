//! `kill -9` in the middle of writes loses nothing that was acknowledged.
//!
//! The test starts its own binary as the process to be killed: the ignored test below is that process.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod scratch;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;

use poolhouse_store::testing::WriteFresh as _;
use poolhouse_store::{Batch, Expect, Scan, Sqlite, Store};
use scratch::Scratch;

const WRITERS: usize = 8;
/// After how many acknowledged commits each process is killed.
const KILLS: [usize; 5] = [1, 40, 90, 150, 333];

#[tokio::test]
async fn a_killed_process_loses_no_acknowledged_row() {
    let scratch = Scratch::new();
    let mut acknowledged = BTreeSet::new();
    for (life, commits) in KILLS.into_iter().enumerate() {
        acknowledged.extend(live_and_die(&scratch, life, commits));

        let store = Sqlite::open(scratch.file()).unwrap();
        assert_eq!(store.integrity_check().await.unwrap(), [""; 0]);
        let rows = store.scan(Scan::prefix("", usize::MAX)).await.unwrap();
        let side = |side: &str| -> BTreeSet<String> {
            rows.iter()
                .filter_map(|row| row.key.strip_prefix(side))
                .map(str::to_owned)
                .collect()
        };
        assert_eq!(side("left/"), side("right/"), "half a batch survived life {life}");
        assert!(
            side("left/").is_superset(&acknowledged),
            "life {life} lost acknowledged rows"
        );
    }
    assert!(acknowledged.len() >= KILLS.iter().sum());
}

/// Starts the writing process, kills it when it has acknowledged so many commits, and answers all it acknowledged.
fn live_and_die(scratch: &Scratch, life: usize, commits: usize) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_process_to_be_killed", "--ignored", "--nocapture"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{life} {}", scratch.file().display()).unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut acknowledged = Vec::new();
    let next = |lines: &mut dyn Iterator<Item = std::io::Result<String>>, acknowledged: &mut Vec<String>| {
        let line = lines.next()?.ok()?;
        acknowledged.extend(line.strip_prefix("acknowledged ").map(str::to_owned));
        Some(())
    };
    while acknowledged.len() < commits {
        next(&mut lines, &mut acknowledged).unwrap();
    }
    child.kill().unwrap();
    // What is still in the pipe was acknowledged too.
    while next(&mut lines, &mut acknowledged).is_some() {}
    assert!(!child.wait().unwrap().success());
    acknowledged
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "not a test: started, and killed, by a_killed_process_loses_no_acknowledged_row"]
async fn the_process_to_be_killed() {
    let mut order = String::new();
    std::io::stdin().read_line(&mut order).unwrap();
    let (life, path) = order.trim().split_once(' ').unwrap();
    let store = Arc::new(Sqlite::open(path).unwrap());
    let writers = (0..WRITERS).map(|writer| {
        let (store, life) = (Arc::clone(&store), life.to_owned());
        tokio::spawn(async move {
            for n in 0_u32.. {
                let name = format!("{life}/{writer}/{n}");
                let body = format!("\"{}\"", "x".repeat(1_000));
                let batch = Batch::new()
                    .put(format!("left/{name}"), Expect::Absent, body.as_str())
                    .put_until(format!("right/{name}"), Expect::Absent, body, 1);
                // The process is killed, the machine lives on: what is not synced is no less safe.
                let batch = if n % 2 == 0 { batch } else { batch.deferred() };
                store.write(batch).await.unwrap();
                // One write to the pipe, so that the line arrives whole or not at all.
                std::io::stdout()
                    .write_all(format!("acknowledged {name}\n").as_bytes())
                    .unwrap();
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
}
