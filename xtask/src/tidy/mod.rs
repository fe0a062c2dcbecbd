//! `cargo xtask tidy`: the house rules, each a test.
//!
//! A rule looks at every file that is or would be committed. Exceptions stand beside the rule, each with its reason.

mod dependencies;
mod documents;
mod edges;
mod places;
mod promises;
mod rust_text;
mod size;
mod tree;
mod wording;

use crate::{Outcome, console};
use tree::Tree;

/// What a rule found.
pub struct Report {
    rule: &'static str,
    violations: Vec<String>,
}

impl Report {
    pub fn holds(&self) -> bool {
        self.violations.is_empty()
    }

    pub fn print(&self) -> Outcome {
        let mark = if self.holds() { "ok" } else { "FAILED" };
        console::say(format!("{:<6} {}", mark, self.rule))?;
        for violation in &self.violations {
            console::say(format!("       {violation}"))?;
        }
        Ok(())
    }
}

type Rule = fn(&Tree) -> Outcome<Vec<String>>;

const RULES: &[(&str, Rule)] = &[
    ("source files have at most 400 lines", size::files),
    ("functions have at most 60 lines, tests 120", size::functions),
    (
        "nothing is left to be done in comments or macros",
        wording::unfinished,
    ),
    (
        "unsafe code stands where SECURITY.md says it does",
        wording::unsafe_code,
    ),
    (
        "no file names a folder of the machine it was written on",
        places::folders,
    ),
    (
        "lock files name no host that packages were fetched from",
        places::hosts,
    ),
    ("crates use each other as ARCHITECTURE.md says", edges::check),
    (
        "every dependency is explained in docs/decisions/dependencies.md",
        dependencies::explained,
    ),
    (
        "versions stand in the workspace's Cargo.toml alone",
        dependencies::inherited,
    ),
    ("the README's commands exist", documents::commands),
    ("the change log tells of this version", documents::changelog),
    (
        "operations are counted as docs/reference/operations.md lists them",
        documents::counts,
    ),
    ("links between documents lead somewhere", documents::links),
    (
        "every property of the flow has tests, as docs/reference/properties.md says",
        promises::properties,
    ),
    (
        "what the troubleshooting guide quotes is what the programs say",
        promises::quotations,
    ),
];

/// Prints every rule and what breaks it.
///
/// # Errors
/// If a rule is broken.
pub fn run(arguments: &[String]) -> Outcome {
    if !arguments.is_empty() {
        return Err("usage: cargo xtask tidy".into());
    }
    let reports = check()?;
    for report in &reports {
        report.print()?;
    }
    match reports.iter().filter(|report| !report.holds()).count() {
        0 => Ok(()),
        broken => Err(format!("{broken} of {} house rules are broken", reports.len()).into()),
    }
}

/// Checks every rule. One that cannot be checked, because its file is missing for instance, does not hold.
///
/// # Errors
/// If the files cannot be read.
pub fn check() -> Outcome<Vec<Report>> {
    let tree = Tree::read()?;
    let report = |&(rule, check): &(&'static str, Rule)| {
        let violations = check(&tree).unwrap_or_else(|error| vec![error.to_string()]);
        Report { rule, violations }
    };
    Ok(RULES.iter().map(report).collect())
}
