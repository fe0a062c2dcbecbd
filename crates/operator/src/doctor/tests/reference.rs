//! The reference in the documents is this table, word for word.

use crate::doctor::finding::Rule;
use crate::doctor::rules;

const REFERENCE: &str = include_str!("../../../../../docs/reference/doctor.md");

fn row(rule: &Rule) -> String {
    let fix = if rule.fixable {
        format!("{} (`--fix`)", rule.fix)
    } else {
        rule.fix.to_owned()
    };
    format!(
        "| `{}` | {} | {} | {} | {} |",
        rule.id,
        rule.severity.name(),
        rule.title,
        rule.why,
        fix
    )
}

#[test]
fn the_reference_lists_the_rules_as_they_are() {
    let rows: Vec<String> = rules::all().map(|rule| row(&rule)).collect();
    let listed: Vec<&str> = REFERENCE.lines().filter(|line| line.starts_with("| `")).collect();
    assert!(
        listed == rows,
        "docs/reference/doctor.md should have these rows:\n{}",
        rows.join("\n")
    );
}
