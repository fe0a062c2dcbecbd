//! How long files and functions may be.

use super::Finding;
use super::rust_text::{self, Function};
use super::tree::{File, Tree};
use crate::Outcome;

const FILE_LINES: usize = 400;
const FUNCTION_LINES: usize = 60;
/// What serves HTTP knows no flow and no command, and so stays small.
const SERVER: &str = "crates/server/src/";
const SERVER_LINES: usize = 6000;
/// A test may be a table: one line for each case and nothing to follow.
const TEST_LINES: usize = 120;

/// Files that are longer, and why.
const LONG_FILES: &[(&str, &str)] = &[];

/// Functions that are longer, and why: file, name, reason.
const LONG_FUNCTIONS: &[(&str, &str, &str)] = &[
    (
        "crates/confirm/src/mail/html.rs",
        "render",
        "one HTML page, from top to bottom",
    ),
    (
        "crates/config/src/tests.rs",
        "every_setting_is_read",
        "one whole configuration file and what it means",
    ),
    (
        "crates/config/src/tests.rs",
        "every_mistake_names_its_key_and_what_to_do",
        "a table with texts of several lines",
    ),
];

pub fn files(tree: &Tree) -> Outcome<Vec<String>> {
    let too_long = |path: &str, lines: usize| {
        lines > FILE_LINES && !LONG_FILES.iter().any(|(excepted, _)| *excepted == path)
    };
    let violations = tree.written(&[".rs", ".ts", ".mjs", ".py"]).filter_map(|file| {
        let lines = file.text.lines().count();
        too_long(&file.path, lines).then(|| format!("{}: {lines} lines", file.path))
    });
    Ok(violations.collect())
}

pub fn functions(tree: &Tree) -> Outcome<Vec<String>> {
    let mut violations = Vec::new();
    for file in tree.written(&[".rs"]) {
        let code = rust_text::code_of(&file.text);
        for function in rust_text::functions(&code) {
            let limit = if function.is_test {
                TEST_LINES
            } else {
                FUNCTION_LINES
            };
            let excepted =
                |(path, name, _): &(&str, &str, &str)| *path == file.path && *name == function.name;
            if function.lines > limit && !LONG_FUNCTIONS.iter().any(excepted) {
                let Function {
                    name, line, lines, ..
                } = function;
                violations.push(format!("{}:{line}: {name} has {lines} lines", file.path));
            }
        }
    }
    Ok(violations)
}

/// The server's lines, without its tests.
pub fn server(tree: &Tree) -> Outcome<Finding> {
    let is_tests = |path: &str| path.ends_with("/tests.rs") || path.contains("/tests/");
    let files = tree.written(&[".rs"]);
    let files = files.filter(|file| file.path.starts_with(SERVER) && !is_tests(&file.path));
    let lines: usize = files.map(lines_without_tests).sum();
    let violations = match lines {
        0 => vec![format!("{SERVER} has no files")],
        SERVER_LINES.. => vec![format!("{SERVER}: {lines} lines")],
        _ => Vec::new(),
    };
    Ok(Finding {
        violations,
        figure: Some(format!("{lines}")),
    })
}

/// The lines before a file's module of tests, which stands at its end.
fn lines_without_tests(file: &File) -> usize {
    let lines: Vec<&str> = file.text.lines().collect();
    let is_tests =
        |two: &[&str]| two[0] == "#[cfg(test)]" && two[1].starts_with("mod ") && two[1].ends_with('{');
    let tests = lines.windows(2).position(is_tests);
    tests.unwrap_or(lines.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_has_fewer_than_6000_lines_and_its_tests_do_not_count() {
        let module = |lines: usize| {
            format!(
                "{}#[cfg(test)]\nmod tests {{\n{}}}\n",
                "x;\n".repeat(lines),
                "y;\n".repeat(50)
            )
        };
        let found = |lines: usize| {
            let (half, rest) = (module(3000), module(lines - 3000));
            let long = "z;\n".repeat(9000);
            let tree = Tree::of(&[
                ("crates/server/src/a.rs", &half),
                ("crates/server/src/x/b.rs", &rest),
                ("crates/server/src/x/tests.rs", &long),
                ("crates/server/src/x/tests/c.rs", &long),
                ("crates/server/tests/d.rs", &long),
                ("crates/pool/src/e.rs", &long),
            ]);
            server(&tree).unwrap()
        };
        let (within, beyond) = (found(5999), found(6000));
        assert_eq!(
            (within.violations, within.figure.as_deref()),
            (vec![], Some("5999"))
        );
        assert_eq!(beyond.violations, ["crates/server/src/: 6000 lines"]);
        assert_eq!(
            server(&Tree::of(&[])).unwrap().violations,
            ["crates/server/src/ has no files"]
        );
    }

    #[test]
    fn a_file_of_401_lines_is_too_long_unless_it_is_generated() {
        let text = "//\n".repeat(FILE_LINES + 1);
        let tree = Tree::of(&[
            ("a.rs", &text),
            ("x/generated/b.rs", &text),
            ("c.css", &text),
            ("d.rs", "//\n"),
        ]);
        assert_eq!(files(&tree).unwrap(), ["a.rs: 401 lines"]);
    }

    #[test]
    fn a_function_of_61_lines_is_too_long_unless_it_is_a_test() {
        let function = |lines: usize| format!("fn f() {{\n{}}}\n", "x;\n".repeat(lines - 2));
        let test = |lines: usize| format!("#[test]\n{}", function(lines));
        let tree = Tree::of(&[
            ("a.rs", &function(61)),
            ("b.rs", &function(60)),
            ("c.rs", &test(121)),
            ("d.rs", &test(120)),
        ]);
        assert_eq!(
            functions(&tree).unwrap(),
            ["a.rs:1: f has 61 lines", "c.rs:2: f has 121 lines"]
        );
    }
}
