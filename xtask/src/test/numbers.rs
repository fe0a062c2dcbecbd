//! The server's numbers, the alerts and the scrape configuration, as Prometheus' own tool sees them.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::tally::Tally;
use crate::system::server::{self, Server, Start};
use crate::system::{http, process, tools};
use crate::{Outcome, console, root};

/// Debian's package of promtool.
const PACKAGE: &str = "prometheus";
const PROMTOOL: &str = "promtool";

/// `promtool check` of the rules, the configuration and what a running server answers, and `promtool test` of the alerts.
pub fn check() -> Outcome<Tally> {
    if !tools::quiet(Command::new(PROMTOOL).arg("--version")) {
        tools::install(PACKAGE, "which the check of metrics and alerts needs")?;
    }
    let mut tally = Tally::default();
    let files = [
        ["check", "rules", "deploy/prometheus/alerts.yml"],
        ["check", "config", "deploy/prometheus/prometheus.yml"],
        ["test", "rules", "tests/deploy/alerts.yml"],
    ];
    for arguments in files {
        let mut command = Command::new(PROMTOOL);
        tally = tally.plus(passed(command.args(arguments))?);
    }
    Ok(tally.plus(metrics()?))
}

fn passed(command: &mut Command) -> Outcome<Tally> {
    let status = process::watch(command.current_dir(root::path("")), |line| console::say(line))?;
    Ok(Tally::check(status.success()))
}

/// What a server says that has begun a sign-in, checked word by word.
fn metrics() -> Outcome<Tally> {
    let programs = server::build_with_tests()?;
    server::build_pages()?;
    let home = home()?;
    let port = server::free_port()?;
    let server = Server::start(&Start {
        programs: &programs,
        home: &home,
        port: server::free_port()?,
        inbox_port: server::free_port()?,
        extra: &format!("[metrics]\nlisten = \"127.0.0.1:{port}\"\n"),
        options: &[],
    })?;
    let target = "AWSCognitoIdentityProviderService.InitiateAuth";
    http::request(server.address, "POST", "/", &[("x-amz-target", target)], "{}")?;
    let answer = http::request(([127, 0, 0, 1], port).into(), "GET", "/metrics", &[], "")?;
    drop(server);
    let mut promtool = Command::new(PROMTOOL)
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .spawn()?;
    if let Some(mut input) = promtool.stdin.take() {
        input.write_all(answer.body.as_bytes())?;
    }
    let is_good = promtool.wait()?.success() && answer.body.contains("poolhouse_requests_total{");
    console::say(format!("{} lines of numbers", answer.body.lines().count()))?;
    Ok(Tally::check(is_good))
}

/// An empty folder.
fn home() -> Outcome<PathBuf> {
    let home = root::target().join("tests/numbers");
    if home.exists() {
        fs::remove_dir_all(&home)?;
    }
    Ok(home)
}
