//! `cargo xtask attack [ID…] [--seed N] [--write]`: attacks on a release build of the server. `cargo xtask fault` takes the same:
//! what goes wrong around it. `--kills N` says how often F-14 kills.
//!
//! Attacks and faults are in `crates/attack`. Server and attacks are built apart, so that nothing which only tests want is compiled
//! into the server that is attacked.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::system::{postgres, process, server, tools};
use crate::{Outcome, console, root};

const USAGE: &str = "usage: cargo xtask attack|fault [ID…|NAME…] [--seed N] [--kills N] [--write]";
/// What attacks with `--write` write, and faults.
const DOCUMENTS: [&str; 2] = ["docs/reference/attacks.md", "docs/reference/faults.md"];
/// Faults of one machine that take seconds, on a build for tests as well.
const QUICK: [&str; 3] = ["F-02", "F-04", "F-12"];
/// What has PostgreSQL servers under Patroni, by its id and its name.
const FAILOVER: [&str; 2] = ["F-14", "failover"];
/// Options with a number, which are handed on.
const NUMBERS: [&str; 2] = ["--seed", "--kills"];

/// Makes the attacks.
///
/// # Errors
/// If something does not build, an attack cannot be made, or one misses a limit.
pub fn run(arguments: &[String]) -> Outcome {
    let request = Request::of(arguments)?;
    let programs = build()?;
    process::run(&mut command(&programs, &request, DOCUMENTS[0])?)
}

/// Makes the faults.
///
/// # Errors
/// As [`run`], and if PostgreSQL or strace cannot be installed.
pub fn faults(arguments: &[String]) -> Outcome {
    let request = Request::of(arguments)?;
    let programs = build()?;
    process::run(&mut fault_command(&programs, &request)?)
}

/// Makes those faults that take seconds, on the build that the tests have.
///
/// # Errors
/// As [`faults`].
pub fn quick_faults() -> Outcome {
    let request = Request {
        writes: false,
        handed_on: QUICK.map(str::to_owned).to_vec(),
    };
    let programs = server::build_with_tests()?;
    process::run(&mut fault_command(&programs, &request)?)
}

fn fault_command(programs: &Path, request: &Request) -> Outcome<Command> {
    if !tools::quiet(Command::new("strace").arg("--version")) {
        tools::install("strace", "by which disks fail and power cuts are recorded")?;
    }
    if request.names(FAILOVER) {
        for (program, package) in [("/usr/bin/patroni", "patroni"), ("/usr/bin/etcd", "etcd-server")] {
            if !Path::new(program).exists() {
                tools::install(package, "by which another PostgreSQL server takes over")?;
            }
        }
    }
    let mut faults = command(programs, request, DOCUMENTS[1])?;
    faults
        .arg("--faults")
        .arg("--postgres")
        .arg(postgres::programs()?);
    Ok(faults)
}

fn command(programs: &Path, request: &Request, document: &str) -> Outcome<Command> {
    let home = root::target().join("attack");
    if home.exists() {
        fs::remove_dir_all(&home)?;
    }
    let mut attacks = Command::new(programs.join("poolhouse-attack"));
    attacks.arg("--programs").arg(programs).arg("--home").arg(&home);
    attacks.args(&request.handed_on);
    if request.writes {
        attacks.arg("--write").arg(root::path(document));
    }
    Ok(attacks)
}

/// What was asked for.
#[derive(Debug, PartialEq)]
struct Request {
    writes: bool,
    /// The attacks' own arguments.
    handed_on: Vec<String>,
}

impl Request {
    fn of(arguments: &[String]) -> Outcome<Request> {
        let mut request = Request {
            writes: false,
            handed_on: Vec::new(),
        };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match argument.as_str() {
                "--write" => request.writes = true,
                option if NUMBERS.contains(&option) => {
                    let number = rest
                        .next()
                        .filter(|number| number.parse::<u64>().is_ok())
                        .ok_or(USAGE)?;
                    request.handed_on.extend([argument.clone(), number.clone()]);
                }
                other if other.starts_with('-') => return Err(USAGE.into()),
                other => request.handed_on.push(other.to_owned()),
            }
        }
        Ok(request)
    }

    /// Whether something is asked for, by any of these names.
    fn names(&self, names: [&str; 2]) -> bool {
        let is_named = |argument: &String| names.iter().any(|name| argument.eq_ignore_ascii_case(name));
        self.handed_on.iter().any(is_named)
    }
}

fn build() -> Outcome<PathBuf> {
    console::step(
        "building the server and the attacks (some minutes the first time)",
        || {
            for package in ["poolhouse-server", "poolhouse-attack"] {
                let mut cargo = process::cargo();
                cargo.args(["build", "--release", "--bins", "-p", package]);
                process::run(cargo.current_dir(root::path("")))?;
            }
            Ok(())
        },
    )?;
    Ok(root::target().join("release"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(arguments: &[&str]) -> Outcome<Request> {
        let arguments: Vec<String> = arguments.iter().map(|text| (*text).to_owned()).collect();
        Request::of(&arguments)
    }

    #[test]
    fn attacks_and_the_seed_are_handed_on_and_the_document_is_not_named() {
        let asked = request(&["F-20", "--write", "--seed", "8", "timing"]).unwrap();
        assert!(asked.writes);
        assert_eq!(asked.handed_on, ["F-20", "--seed", "8", "timing"]);
        assert_eq!(request(&[]).unwrap().handed_on, [""; 0]);
        let asked = request(&["failover", "--kills", "3"]).unwrap();
        assert_eq!(asked.handed_on, ["failover", "--kills", "3"]);
        assert!(asked.names(FAILOVER) && request(&["f-14"]).unwrap().names(FAILOVER));
        assert!(!request(&["F-13"]).unwrap().names(FAILOVER));
        for wrong in [&["--seed"][..], &["--kills", "x"], &["--programs", "x"]] {
            assert_eq!(request(wrong).unwrap_err().to_string(), USAGE);
        }
    }
}
