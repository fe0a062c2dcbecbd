//! The deployment template, construct and module, checked without an account: `tests/deploy`.

use std::fs;
use std::process::Command;

use super::tally::Tally;
use crate::functions::{self, Programs};
use crate::system::process;
use crate::{Outcome, console, install, root};

/// cfn-lint, what the template gives to each function, and whether the CDK construct and the Terraform module give the same.
pub fn template() -> Outcome<Tally> {
    let construct = install::cdk()?;
    let compiler = construct.join("node_modules/typescript/bin/tsc");
    process::run(Command::new("node").arg(compiler).current_dir(&construct))?;
    let programs = install::environment("cfn-lint", "deploy", "tests/deploy/requirements.txt")?;
    let mut command = Command::new(programs.join("python"));
    // The folder above has fixtures for tests against a running server, which need other packages.
    command
        .args(["-m", "pytest", "--quiet", "--noconftest", "deploy"])
        .current_dir(root::path("tests"));
    let mut tally = Tally::default();
    let status = process::watch(&mut command, |line| {
        tally = tally.plus(Tally::of_pytest(line));
        console::say(line)
    })?;
    Ok(if status.success() {
        tally
    } else {
        tally.with_failure()
    })
}

/// Builds the functions here and, from the same sources, in a folder of another name and depth: the zips are to be the same
/// bytes, or nobody could check a release.
pub fn reproducible() -> Outcome<Tally> {
    let elsewhere = root::target().join("tests/a folder/of another name");
    if elsewhere.exists() {
        fs::remove_dir_all(&elsewhere)?;
    }
    let list = process::capture(
        Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(root::path("")),
    )?;
    for file in list.split('\0').filter(|file| !file.is_empty()) {
        let from = root::path(file);
        // One that was deleted and not committed is still in the list.
        if from.is_file() {
            let to = elsewhere.join(file);
            fs::create_dir_all(to.parent().unwrap_or(&elsewhere))?;
            fs::copy(from, to)?;
        }
    }
    let here = functions::build()?;
    let there = Programs::FUNCTIONS.build_at(&elsewhere, &elsewhere.join("target"))?;
    let mut tally = Tally::default();
    for name in functions::NAMES {
        let zips = [&here, &there].map(|folder| functions::zip(&fs::read(folder.join(name))?));
        let [here, there] = zips;
        let is_same = here? == there?;
        console::say(format!(
            "{} {name}.zip",
            if is_same { "same     " } else { "DIFFERENT" }
        ))?;
        tally = tally.plus(Tally::check(is_same));
    }
    fs::remove_dir_all(&elsewhere)?;
    Ok(tally)
}

/// `sam validate --lint`, which needs no account either but a large installation.
pub fn sam() -> Outcome<Tally> {
    let programs = install::environment("the SAM CLI", "deploy-sam", "tests/deploy/requirements-sam.txt")?;
    let mut command = Command::new(programs.join("sam"));
    command
        .args(["validate", "--lint", "--region", "us-east-1", "--template"])
        .arg(root::path("deploy/sam/template.yaml"))
        .env("SAM_CLI_TELEMETRY", "0");
    process::run(&mut command)?;
    Ok(Tally::check(true))
}
