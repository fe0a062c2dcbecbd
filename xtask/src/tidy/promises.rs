//! What the documents promise about the code: properties that have tests, and texts that the programs really say.

use super::tree::{File, Tree};
use crate::Outcome;

const PROPERTIES: &str = "docs/reference/properties.md";
const REQUIREMENTS: &str = "docs/reference/asvs.md";
const QUOTING: &str = "docs/guides/troubleshooting.md";

/// The properties of the confirm-code flow. Its tests begin with these names.
const NAMES: &[&str] = &[
    "D1", "D2", "D3", "D4", "D5", "C1", "C2", "C3", "C4", "C5", "C6", "R1", "R2", "R3", "R4", "R5", "R6",
    "L1", "L2", "L3", "L4",
];

/// Every property has a row with tests in it, every test there exists, and every test that is named after a property is there.
pub fn properties(tree: &Tree) -> Outcome<Vec<String>> {
    let text = &tree.file(PROPERTIES)?.text;
    let tests = tests(tree);
    let mut violations = Vec::new();
    let rows = rows(text, |name| {
        name.len() == 2 && name.ends_with(|c: char| c.is_ascii_digit())
    });
    for name in NAMES {
        if !rows.iter().any(|(row, _)| row == name) {
            violations.push(format!("{PROPERTIES} has no row {name}"));
        }
    }
    violations.extend(unproven(PROPERTIES, &rows, &tests));
    let named = tests.iter().filter(|test| is_named_after_a_property(test));
    let missing = named.filter(|test| !rows.iter().any(|(_, listed)| listed.contains(test)));
    violations.extend(missing.map(|test| format!("{PROPERTIES} does not name {test}")));
    Ok(violations)
}

/// Every requirement that is claimed has a row with tests in it, and every test there exists.
pub fn requirements(tree: &Tree) -> Outcome<Vec<String>> {
    let text = &tree.file(REQUIREMENTS)?.text;
    let is_number = |name: &str| name.contains('.') && name.chars().all(|c| c.is_ascii_digit() || c == '.');
    Ok(unproven(REQUIREMENTS, &rows(text, is_number), &tests(tree)).collect())
}

/// The rows of a document's tables whose first cell is such a name, with the tests in their last.
pub(super) fn rows(text: &str, is_name: impl Fn(&str) -> bool) -> Vec<(&str, Vec<&str>)> {
    let mut rows = Vec::new();
    for line in text.lines() {
        let cells: Vec<&str> = line.split(" | ").collect();
        let [name, _, listed] = cells[..] else { continue };
        let name = name.trim_start_matches("| ");
        if is_name(name) {
            rows.push((name, spans(listed).collect()));
        }
    }
    rows
}

/// What the rows name as a proof and is none.
pub(super) fn unproven<'a>(
    document: &'a str,
    rows: &'a [(&str, Vec<&str>)],
    tests: &'a [&str],
) -> impl Iterator<Item = String> + 'a {
    rows.iter().flat_map(move |(name, listed)| {
        let none = listed
            .is_empty()
            .then(|| format!("{document}: {name} has no test"));
        let gone = listed.iter().filter(|test| !tests.contains(test));
        none.into_iter()
            .chain(gone.map(move |test| format!("{document}: {name}: there is no test {test}")))
    })
}

fn is_named_after_a_property(test: &str) -> bool {
    NAMES
        .iter()
        .any(|name| test.starts_with(&format!("{}_", name.to_ascii_lowercase())))
}

/// The names of all tests in Rust and Python.
pub(super) fn tests(tree: &Tree) -> Vec<&str> {
    let mut names = Vec::new();
    for file in tree.written(&[".rs", ".py"]) {
        let is_rust = file.path.ends_with(".rs");
        let mut is_marked = false;
        for line in file.text.lines().map(str::trim_start) {
            let declared = match is_rust {
                true => line.trim_start_matches("async ").strip_prefix("fn "),
                false => line.strip_prefix("def ").filter(|name| name.starts_with("test_")),
            };
            let name = declared.and_then(|rest| rest.split(['(', '<']).next());
            names.extend(name.filter(|_| is_marked || !is_rust));
            // Attributes may stand between the mark and the function.
            is_marked = line.starts_with("#[test]")
                || line.starts_with("#[tokio::test")
                || (is_marked && line.starts_with("#["));
        }
    }
    names
}

/// Every sentence that the guide quotes is in the sources or in what their tests expect, but for what stands for something
/// else.
pub fn quotations(tree: &Tree) -> Outcome<Vec<String>> {
    let text = &tree.file(QUOTING)?.text;
    let sources: Vec<String> = tree.written(&[".rs", ".py"]).map(joined).collect();
    let mut violations = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for quoted in spans(line).filter(|span| is_sentence(span)) {
            let pieces = quoted.split('…').map(str::trim).filter(|piece| !piece.is_empty());
            let unknown = pieces.filter(|piece| !sources.iter().any(|source| source.contains(piece)));
            violations
                .extend(unknown.map(|piece| format!("{QUOTING}:{}: nothing says {piece:?}", number + 1)));
        }
    }
    Ok(violations)
}

/// A source with the strings that go on in the next line joined.
fn joined(file: &File) -> String {
    let mut text = String::with_capacity(file.text.len());
    let mut rest = file.text.as_str();
    while let Some((before, after)) = rest.split_once("\\\n") {
        text.push_str(before);
        rest = after.trim_start();
    }
    text + rest
}

/// What stands between backquotes.
fn spans(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// Whether a program says this to people: words, and no command, setting or JSON.
fn is_sentence(span: &str) -> bool {
    let commands = ["aws ", "poolhouse ", "cargo ", "admin-"];
    span.split(' ').count() >= 3
        && !commands.iter().any(|command| span.starts_with(command))
        && !span.contains(['=', '{', '"'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &str) -> String {
        let others: String = NAMES[1..]
            .iter()
            .map(|name| format!("| {name} | what | `other` |\n"))
            .collect();
        format!("| | property | tests |\n|---|---|---|\n{rows}{others}")
    }

    fn check(rows: &str) -> Vec<String> {
        let rust = "#[tokio::test]\n#[ignore]\nasync fn d1_a() {}\n#[test]\nfn other() {}\nfn helper() {}\n";
        let python = "def test_b(one):\n    pass\ndef helper():\n";
        let text = table(rows);
        let tree = Tree::of(&[(PROPERTIES, &text), ("a.rs", rust), ("a.py", python)]);
        properties(&tree).unwrap()
    }

    #[test]
    fn a_property_needs_tests_that_exist() {
        assert_eq!(check("| D1 | what | `d1_a`; processes: `test_b` |\n"), [""; 0]);
        assert_eq!(
            check("| D1 | what | `d1_a`, `helper`, `gone` |\n"),
            [
                format!("{PROPERTIES}: D1: there is no test helper"),
                format!("{PROPERTIES}: D1: there is no test gone")
            ]
        );
        assert_eq!(
            check("| D1 | what | nothing |\n"),
            [
                format!("{PROPERTIES}: D1 has no test"),
                format!("{PROPERTIES} does not name d1_a")
            ]
        );
        assert_eq!(
            check(""),
            [
                format!("{PROPERTIES} has no row D1"),
                format!("{PROPERTIES} does not name d1_a")
            ]
        );
    }

    #[test]
    fn a_requirement_that_is_claimed_has_tests_that_exist() {
        let text = "| | what | tests |\n|---|---|---|\n| 6.5.1 | once | `other` |\n| 6.5.2 | x | `gone` |\n| 6.5.3 | x | none |\n";
        let tree = Tree::of(&[(REQUIREMENTS, text), ("a.rs", "#[test]\nfn other() {}\n")]);
        assert_eq!(
            requirements(&tree).unwrap(),
            [
                format!("{REQUIREMENTS}: 6.5.2: there is no test gone"),
                format!("{REQUIREMENTS}: 6.5.3 has no test"),
            ]
        );
    }

    #[test]
    fn a_sentence_that_no_program_says_is_found() {
        let rust = "let a = \"the relay did not \\\n            finish\";\nwrite!(f, \"refused {phase} with {reply}\")\n";
        let guide = "`the relay did not finish` `refused … with …` `poolhouse mail test --to` `A=b c d` `two words`\n\
            `the relay did not begin`\n";
        let tree = Tree::of(&[(QUOTING, guide), ("a.rs", rust)]);
        assert_eq!(
            quotations(&tree).unwrap(),
            [format!("{QUOTING}:2: nothing says \"the relay did not begin\"")]
        );
    }
}
