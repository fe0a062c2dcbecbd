//! Running a program to its end, or until it has had enough time.
//!
//! What is limited is the time that the program used: it ran, or it waited for something that is not a processor. On a machine
//! that does other work too, or that was stopped for a while, a program needs longer for the same, and must not be
//! killed for that.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use crate::Outcome;
use crate::console::Stopwatch;
use crate::system::process;

/// How often it is asked how far the program is.
const TICK: Duration = Duration::from_millis(100);

/// How a program ended.
#[derive(Clone, Copy, Debug)]
pub struct Ended {
    /// `None` if it was killed for its time.
    pub status: Option<ExitStatus>,
    /// What it used.
    pub used: Duration,
    /// What else went by, in which something inside it may have come too late.
    pub lost: Duration,
}

/// What the kernel says of a thread: how long it ran, and how long it could have and did not.
type Times = (Duration, Duration);

/// Runs a program that may use this much time.
///
/// # Errors
/// If it cannot be started or killed.
pub fn run(command: &mut Command, limit: Duration) -> Outcome<Ended> {
    let mut child = command
        .process_group(0)
        .spawn()
        .map_err(|error| format!("{:?} cannot be started: {error}", command.get_program()))?;
    let id = child.id();
    let (sender, receiver) = mpsc::channel();
    let waiting = thread::spawn(move || sender.send(child.wait()));
    let all = Stopwatch::start();
    let mut tick = Stopwatch::start();
    let mut threads = BTreeMap::new();
    let mut used = Duration::ZERO;
    let status = loop {
        match receiver.recv_timeout(TICK) {
            Ok(status) => {
                used += tick.elapsed().min(TICK);
                break Some(status?);
            }
            Err(RecvTimeoutError::Disconnected) => return Err("nobody waits for the program".into()),
            Err(RecvTimeoutError::Timeout) => {}
        }
        let now = times(id);
        used += share(tick.elapsed(), &threads, &now, is_stopped(id));
        (tick, threads) = (Stopwatch::start(), now);
        if used > limit {
            kill(id)?;
            break None;
        }
    };
    // Whom it was killed for does not matter; nothing may be left that waits.
    drop(waiting.join());
    Ok(Ended {
        status,
        used,
        lost: all.elapsed().saturating_sub(used),
    })
}

/// How much of the time between two looks a program used.
fn share(
    elapsed: Duration,
    before: &BTreeMap<String, Times>,
    now: &BTreeMap<String, Times>,
    is_stopped: bool,
) -> Duration {
    let (mut ran, mut waited) = (Duration::ZERO, Duration::ZERO);
    for (thread, (running, waiting)) in now {
        let (running_before, waiting_before) = before.get(thread).copied().unwrap_or_default();
        ran = ran.max(running.saturating_sub(running_before));
        waited = waited.max(waiting.saturating_sub(waiting_before));
    }
    if is_stopped {
        return ran;
    }
    // Where more than a few ticks went by, nobody was let run.
    ran.max(elapsed.min(TICK * 3).saturating_sub(waited))
}

fn times(id: u32) -> BTreeMap<String, Times> {
    let threads = fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten();
    let read = |folder: fs::DirEntry| {
        let text = fs::read_to_string(folder.path().join("schedstat")).ok()?;
        Some((folder.file_name().into_string().ok()?, parse(&text)?))
    };
    threads.flatten().filter_map(read).collect()
}

/// `RAN WAITED TIMES`, the first two in nanoseconds.
fn parse(text: &str) -> Option<Times> {
    let mut numbers = text.split_whitespace().map(str::parse::<u64>);
    let mut next = || Some(Duration::from_nanos(numbers.next()?.ok()?));
    Some((next()?, next()?))
}

fn is_stopped(id: u32) -> bool {
    let text = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    // The name of the program stands in brackets and may hold anything.
    text.rsplit_once(") ")
        .is_some_and(|(_, rest)| rest.starts_with(['T', 't']))
}

/// Kills the program and what it started. It may have come to its end by itself meanwhile.
fn kill(id: u32) -> Outcome {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("kill -s KILL -- -{id}")]);
    if process::capture(&mut command).is_err() && Path::new(&format!("/proc/{id}")).exists() {
        return Err(format!("program {id} cannot be killed").into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    fn milliseconds(number: u64) -> Duration {
        Duration::from_millis(number)
    }

    #[test]
    fn a_program_that_ends_says_how_and_one_that_does_not_is_killed_with_what_it_started() {
        let ended = run(&mut shell("exit 3"), Duration::from_secs(60)).unwrap();
        assert_eq!(ended.status.unwrap().code(), Some(3));
        for endless in ["while :; do :; done", "sleep 1000 & wait"] {
            let ended = run(&mut shell(endless), milliseconds(150)).unwrap();
            assert!(
                ended.status.is_none() && ended.used > milliseconds(150),
                "{ended:?}"
            );
        }
    }

    #[test]
    fn waiting_for_a_processor_uses_no_time_and_waiting_for_anything_else_does() {
        let at = |ran, waited| BTreeMap::from([("1".to_owned(), (milliseconds(ran), milliseconds(waited)))]);
        let used = |elapsed, now, is_stopped| share(milliseconds(elapsed), &at(1000, 1000), &now, is_stopped);
        assert_eq!(used(100, at(1000, 1000), false), milliseconds(100));
        assert_eq!(used(100, at(1010, 1090), false), milliseconds(10));
        assert_eq!(used(100, at(1000, 1000), true), Duration::ZERO);
        // The machine stood still.
        assert_eq!(used(90_000, at(1001, 1000), false), milliseconds(300));
        // Only the one who looks had to wait.
        assert_eq!(used(5_000, at(5_900, 1000), false), milliseconds(4_900));
    }

    #[test]
    fn what_the_kernel_says_of_a_thread_is_read() {
        assert_eq!(
            parse("1000000 2000000 7\n"),
            Some((milliseconds(1), milliseconds(2)))
        );
        assert_eq!(parse("1000000"), None);
    }
}
