//! Known weaknesses of what is depended on: cargo-deny with the RustSec database, and npm's audit.
//!
//! Both need data from a network. Where it cannot be had that is said and fails nothing; a finding always fails. What needs
//! no network (licences, sources, crates that must not come in) is asked of cargo-deny in any case, and of
//! `cargo xtask tidy` with every run of the tests.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use super::tally::Tally;
use crate::system::{process, tools};
use crate::tidy::tree::Tree;
use crate::{Outcome, console, root};

/// The release of cargo-deny that `deny.toml` is written for.
const VERSION: &str = "0.20.2";
/// What cargo-deny is asked where the database of weaknesses cannot be had.
const WITHOUT_NETWORK: [&str; 3] = ["bans", "licenses", "sources"];

pub fn all() -> Outcome<Tally> {
    let tree = Tree::read()?;
    let licences = crate::tidy::licences::licences(&tree)?;
    for violation in &licences {
        console::say(format!("not among the licences of deny.toml: {violation}"))?;
    }
    let mut tally = Tally::check(licences.is_empty()).plus(crates()?);
    for lock in tree
        .files
        .iter()
        .filter(|file| file.path.ends_with("package-lock.json"))
    {
        tally = tally.plus(packages(&lock.path)?);
    }
    Ok(tally)
}

/// The crates of the workspace and those of the fuzz targets.
fn crates() -> Outcome<Tally> {
    let folder = root::target().join("deny/tools");
    let tool = match tools::cargo_program("cargo-deny", VERSION, &folder) {
        Ok(tool) => tool,
        Err(error) => {
            console::say(format!(
                "NOT CHECKED here: the crates, for cargo-deny cannot be had: {error}"
            ))?;
            return Ok(Tally::default());
        }
    };
    let mut tally = Tally::default();
    for manifest in ["Cargo.toml", "fuzz/Cargo.toml"] {
        let manifest = root::path(manifest);
        tally = tally.plus(Tally::check(check(&tool, &manifest, &WITHOUT_NETWORK)?));
        // With a database that an earlier run has fetched it is a check too.
        let fetched = deny(&tool, &manifest).args(["fetch", "db"]).output()?;
        if fetched.status.success() {
            tally = tally.plus(Tally::check(check(&tool, &manifest, &["advisories"])?));
        } else {
            let why = last_line(&fetched);
            console::say(format!(
                "NOT CHECKED here: weaknesses of the crates, for the RustSec database cannot be had: {why}"
            ))?;
        }
    }
    Ok(tally)
}

fn deny(tool: &Path, manifest: &Path) -> Command {
    let mut command = Command::new(tool);
    command
        .arg("--manifest-path")
        .arg(manifest)
        .current_dir(root::path(""));
    command
}

fn check(tool: &Path, manifest: &Path, what: &[&str]) -> Outcome<bool> {
    let mut command = deny(tool, manifest);
    command.arg("--config").arg(root::path("deny.toml")).arg("check");
    // Duplicates are warnings, and many.
    command
        .args(["--hide-inclusion-graph", "--allow", "duplicate"])
        .args(what);
    console::say(format!(
        "cargo deny check {}: {}",
        what.join(" "),
        manifest.display()
    ))?;
    Ok(process::run(&mut command).is_ok())
}

/// The packages of a lock file.
fn packages(lock: &str) -> Outcome<Tally> {
    tools::node()?;
    let folder = root::path(lock).parent().map(Path::to_owned).unwrap_or_default();
    let audit = ["audit", "--package-lock-only", "--json"];
    let output = Command::new("npm").args(audit).current_dir(&folder).output()?;
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    match found(&report) {
        None => {
            let why = report["message"]
                .as_str()
                .map_or_else(|| last_line(&output), str::to_owned);
            console::say(format!(
                "NOT CHECKED here: {lock}, for npm's advisories cannot be had: {why}"
            ))?;
            Ok(Tally::default())
        }
        Some(names) => {
            console::say(format!("npm audit: {lock}: {} findings", names.len()))?;
            for name in &names {
                console::say(format!(
                    "  {name}: {}",
                    report["vulnerabilities"][name]["severity"]
                ))?;
            }
            Ok(Tally::check(names.is_empty()))
        }
    }
}

/// The packages with known weaknesses; `None` if npm could not tell.
fn found(report: &Value) -> Option<Vec<String>> {
    report["metadata"]["vulnerabilities"]["total"].as_u64()?;
    let names = report["vulnerabilities"].as_object()?.keys();
    Some(names.cloned().collect())
}

fn last_line(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    let line = said.lines().rfind(|line| !line.trim().is_empty());
    line.unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_a_report_with_figures_is_one() {
        let none = json!({ "vulnerabilities": {}, "metadata": { "vulnerabilities": { "total": 0 } } });
        assert_eq!(found(&none), Some(Vec::new()));
        let one = json!({
            "vulnerabilities": { "left-pad": { "severity": "high" } },
            "metadata": { "vulnerabilities": { "total": 1 } },
        });
        assert_eq!(found(&one), Some(vec!["left-pad".to_owned()]));
        for refused in [
            json!({ "message": "405 Method Not Allowed" }),
            json!({ "error": {} }),
            Value::Null,
        ] {
            assert_eq!(found(&refused), None);
        }
    }
}
