//! What the documents say of attacks: that each was made, and which tests hold what was found.

use super::promises::{rows, spans, tests, unproven};
use super::tree::Tree;
use crate::Outcome;

const ATTACKS: &str = "docs/reference/attacks.md";
const FOUND: &str = "docs/reference/hardening.md";
/// What goes wrong around a server, likewise.
const FAULTS: &str = "docs/reference/faults.md";
const FAULT_FOLDER: &str = "crates/attack/src/faults/";
/// What is known not to hold.
const KNOWN: &str = "SECURITY.md";
/// Where each attack is a file, named after its id.
const FOLDER: &str = "crates/attack/src/attacks/";
/// What is written down as a decision in place of a test.
const DECISION: &str = "](../../SECURITY.md)";

/// The attacks of the catalogue that need one node: F-20 to F-45 without F-29, which is a part of the tests.
fn ids() -> impl Iterator<Item = String> {
    (20..=45)
        .filter(|number| *number != 29)
        .map(|number| format!("F-{number}"))
}

/// Those that compare times, which a busy machine makes worth nothing. Their rows may say that they were not measured, or that
/// they failed, if SECURITY.md names them and says what that means.
const QUIET: [&str; 5] = ["F-36", "F-38", "F-39", "F-40", "F-42"];

/// Each attack has a file, a row that says that it held, and tests that exist.
pub fn made(tree: &Tree) -> Outcome<Vec<String>> {
    let text = &tree.file(ATTACKS)?.text;
    let tests = tests(tree);
    let known = tree.file(KNOWN).map_or("", |file| file.text.as_str());
    let table = table(text);
    let files = files(tree, FOLDER);
    let mut violations = Vec::new();
    for id in ids() {
        if !files.contains(&id) {
            violations.push(format!("{FOLDER} has no file for {id}"));
        }
    }
    for id in ids().chain(files.iter().filter(|id| !ids().any(|own| own == **id)).cloned()) {
        if !table.iter().any(|cells| cells[0] == id) {
            violations.push(format!("{ATTACKS} has no row {id}"));
        }
    }
    for cells in &table {
        let [id, _, figures, limits, _, verdict, listed] = cells[..] else {
            violations.push(format!("{ATTACKS}: {} is no whole row", cells[0]));
            continue;
        };
        let is_known = verdict == "FAILED" && known.contains(&format!("({id})"));
        let is_excused = QUIET.contains(&id) && (verdict == "not measured" || is_known);
        if (verdict != "held" && !is_excused) || figures.is_empty() || limits.is_empty() {
            violations.push(format!("{ATTACKS}: {id} did not hold"));
        }
        if !files.iter().any(|file| file == id) {
            violations.push(format!("{ATTACKS}: there is no attack {id}"));
        }
        let gone = spans(listed).filter(|test| !tests.contains(test));
        violations.extend(gone.map(|test| format!("{ATTACKS}: {id}: there is no test {test}")));
    }
    Ok(violations)
}

/// Each fault has a row, which says that it held or that no machine has had the minutes for it yet, and tests that exist.
pub fn survived(tree: &Tree) -> Outcome<Vec<String>> {
    let text = &tree.file(FAULTS)?.text;
    let (table, files, tests) = (table(text), files(tree, FAULT_FOLDER), tests(tree));
    let mut violations = Vec::new();
    for id in &files {
        if !table.iter().any(|cells| cells[0] == id) {
            violations.push(format!("{FAULTS} has no row {id}"));
        }
    }
    for cells in &table {
        let [id, _, _, _, _, verdict, listed] = cells[..] else {
            violations.push(format!("{FAULTS}: {} is no whole row", cells[0]));
            continue;
        };
        if !matches!(verdict, "held" | "not measured") {
            violations.push(format!("{FAULTS}: {id} did not hold"));
        }
        if !files.iter().any(|file| file == id) {
            violations.push(format!("{FAULTS}: there is no fault {id}"));
        }
        let gone = spans(listed).filter(|test| !tests.contains(test));
        violations.extend(gone.map(|test| format!("{FAULTS}: {id}: there is no test {test}")));
        if listed.is_empty() {
            violations.push(format!("{FAULTS}: {id} has no test"));
        }
    }
    Ok(violations)
}

/// The rows of a table of attacks or faults.
fn table(text: &str) -> Vec<Vec<&str>> {
    let rows = text.lines().filter(|line| line.starts_with("| F-"));
    rows.map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect()
}

/// The ids that files of a folder are named after.
fn files(tree: &Tree, folder: &str) -> Vec<String> {
    let names = tree.written(&[".rs"]);
    names
        .filter_map(|file| file.path.strip_prefix(folder)?.strip_prefix('f')?.split_once('_'))
        .map(|(number, _)| format!("F-{number}"))
        .collect()
}

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

    fn attacks(change: impl Fn(&str) -> String) -> Vec<String> {
        let table: String = ids()
            .map(|id| format!("| {id} | what | a: 1 | 1 | 7 | held | `a_test` |\n"))
            .collect();
        let table = change(&table);
        let names: Vec<String> = ids()
            .map(|id| format!("{FOLDER}{}_x.rs", id.to_lowercase().replace('-', "")))
            .collect();
        let mut files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
        files.extend([("a.rs", TEST), (ATTACKS, &table), (KNOWN, "Slow (F-36).")]);
        made(&Tree::of(&files)).unwrap()
    }

    #[test]
    fn an_attack_without_its_row_or_that_did_not_hold_is_found() {
        assert_eq!(attacks(str::to_owned), [""; 0]);
        assert_eq!(
            attacks(|table| table.replace("| F-30 ", "| F-99 ")),
            [
                format!("{ATTACKS} has no row F-30"),
                format!("{ATTACKS}: there is no attack F-99")
            ]
        );
        assert_eq!(
            attacks(|table| table.replacen("| held | `a_test`", "| FAILED | `gone`", 1)),
            [
                format!("{ATTACKS}: F-20 did not hold"),
                format!("{ATTACKS}: F-20: there is no test gone")
            ]
        );
    }

    #[test]
    fn only_what_wants_a_quiet_machine_may_be_left_unmeasured() {
        let unmeasured = |id: &str| {
            let row = format!("| {id} | what | a: 1 | 1 | 7 | held |");
            attacks(|table| table.replace(&row, &row.replace("held", "not measured")))
        };
        assert_eq!(unmeasured("F-40"), [""; 0]);
        assert_eq!(unmeasured("F-41"), [format!("{ATTACKS}: F-41 did not hold")]);
    }

    #[test]
    fn what_fails_is_told_where_people_look_for_what_does_not_hold() {
        let failed = |id: &str| {
            let row = format!("| {id} | what | a: 1 | 1 | 7 | held |");
            attacks(|table| table.replace(&row, &row.replace("held", "FAILED")))
        };
        assert_eq!(failed("F-36"), [""; 0]);
        for untold in ["F-40", "F-20"] {
            assert_eq!(failed(untold), [format!("{ATTACKS}: {untold} did not hold")]);
        }
    }

    #[test]
    fn a_fault_has_a_row_that_did_not_fail_and_tests() {
        let check = |rows: &str| {
            let name = format!("{FAULT_FOLDER}f01_x.rs");
            survived(&Tree::of(&[(name.as_str(), ""), ("a.rs", TEST), (FAULTS, rows)])).unwrap()
        };
        assert_eq!(
            check("| F-01 | what | a: 1 | 1 | 7 | held | `a_test` |\n"),
            [""; 0]
        );
        assert_eq!(
            check("| F-01 | what | – | – | – | not measured | `a_test` |\n"),
            [""; 0]
        );
        assert_eq!(
            check("| F-01 | what | a: 1 | 1 | 7 | FAILED | `gone` |\n"),
            [
                format!("{FAULTS}: F-01 did not hold"),
                format!("{FAULTS}: F-01: there is no test gone")
            ]
        );
        assert_eq!(
            check("| F-02 | what | a: 1 | 1 | 7 | held | |\n"),
            [
                format!("{FAULTS} has no row F-01"),
                format!("{FAULTS}: there is no fault F-02"),
                format!("{FAULTS}: F-02 has no test")
            ]
        );
    }

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
