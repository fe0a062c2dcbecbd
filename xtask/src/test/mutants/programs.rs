//! The tests of a crate: which there are, which mutants each reaches, and running some of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::build::Program;
use super::patience;
use super::switches::{ON, REACHED};
use crate::Outcome;
use crate::system::process;

/// What a test may use besides ten times what it uses without a mutation.
const PATIENCE: Duration = Duration::from_secs(10);
/// What a test may use without a mutation.
const AT_MOST: Duration = Duration::from_secs(300);
/// Tests that look at a clock have some seconds to spare. One that failed after it lost more than this is asked again.
const LATE: Duration = Duration::from_secs(2);
/// How often a test may fail without a mutation, on a machine that is busy.
const TRIES: usize = 3;
/// The address space of a test, in KiB: an endless loop that keeps what it makes must not take the machine with it.
const MEMORY_KIB: u32 = 8 << 20;

/// A test and what it does without a mutation.
#[derive(Debug)]
pub struct Test<'a> {
    pub program: &'a Program,
    pub name: String,
    /// The mutants whose places it reaches.
    pub reaches: BTreeSet<usize>,
    pub takes: Duration,
}

/// How a run of tests ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Passed,
    Failed,
    TimedOut,
}

/// The names of a program's tests, without those that are only run by name.
///
/// # Errors
/// If it cannot say.
pub fn names(program: &Program) -> Outcome<Vec<String>> {
    let list = |more: &[&str]| -> Outcome<Vec<String>> {
        let mut command = Command::new(&program.path);
        command
            .args(["--list", "--format", "terse"])
            .args(more)
            .current_dir(&program.folder);
        let text = process::capture(&mut command)?;
        let names = text.lines().filter_map(|line| line.strip_suffix(": test"));
        Ok(names.map(str::to_owned).collect())
    };
    let ignored = list(&["--ignored"])?;
    Ok(list(&[])?
        .into_iter()
        .filter(|name| !ignored.contains(name))
        .collect())
}

/// Runs a test without a mutation and notes what it reaches.
///
/// # Errors
/// If it fails.
pub fn explore<'a>(program: &'a Program, name: &str, notes: &Path) -> Outcome<Test<'a>> {
    for _ in 0..TRIES {
        let (ended, run) = run(command(program, &[name]).env(REACHED, fresh(notes)?), AT_MOST)?;
        if ended == Ended::Passed {
            return Ok(Test {
                program,
                name: name.to_owned(),
                reaches: read(notes),
                takes: run.used,
            });
        }
    }
    Err(format!("{} {name} fails without any mutation", program.name).into())
}

/// Runs tests of one program, one after the other, with mutants switched on. Which of the mutants the tests passed is
/// left in `notes`.
///
/// # Errors
/// If the program cannot be started.
pub fn try_mutants(
    mutants: &[usize],
    program: &Program,
    tests: &[&Test<'_>],
    notes: &Path,
) -> Outcome<(Ended, BTreeSet<usize>)> {
    let names: Vec<&str> = tests.iter().map(|test| test.name.as_str()).collect();
    let usual: Duration = tests.iter().map(|test| test.takes).sum();
    let on: Vec<String> = mutants.iter().map(usize::to_string).collect();
    let once = || -> Outcome<(Ended, bool)> {
        let mut command = command(program, &names);
        command.env(ON, on.join(",")).env(REACHED, fresh(notes)?);
        let (ended, run) = run(&mut command, PATIENCE + usual * 10)?;
        Ok((ended, run.lost > LATE))
    };
    let (mut ended, is_late) = once()?;
    if ended == Ended::TimedOut || (ended == Ended::Failed && is_late) {
        ended = once()?.0;
    }
    Ok((ended, read(notes)))
}

fn fresh(notes: &Path) -> Outcome<&Path> {
    if notes.exists() {
        fs::remove_file(notes)?;
    }
    Ok(notes)
}

/// A test that reaches none leaves no notes.
fn read(notes: &Path) -> BTreeSet<usize> {
    let reached = fs::read_to_string(notes).unwrap_or_default();
    reached.lines().filter_map(|line| line.parse().ok()).collect()
}

fn command(program: &Program, tests: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-c", &format!("ulimit -v {MEMORY_KIB}; exec \"$@\""), "sh"])
        .arg(&program.path)
        .args(["--exact", "--test-threads", "1"])
        .args(tests)
        .current_dir(&program.folder)
        // The same cases every time, and no case that one mutant failed is left to the next.
        .env("PROPTEST_RNG_SEED", "1")
        .env("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn run(command: &mut Command, limit: Duration) -> Outcome<(Ended, patience::Ended)> {
    let run = patience::run(command, limit)?;
    let ended = match run.status {
        Some(status) if status.success() => Ended::Passed,
        Some(_) => Ended::Failed,
        None => Ended::TimedOut,
    };
    Ok((ended, run))
}
