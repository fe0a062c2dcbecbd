//! Clients that nobody here wrote, against a running server: `tests/sdk`, `tests/functions`, `tests/mail`,
//! `tests/operator`, `tests/crash`.
//!
//! The suites start and stop servers themselves, each with a data folder of its own. They are told where the programs
//! are by `POOLHOUSE_PROGRAMS`, and by `POOLHOUSE_FUNCTIONS` where the trigger functions run.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use super::tally::Tally;
use crate::system::{process, server};
use crate::{Outcome, console, install, root};

/// How many random SRP sign-ins the soak makes.
const SOAK_ROUNDS: &str = "2000";

/// Where the trigger functions run.
#[derive(Clone, Copy)]
enum Functions {
    InProcess,
    Processes,
}

impl Functions {
    fn name(self) -> &'static str {
        match self {
            Functions::InProcess => "in-process",
            Functions::Processes => "processes",
        }
    }
}

pub fn python() -> Outcome<Tally> {
    pytest(Functions::InProcess, &["sdk/python"])
}

pub fn javascript() -> Outcome<Tally> {
    node_test(Functions::InProcess)
}

/// What signs in with a code, once more with the functions as processes.
pub fn functions() -> Outcome<Tally> {
    let python = pytest(Functions::Processes, &["sdk/python", "-m", "code"])?;
    Ok(python.plus(node_test(Functions::Processes)?))
}

/// Functions as people write them for Lambda, in Node.js and Python.
pub fn handlers() -> Outcome<Tally> {
    install::node_functions()?;
    // amazon-cognito-identity-js signs in through them too.
    install::javascript()?;
    pytest(Functions::Processes, &["functions"])
}

/// Most of these wait for relays that stall, so several do at a time.
pub fn mail() -> Outcome<Tally> {
    install::mail_servers()?;
    let together = ["mail", "-m", "not slow", "--numprocesses=4", "--dist=worksteal"];
    pytest(Functions::InProcess, &together)
}

/// Those that take more than a minute each.
pub fn mail_slow() -> Outcome<Tally> {
    install::mail_servers()?;
    install::spam_filters()?;
    pytest(Functions::InProcess, &["mail", "-m", "slow", "--numprocesses=4"])
}

/// `poolhouse attach`, `rollback` and `doctor` against moto and a running server.
pub fn operator() -> Outcome<Tally> {
    pytest(Functions::InProcess, &["operator"])
}

pub fn crash() -> Outcome<Tally> {
    pytest(Functions::InProcess, &["crash"])
}

pub fn srp_soak() -> Outcome<Tally> {
    pytest(
        Functions::InProcess,
        &["sdk/python/test_srp_soak.py", "--srp-rounds", SOAK_ROUNDS],
    )
}

/// Sign-ins, refreshes and races with servers whose database is elsewhere.
pub fn on_store(url: &str) -> Outcome<Tally> {
    let files = ["test_sign_in.py", "test_refresh.py", "test_races.py"];
    let arguments = files.map(|file| format!("sdk/python/{file}"));
    let mut command = python_command(&arguments)?;
    watch(
        command.env("POOLHOUSE_STORE", url),
        Functions::InProcess,
        Tally::of_pytest,
    )
}

fn pytest(functions: Functions, arguments: &[&str]) -> Outcome<Tally> {
    watch(&mut python_command(arguments)?, functions, Tally::of_pytest)
}

fn python_command(arguments: &[impl AsRef<OsStr>]) -> Outcome<Command> {
    let programs = install::python()?;
    let mut command = Command::new(programs.join("python"));
    command
        .args(["-m", "pytest", "--quiet"])
        .args(arguments)
        .current_dir(root::path("tests"));
    Ok(command)
}

fn node_test(functions: Functions) -> Outcome<Tally> {
    let folder = install::javascript()?;
    let mut command = Command::new("node");
    command
        .args(["--test", "--test-reporter=spec"])
        .current_dir(folder);
    watch(&mut command, functions, Tally::of_node)
}

fn watch(command: &mut Command, functions: Functions, read: fn(&str) -> Tally) -> Outcome<Tally> {
    let programs: &Path = &server::build_with_tests()?;
    command
        .env("POOLHOUSE_PROGRAMS", programs)
        .env("POOLHOUSE_FUNCTIONS", functions.name());
    let mut tally = Tally::default();
    let status = process::watch(command, |line| {
        tally = tally.plus(read(line));
        console::say(line)
    })?;
    Ok(if status.success() {
        tally
    } else {
        tally.with_failure()
    })
}
