//! What the documents say of attacks: which tests hold what was found.

use super::promises::{rows, tests, unproven};
use super::tree::Tree;
use crate::Outcome;

const FOUND: &str = "docs/reference/hardening.md";
/// What is written down as a decision in place of a test.
const DECISION: &str = "](../../SECURITY.md)";

/// Each thing that was found has tests that exist, or is a decision in SECURITY.md.
pub fn found(tree: &Tree) -> Outcome<Vec<String>> {
    let text = &tree.file(FOUND)?.text;
    let tests = tests(tree);
    let is_name = |name: &str| {
        name.strip_prefix(['A', 'B', 'C'])
            .is_some_and(|number| number.parse::<u32>().is_ok())
    };
    let rows = rows(text, is_name);
    let (decided, proved): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(name, listed)| {
        let row = format!("| {name} |");
        let line = text.lines().find(|line| line.starts_with(&row));
        listed.is_empty() && line.is_some_and(|line| line.contains(DECISION))
    });
    let mut violations: Vec<String> = unproven(FOUND, &proved, &tests).collect();
    for part in ["A", "B", "C"] {
        let mut numbers: Vec<u32> = proved
            .iter()
            .chain(&decided)
            .filter_map(|(name, _)| name.strip_prefix(part)?.parse().ok())
            .collect();
        numbers.sort_unstable();
        let whole = u32::try_from(numbers.len())?;
        if whole == 0 || !numbers.iter().copied().eq(1..=whole) {
            violations.push(format!(
                "{FOUND}: the rows {part} are not numbered from 1 without a gap"
            ));
        }
    }
    Ok(violations)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEST: &str = "#[test]\nfn a_test() {}\n";

    #[test]
    fn what_was_found_has_a_test_or_is_a_decision() {
        let check = |rows: &str| {
            let text = format!(
                "| | what | tests |\n|---|---|---|\n{rows}| B1 | x | `a_test` |\n| C1 | x | `a_test` |\n"
            );
            found(&Tree::of(&[(FOUND, &text), ("a.rs", TEST)])).unwrap()
        };
        let decided = "| A2 | x | [decided](../../SECURITY.md) |\n";
        assert_eq!(check(&format!("| A1 | x | `a_test` |\n{decided}")), [""; 0]);
        assert_eq!(
            check(&format!(
                "| A1 | x | `gone` |\n| A3 | x | nothing |\n{decided}| A5 | x | `a_test` |\n"
            )),
            [
                format!("{FOUND}: A1: there is no test gone"),
                format!("{FOUND}: A3 has no test"),
                format!("{FOUND}: the rows A are not numbered from 1 without a gap"),
            ]
        );
    }
}
