//! Files of a crate that import each other in a circle: none can be read, tested or moved without the others.

use super::imports::edges::{Circle, circles, imports};
use super::imports::modules::{Modules, crates};
use super::tree::Tree;
use super::{Finding, Outcome};

/// Crates whose circles are known and being undone.
const EXCUSED: &[&str] = &["mail"];

/// No two files import each other, directly or by way of others.
pub fn check(tree: &Tree) -> Outcome<Finding> {
    Ok(find(tree, EXCUSED))
}

fn find(tree: &Tree, excused: &[&str]) -> Finding {
    let mut violations = Vec::new();
    let (mut files, mut edges, mut largest) = (0, 0, 1);
    for modules in crates(tree) {
        violations.extend(
            modules
                .unread(tree)
                .map(|path| format!("{path}: no module declares it")),
        );
        let imports = imports(&modules);
        let pairs: Vec<(usize, usize)> = imports.keys().copied().collect();
        files += modules.files.len();
        edges += pairs.len();
        if excused.contains(&modules.name.as_str()) {
            continue;
        }
        for circle in circles(&pairs) {
            largest = largest.max(circle.size);
            violations.push(told(&modules, &circle, |from, to| imports[&(from, to)].line));
        }
    }
    let mut figure = format!("{files} files, {edges} imports, largest circle {largest}");
    if !excused.is_empty() {
        figure += &format!(", not looked at: {}", excused.join(", "));
    }
    Finding {
        figure: Some(figure),
        violations,
    }
}

/// The circle as a way that one can follow: each file with the line that imports the next, and the first again.
fn told(modules: &Modules, circle: &Circle, line: impl Fn(usize, usize) -> usize) -> String {
    let path = |file: &usize| modules.files[*file].path.as_str();
    let next = circle.way.iter().cycle().skip(1);
    let steps = circle.way.iter().zip(next);
    let mut steps: Vec<String> = steps
        .map(|(from, to)| format!("{}:{}", path(from), line(*from, *to)))
        .collect();
    steps.extend(circle.way.first().map(|first| path(first).to_owned()));
    format!("a circle of {}: {}", circle.size, steps.join(" → "))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A crate of the given files, as the rule sees it.
    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<(String, &str)> = files
            .iter()
            .map(|(path, text)| (format!("crates/a/src/{path}"), *text))
            .collect();
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
        find(&Tree::of(&files), &[]).violations
    }

    #[test]
    fn files_that_import_each_other_are_found_however_they_say_it() {
        let expected = ["a circle of 2: crates/a/src/x.rs:2 → crates/a/src/y.rs:1 → crates/a/src/x.rs"];
        for (x, y) in [
            ("use crate::y::Y;", "use crate::x::X;"),
            ("use super::y::{self, Y};", "fn f() -> super::x::X {}"),
            ("use crate::y as z; fn f() { z::g() }", "use crate::{x::X as Z};"),
            ("use crate::y; use y::Y;", "use crate::x::*;"),
            ("fn f() { crate::y::g() }", "use crate::x; type A = x::X;"),
            (
                "fn f() { use super::y::Y; }",
                "use poolhouse_a::x::X; fn f() { crate::x::f() }",
            ),
            ("mod inner { use super::super::y::Y; }", "use super::x::inner::Z;"),
        ] {
            let x = format!("\n{x}");
            assert_eq!(
                found(&[("lib.rs", "mod x;\nmod y;"), ("x.rs", &x), ("y.rs", y)]),
                expected,
                "{x}"
            );
        }
    }

    #[test]
    fn a_long_circle_is_told_by_its_shortest_way_round() {
        let files = [
            ("lib.rs", "mod a; mod b; mod c; mod d;"),
            ("a.rs", "use crate::b::X;\nuse crate::c::X;"),
            ("b.rs", "use crate::c::X;"),
            ("c.rs", "use crate::a::X;"),
            ("d.rs", "use crate::a::X;"),
        ];
        assert_eq!(
            found(&files),
            ["a circle of 3: crates/a/src/a.rs:2 → crates/a/src/c.rs:1 → crates/a/src/a.rs"]
        );
    }

    #[test]
    fn a_child_that_uses_what_its_parent_defines_and_the_parent_uses_is_a_circle() {
        let parent = "mod child;\nuse child::f;\npub struct Item;";
        let files = |child| [("lib.rs", "mod p;"), ("p/mod.rs", parent), ("p/child.rs", child)];
        assert_eq!(
            found(&files("use super::Item;")),
            ["a circle of 2: crates/a/src/p/mod.rs:2 → crates/a/src/p/child.rs:1 → crates/a/src/p/mod.rs"]
        );
        assert_eq!(found(&files("use crate::other::Item;")), [""; 0]);
    }

    #[test]
    fn a_re_export_is_looked_through_and_is_no_import() {
        let files = |parent| {
            [
                ("lib.rs", "mod p;"),
                ("p/mod.rs", parent),
                ("p/one.rs", "use super::Two;"),
                ("p/two.rs", "use std::fmt;"),
            ]
        };
        assert_eq!(
            found(&files("mod one; mod two; pub use two::Two; pub use one::*;")),
            [""; 0]
        );
        assert_eq!(
            found(&files(
                "mod one; mod two; pub use two::*; pub(crate) use one::One;"
            )),
            [""; 0]
        );
        // A parent that uses the names it passes on imports them.
        assert_eq!(
            found(&[
                ("lib.rs", "mod p;"),
                ("p/mod.rs", "mod one;\npub use one::One;\npub struct Two(One);"),
                ("p/one.rs", "use super::Two;"),
            ]),
            ["a circle of 2: crates/a/src/p/mod.rs:2 → crates/a/src/p/one.rs:1 → crates/a/src/p/mod.rs"]
        );
    }

    #[test]
    fn tests_and_generated_code_import_as_they_like() {
        let files = [
            ("lib.rs", "mod x; mod y; mod generated { pub mod z; }"),
            (
                "x.rs",
                "use crate::y::Y; use crate::generated::z::Z; #[cfg(test)] mod tests;",
            ),
            ("x/tests.rs", "use crate::x::X;"),
            ("y.rs", "#[cfg(test)] mod tests { use crate::x::X; }"),
            ("generated/z.rs", "use crate::x::X;"),
        ];
        assert_eq!(found(&files), [""; 0]);
    }

    #[test]
    fn programs_are_read_like_the_library() {
        let files = [
            ("lib.rs", "pub mod x;"),
            ("x.rs", ""),
            ("main.rs", "mod y; use poolhouse_a::x::X; use y::Y; struct Z;"),
            ("y.rs", "use crate::Z;"),
            ("bin/b.rs", "use poolhouse_a::x::X;"),
        ];
        assert_eq!(
            found(&files),
            ["a circle of 2: crates/a/src/main.rs:1 → crates/a/src/y.rs:1 → crates/a/src/main.rs"]
        );
    }

    #[test]
    fn a_file_that_no_module_declares_is_found() {
        let files = [("lib.rs", "mod x;"), ("x.rs", ""), ("y.rs", "")];
        assert_eq!(found(&files), ["crates/a/src/y.rs: no module declares it"]);
    }

    #[test]
    fn the_figure_says_what_was_looked_at() {
        let tree = Tree::of(&[
            ("crates/a/src/lib.rs", "mod x; mod y;"),
            ("crates/a/src/x.rs", "use crate::y::Y;"),
            ("crates/a/src/y.rs", "use crate::x::X;"),
        ]);
        let figure = |excused| find(&tree, excused).figure.unwrap();
        assert_eq!(figure(&[]), "3 files, 2 imports, largest circle 2");
        assert_eq!(
            figure(&["a"]),
            "3 files, 2 imports, largest circle 1, not looked at: a"
        );
    }
}
