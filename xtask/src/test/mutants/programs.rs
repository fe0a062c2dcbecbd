//! The tests of a crate: which there are, which mutants each reaches, and running some of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::build::Program;
use super::switches::{ON, REACHED};
use crate::Outcome;
use crate::console::Stopwatch;
use crate::system::process;

/// What a test may take besides ten times what it takes without a mutation.
const PATIENCE: Duration = Duration::from_secs(10);
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
    if notes.exists() {
        fs::remove_file(notes)?;
    }
    let watch = Stopwatch::start();
    let mut command = command(program, &[name], Duration::from_secs(300));
    let ended = run(command.env(REACHED, notes))?;
    if ended != Ended::Passed {
        return Err(format!("{} {name} fails without any mutation", program.name).into());
    }
    // A test that reaches none leaves no notes.
    let reached = fs::read_to_string(notes).unwrap_or_default();
    Ok(Test {
        program,
        name: name.to_owned(),
        reaches: reached.lines().filter_map(|line| line.parse().ok()).collect(),
        takes: watch.elapsed(),
    })
}

/// Runs tests of one program, one after the other, with a mutant switched on.
///
/// # Errors
/// If the program cannot be started.
pub fn try_mutant(mutant: usize, program: &Program, tests: &[&Test<'_>]) -> Outcome<Ended> {
    let names: Vec<&str> = tests.iter().map(|test| test.name.as_str()).collect();
    let usual: Duration = tests.iter().map(|test| test.takes).sum();
    run(command(program, &names, PATIENCE + usual * 10).env(ON, mutant.to_string()))
}

fn command(program: &Program, tests: &[&str], limit: Duration) -> Command {
    let mut command = Command::new("timeout");
    command
        .args(["--signal", "KILL", &limit.as_secs().to_string()])
        .args(["sh", "-c", &format!("ulimit -v {MEMORY_KIB}; exec \"$@\""), "sh"])
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

fn run(command: &mut Command) -> Outcome<Ended> {
    let status = command
        .status()
        .map_err(|error| format!("the program timeout (GNU coreutils) cannot be started: {error}"))?;
    Ok(match status.code() {
        Some(0) => Ended::Passed,
        // `timeout` kills its whole group: what a shell calls 137, or itself.
        Some(137) | None => Ended::TimedOut,
        Some(_) => Ended::Failed,
    })
}
