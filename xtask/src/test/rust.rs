//! `cargo test` over all crates.

use std::process::Command;

use super::tally::Tally;
use crate::system::{process, tools};
use crate::{Outcome, console, root};

/// Runs every Rust test and shows what is not `ok`.
pub fn all() -> Outcome<Tally> {
    // One of the tests formats generated code.
    tools::cargo_component("fmt", "rustfmt")?;
    cargo_test(&["--workspace", "--no-fail-fast"])
}

/// A million events that nobody would send.
pub fn mutated_events() -> Outcome<Tally> {
    cargo_test(&[
        "--release",
        "-p",
        "poolhouse-confirm",
        "--test",
        "flow",
        "--",
        "--ignored",
    ])
}

fn cargo_test(arguments: &[&str]) -> Outcome<Tally> {
    let mut command = process::cargo();
    watch(command.arg("test").args(arguments).current_dir(root::path("")))
}

/// Runs `cargo test`, counts, and shows what is not `ok`.
pub fn watch(command: &mut Command) -> Outcome<Tally> {
    let mut tally = Tally::default();
    let status = process::watch(command, |line| {
        tally = tally.plus(Tally::of_cargo(line));
        if is_worth_reading(line) {
            console::say(line)
        } else {
            Ok(())
        }
    })?;
    Ok(if status.success() {
        tally
    } else {
        tally.with_failure()
    })
}

/// Whether a line says more than that a test passed or is about to run.
fn is_worth_reading(line: &str) -> bool {
    let is_passed = line.starts_with("test ") && (line.ends_with("... ok") || line.contains("... ignored"));
    let is_start = line.starts_with("running ") && (line.ends_with(" test") || line.ends_with(" tests"));
    let is_fine = line.starts_with("test result: ok.");
    !(is_passed || is_start || is_fine || line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_went_wrong_is_shown() {
        for line in [
            "running 1 test",
            "running 12 tests",
            "test a::b ... ok",
            "test a::c ... ignored, slow",
            "test src/lib.rs - (line 3) ... ok",
            "test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "",
        ] {
            assert!(!is_worth_reading(line), "{line}");
        }
        for line in [
            "test a::b ... FAILED",
            "---- a::b stdout ----",
            "assertion `left == right` failed",
            "test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
        ] {
            assert!(is_worth_reading(line), "{line}");
        }
    }
}
