//! Words that must not stand in the sources, or only in some.

use super::rust_text;
use super::tree::{File, Tree};
use crate::Outcome;

/// This file names what it forbids.
const NAMING: &str = "xtask/src/tidy/wording.rs";

const MARKERS: &[&str] = &["TODO", "FIXME", "XXX", "HACK"];
const MACROS: &[&str] = &["dbg!", "todo!", "unimplemented!"];

/// The one crate that may have `unsafe` code, in files that SECURITY.md names.
const UNSAFE: &str = "crates/crypto/src/";

pub fn unfinished(tree: &Tree) -> Outcome<Vec<String>> {
    let sources = [
        ".rs", ".ts", ".mjs", ".py", ".toml", ".md", ".css", ".html", ".yaml", ".yml",
    ];
    let mut violations = Vec::new();
    for file in tree.written(&sources).filter(|file| file.path != NAMING) {
        for (number, line) in file.text.lines().enumerate() {
            let found = MARKERS.iter().chain(MACROS).find(|word| has_word(line, word));
            violations.extend(found.map(|word| format!("{}:{}: {word}", file.path, number + 1)));
        }
    }
    Ok(violations)
}

/// Lines that Git leaves where two changes met: `=======` alone may be a heading's line.
pub fn conflicts(tree: &Tree) -> Outcome<Vec<String>> {
    let ends = ['<', '|', '>'].map(|mark| mark.to_string().repeat(7));
    let marks = |line: &str| {
        ends.iter()
            .any(|end| line.strip_prefix(end.as_str()).is_some_and(ends_mark))
    };
    let found = tree.files.iter().flat_map(|file| {
        let lines = file.text.lines().enumerate().filter(|(_, line)| marks(line));
        lines.map(|(number, _)| format!("{}:{}", file.path, number + 1))
    });
    Ok(found.collect())
}

/// Whether this may follow the seven characters: nothing, or the name of a side.
fn ends_mark(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(' ')
}

pub fn unsafe_code(tree: &Tree) -> Outcome<Vec<String>> {
    let security = &tree.file("SECURITY.md")?.text;
    let allowed =
        |file: &File| file.path.starts_with(UNSAFE) && security.contains(&format!("`{}`", file.path));
    let mut violations = Vec::new();
    for file in tree.written(&[".rs"]).filter(|file| !allowed(file)) {
        let code = rust_text::code_of(&file.text);
        for (number, line) in code.lines().enumerate() {
            if has_word(line, "unsafe") {
                violations.push(format!("{}:{}", file.path, number + 1));
            }
        }
    }
    Ok(violations)
}

/// Whether the line has the word by itself, and not as a part of another.
fn has_word(line: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_to_be_done_is_found_and_longer_words_are_not() {
        let text = "// TODO: later\nlet x = dbg!(1);\nautoTODOs\nMYXXX\n// FIXME\n";
        let tree = Tree::of(&[("a.rs", text), ("b.json", "TODO")]);
        assert_eq!(
            unfinished(&tree).unwrap(),
            ["a.rs:1: TODO", "a.rs:2: dbg!", "a.rs:5: FIXME"]
        );
    }

    #[test]
    fn what_a_merge_left_is_found_in_any_file() {
        let [ours, base, theirs] = ['<', '|', '>'].map(|mark| mark.to_string().repeat(7));
        let text =
            format!("a\n{ours} HEAD\nb\n{base}\n=======\nc\n{theirs} main\n {theirs} quoted\n{theirs}>\n");
        let tree = Tree::of(&[("LICENCE", &text), ("b.md", "Title\n=======\n")]);
        assert_eq!(conflicts(&tree).unwrap(), ["LICENCE:2", "LICENCE:4", "LICENCE:7"]);
    }

    #[test]
    fn unsafe_code_is_found_where_it_is_not_announced() {
        let code = "// unsafe in a comment\n#![deny(unsafe_code)]\nunsafe { f() }\n";
        let tree = Tree::of(&[
            (
                "SECURITY.md",
                "`crates/crypto/src/bignum.rs` and `crates/api/src/lib.rs`",
            ),
            ("crates/api/src/lib.rs", code),
            ("crates/crypto/src/bignum.rs", code),
            ("crates/crypto/src/lib.rs", code),
        ]);
        assert_eq!(
            unsafe_code(&tree).unwrap(),
            ["crates/api/src/lib.rs:3", "crates/crypto/src/lib.rs:3"]
        );
    }
}
