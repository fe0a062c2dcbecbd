//! The deployment template, construct and module, checked without an account: `tests/deploy`.

use std::process::Command;

use super::tally::Tally;
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
