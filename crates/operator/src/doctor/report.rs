//! What was found, for people and for programs.

use clap::ValueEnum;
use serde_json::{Value, json};

use super::examination::{Examination, Finding};
use super::facts::Gap;
use super::finding::Severity;

/// How to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people
    Text,
    /// For programs
    Json,
}

/// Nothing was found, and everything could be looked at.
const CLEAN: u8 = 0;
/// There are errors or warnings.
const FINDINGS: u8 = 1;
/// There are none, but something could not be looked at.
const UNCHECKED: u8 = 2;

/// The exit code of the command. Findings go before what could not be looked at; notes do not count.
pub(crate) fn exit_code(examination: &Examination) -> u8 {
    if examination
        .findings
        .iter()
        .any(|finding| finding.rule.severity != Severity::Note)
    {
        return FINDINGS;
    }
    if examination.gaps.iter().any(|gap| gap.is_failure) {
        UNCHECKED
    } else {
        CLEAN
    }
}

/// The report for programs.
pub(crate) fn json(pool_id: &str, endpoint: &str, examination: &Examination) -> Value {
    let finding = |finding: &Finding| {
        let rule = &finding.rule;
        json!({
            "id": rule.id,
            "severity": rule.severity.name(),
            "subject": finding.hit.subject,
            "what": finding.hit.what,
            "why": rule.why,
            "fix": rule.fix,
            "fixable": rule.fixable,
        })
    };
    json!({
        "userPool": pool_id,
        "endpoint": endpoint,
        "rules": examination.rules,
        "findings": examination.findings.iter().map(finding).collect::<Vec<_>>(),
        "notLookedAt": examination
            .gaps
            .iter()
            .map(|gap| json!({ "what": gap.what, "why": gap.why, "failure": gap.is_failure }))
            .collect::<Vec<_>>(),
        "exitCode": exit_code(examination),
    })
}

/// The report for people, line by line.
pub(crate) fn text(examination: &Examination, colour: bool) -> Vec<String> {
    let mut lines = Vec::new();
    let mut last = "";
    for finding in &examination.findings {
        let rule = &finding.rule;
        if rule.id != last {
            if !lines.is_empty() {
                lines.push(String::new());
            }
            lines.push(format!(
                "{} {} [{}]",
                painted(rule.severity, colour),
                rule.title,
                rule.id
            ));
            lines.push(format!("    why: {}", rule.why));
            let by_itself = if rule.fixable { " (--fix does this)" } else { "" };
            lines.push(format!("    fix: {}{by_itself}", rule.fix));
            last = rule.id;
        }
        lines.push(format!("  - {}: {}", finding.hit.subject, finding.hit.what));
    }
    for (title, is_failure) in [("Could not be looked at:", true), ("Not looked at:", false)] {
        let gaps = by_reason(&examination.gaps, is_failure);
        if !gaps.is_empty() {
            if !lines.is_empty() {
                lines.push(String::new());
            }
            lines.push(title.to_owned());
            lines.extend(
                gaps.iter()
                    .map(|(why, what)| format!("  - {}: {why}", what.join(", "))),
            );
        }
    }
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines.push(summary(examination));
    lines
}

/// What was not looked at, under the reason why.
fn by_reason(gaps: &[Gap], is_failure: bool) -> Vec<(&str, Vec<&'static str>)> {
    let mut reasons: Vec<(&str, Vec<&'static str>)> = Vec::new();
    for gap in gaps.iter().filter(|gap| gap.is_failure == is_failure) {
        match reasons.iter_mut().find(|(why, _)| *why == gap.why) {
            Some((_, what)) => what.push(gap.what),
            None => reasons.push((&gap.why, vec![gap.what])),
        }
    }
    reasons
}

fn summary(examination: &Examination) -> String {
    let count = |severity| {
        examination
            .findings
            .iter()
            .filter(|finding| finding.rule.severity == severity)
            .count()
    };
    let counts = [Severity::Error, Severity::Warning, Severity::Note].map(|severity| {
        let number = count(severity);
        format!(
            "{number} {}{}",
            severity.name(),
            if number == 1 { "" } else { "s" }
        )
    });
    format!("{} rules: {}", examination.rules, counts.join(", "))
}

fn painted(severity: Severity, colour: bool) -> String {
    let code = match severity {
        Severity::Error => "31;1",
        Severity::Warning => "33;1",
        Severity::Note => "36",
    };
    match colour {
        true => format!("\u{1b}[{code}m{}\u{1b}[0m", severity.name()),
        false => severity.name().to_owned(),
    }
}
