//! Checks with two outcomes: each counts as one test.

use super::tally::Tally;
use crate::system::{process, tools};
use crate::{Outcome, root};

/// `cargo xtask tidy`: each rule is a test.
pub fn tidy() -> Outcome<Tally> {
    let report = crate::tidy::check()?;
    let mut tally = Tally::default();
    for rule in report {
        rule.print()?;
        tally = tally.plus(Tally::check(rule.holds()));
    }
    Ok(tally)
}

pub fn format() -> Outcome<Tally> {
    tools::cargo_component("fmt", "rustfmt")?;
    cargo(&["fmt", "--all", "--", "--check", "--files-with-diff"])
}

pub fn codegen() -> Outcome<Tally> {
    crate::codegen::run(&["--check".to_owned()])?;
    Ok(Tally::check(true))
}

/// The faults that take seconds.
pub fn faults() -> Outcome<Tally> {
    crate::attack::quick_faults()?;
    Ok(Tally::check(true))
}

pub fn clippy() -> Outcome<Tally> {
    tools::cargo_component("clippy", "clippy")?;
    cargo(&[
        "clippy",
        "--quiet",
        "--workspace",
        "--all-targets",
        // The one target that is not among all, for it needs servers to run.
        "--test",
        "postgres",
        "--",
        "--deny",
        "warnings",
    ])
}

fn cargo(arguments: &[&str]) -> Outcome<Tally> {
    process::run(process::cargo().args(arguments).current_dir(root::path("")))?;
    Ok(Tally::check(true))
}
