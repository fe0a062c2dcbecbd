//! All rules, applied.

use super::facts::{Facts, Gap};
use super::finding::{Hit, Rule};
use super::rules;

/// Something that a rule found.
#[derive(Clone)]
pub(crate) struct Finding {
    pub(crate) rule: Rule,
    pub(crate) hit: Hit,
}

/// All that was found, and all that was not looked at.
pub(crate) struct Examination {
    /// The worst first.
    pub(crate) findings: Vec<Finding>,
    pub(crate) gaps: Vec<Gap>,
    /// How many rules there are.
    pub(crate) rules: usize,
}

/// Applies every rule.
pub(crate) fn examine(facts: &Facts) -> Examination {
    let mut findings = Vec::new();
    let mut count = 0;
    for rule in rules::all() {
        count += 1;
        findings.extend((rule.check)(facts).into_iter().map(|hit| Finding { rule, hit }));
    }
    findings.sort_by_key(|finding| finding.rule.severity);
    Examination {
        findings,
        gaps: facts.gaps(),
        rules: count,
    }
}
