//! `cargo xtask tidy`: the house rules, each a test.
//!
//! A rule looks at every file that is or would be committed. Exceptions stand beside the rule, each with its reason.

mod attacks;
mod circles;
mod dependencies;
pub mod documents;
mod edges;
mod floors;
mod imports;
pub mod licences;
mod pages;
mod places;
mod promises;
mod rust_text;
mod size;
mod snippets;
pub mod tree;
mod wording;

use crate::{Outcome, console};
use tree::Tree;

/// What a rule found.
struct Finding {
    violations: Vec<String>,
    /// How much it looked at, if the rule says so.
    figure: Option<String>,
}

impl From<Vec<String>> for Finding {
    fn from(violations: Vec<String>) -> Finding {
        Finding {
            violations,
            figure: None,
        }
    }
}

/// A rule and what it found.
pub struct Report {
    rule: &'static str,
    finding: Finding,
}

impl Report {
    pub fn holds(&self) -> bool {
        self.finding.violations.is_empty()
    }

    pub fn print(&self) -> Outcome {
        let mark = if self.holds() { "ok" } else { "FAILED" };
        let figure = self.finding.figure.iter().map(|figure| format!(" ({figure})"));
        console::say(format!("{mark:<6} {}{}", self.rule, figure.collect::<String>()))?;
        for violation in &self.finding.violations {
            console::say(format!("       {violation}"))?;
        }
        Ok(())
    }
}

enum Rule {
    /// Answers what breaks the rule.
    Plain(fn(&Tree) -> Outcome<Vec<String>>),
    /// Answers how much it looked at, too.
    Measured(fn(&Tree) -> Outcome<Finding>),
}

use Rule::{Measured, Plain};

const RULES: &[(&str, Rule)] = &[
    ("source files have at most 400 lines", Plain(size::files)),
    (
        "functions have at most 60 lines, tests 120",
        Plain(size::functions),
    ),
    (
        "crates/server/src has fewer than 6,000 lines without tests",
        Measured(size::server),
    ),
    (
        "nothing is left to be done in comments or macros",
        Plain(wording::unfinished),
    ),
    (
        "no file has what a merge left of a conflict",
        Plain(wording::conflicts),
    ),
    (
        "unsafe code stands where SECURITY.md says it does",
        Plain(wording::unsafe_code),
    ),
    (
        "no file names a folder of the machine it was written on",
        Plain(places::folders),
    ),
    (
        "lock files name no host that packages were fetched from",
        Plain(places::hosts),
    ),
    (
        "crates use each other as ARCHITECTURE.md says",
        Plain(edges::check),
    ),
    (
        "the trigger functions' programs link neither server nor database",
        Plain(edges::functions_stay_small),
    ),
    (
        "the pool's folders import only from lower floors, as ARCHITECTURE.md says",
        Measured(floors::check),
    ),
    (
        "one sign-in goes down through the files, as ARCHITECTURE.md follows it",
        Plain(floors::walk),
    ),
    ("no files import each other in a circle", Measured(circles::check)),
    (
        "every dependency is explained in docs/decisions/dependencies.md",
        Plain(dependencies::explained),
    ),
    (
        "every crate has a licence that deny.toml allows",
        Plain(licences::licences),
    ),
    (
        "no lock file has a crate that deny.toml denies",
        Plain(licences::banned),
    ),
    (
        "versions stand in the workspace's Cargo.toml alone",
        Plain(dependencies::inherited),
    ),
    ("the README's commands exist", Plain(documents::commands)),
    (
        "the change log tells of this version",
        Plain(documents::changelog),
    ),
    (
        "operations are counted as docs/reference/operations.md lists them",
        Plain(documents::counts),
    ),
    ("links between documents lead somewhere", Plain(documents::links)),
    (
        "what a guide shows of a file is the file that the tests run",
        Measured(snippets::check),
    ),
    ("the pages in the program are those of web/", Plain(pages::fresh)),
    (
        "every property of the flow has tests, as docs/reference/properties.md says",
        Plain(promises::properties),
    ),
    (
        "every requirement that docs/reference/asvs.md claims has tests",
        Plain(promises::requirements),
    ),
    (
        "every attack held, as docs/reference/attacks.md says",
        Plain(attacks::made),
    ),
    (
        "every fault that was measured held, as docs/reference/faults.md says",
        Plain(attacks::survived),
    ),
    (
        "what attacks have found has tests, as docs/reference/hardening.md says",
        Plain(attacks::found),
    ),
    (
        "what the troubleshooting guide quotes is what the programs say",
        Plain(promises::quotations),
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
    let report = |(rule, check): &(&'static str, Rule)| {
        let finding = match check {
            Plain(check) => check(&tree).map(Finding::from),
            Measured(check) => check(&tree),
        };
        let finding = finding.unwrap_or_else(|error| Finding::from(vec![error.to_string()]));
        Report { rule, finding }
    };
    Ok(RULES.iter().map(report).collect())
}
