//! The floors of the crate `pool`: each folder imports only from folders on lower floors.

use std::collections::{BTreeMap, BTreeSet};

use super::imports::edges::{Imports, circles, imports};
use super::imports::modules::{Modules, crates};
use super::tree::Tree;
use super::{Finding, Outcome};

const HEADING: &str = "## The floors of the pool";
const WALK: &str = "## One sign-in through the files";
const CRATE: &str = "pool";

/// The folders of the crate stand in ARCHITECTURE.md's table, and no import runs up.
pub fn check(tree: &Tree) -> Outcome<Finding> {
    let floors = table(&tree.file("ARCHITECTURE.md")?.text)?;
    let modules = crates(tree).into_iter().find(|found| found.name == CRATE);
    let modules = modules.ok_or_else(|| format!("there is no crate {CRATE}"))?;
    let house = House {
        modules: &modules,
        floors: &floors,
    };
    let imports = imports(&modules);
    let mut violations = house.unlisted();
    violations.extend(house.upward(&imports));
    let neighbours = house.neighbours(&imports);
    violations.extend(house.circles(&neighbours));
    let highest = floors.values().max().copied().unwrap_or_default();
    Ok(Finding {
        figure: Some(format!("{} folders on {highest} floors", floors.len())),
        violations,
    })
}

/// The files of the pool that the walk through one sign-in names, item by item: each item goes down, to files that exist.
pub fn walk(tree: &Tree) -> Outcome<Vec<String>> {
    let text = &tree.file("ARCHITECTURE.md")?.text;
    let floors = table(text)?;
    let (_, after) = text
        .split_once(WALK)
        .ok_or_else(|| format!("ARCHITECTURE.md has no {WALK:?}"))?;
    let section = after.split("\n## ").next().unwrap_or_default();
    let mut violations = Vec::new();
    let mut named = 0;
    let mut before: Option<(usize, &str)> = None;
    for line in section.lines() {
        if line.is_empty() || line.starts_with(|c: char| c.is_ascii_digit()) {
            before = None;
        }
        for file in line.split('`').skip(1).step_by(2) {
            let folder = file.split_once('/').filter(|_| file.ends_with(".rs"));
            let Some(floor) = folder.and_then(|(folder, _)| floors.get(folder)) else {
                continue;
            };
            named += 1;
            if tree.file(&format!("crates/{CRATE}/src/{file}")).is_err() {
                violations.push(format!("the walk names {file}, which is not there"));
            }
            if let Some((_, above)) = before.filter(|(above, _)| above < floor) {
                violations.push(format!("the walk goes up from {above} to {file}"));
            }
            before = Some((*floor, file));
        }
    }
    if named == 0 {
        violations.push("the walk names no file of the pool".to_owned());
    }
    Ok(violations)
}

/// Reads the table under the heading: the floor's number, its folders, what they hold.
fn table(text: &str) -> Outcome<BTreeMap<String, usize>> {
    let (_, after) = text
        .split_once(HEADING)
        .ok_or_else(|| format!("ARCHITECTURE.md has no {HEADING:?}"))?;
    let rows = after
        .lines()
        .skip_while(|line| !line.starts_with('|'))
        .take_while(|line| line.starts_with('|'));
    let mut floors = BTreeMap::new();
    for row in rows.skip(2) {
        let mut cells = row.trim_matches('|').split('|').map(str::trim);
        let floor = cells.next().unwrap_or_default().parse();
        let floor = floor.map_err(|error| format!("a floor without a number ({error}): {row}"))?;
        let folders = cells.next().unwrap_or_default().split(',');
        floors.extend(folders.map(|folder| (folder.trim().trim_matches('`').to_owned(), floor)));
    }
    Ok(floors)
}

struct House<'a> {
    modules: &'a Modules,
    floors: &'a BTreeMap<String, usize>,
}

impl House<'_> {
    /// The folder of a file; the file itself if it lies in none. The crate's root has no place: it lists the folders.
    fn folder(&self, file: usize) -> Option<&str> {
        let path = self.modules.files[file].path.as_str();
        let path = path.split_once("/src/").map_or(path, |(_, path)| path);
        match path.split_once('/') {
            Some((folder, _)) => Some(folder),
            None => path.strip_suffix(".rs").filter(|name| *name != "lib"),
        }
    }

    /// Folders that the table does not have, and folders that only the table has.
    fn unlisted(&self) -> Vec<String> {
        let real: BTreeSet<&str> = (0..self.modules.files.len())
            .filter_map(|file| self.folder(file))
            .collect();
        let listed: BTreeSet<&str> = self.floors.keys().map(String::as_str).collect();
        let new = real
            .difference(&listed)
            .map(|folder| format!("{folder} is on no floor in ARCHITECTURE.md"));
        let gone = listed
            .difference(&real)
            .map(|folder| format!("{folder} is in ARCHITECTURE.md and not in the crate"));
        new.chain(gone).collect()
    }

    /// Imports that run up, by where the name is defined or by a folder it comes through.
    fn upward(&self, imports: &Imports) -> Vec<String> {
        let floor = |file| self.floors.get(self.folder(file)?).copied();
        let mut violations = Vec::new();
        for (&(from, to), import) in imports {
            let higher = import
                .through
                .iter()
                .copied()
                .chain([to])
                .find(|other| floor(*other) > floor(from));
            if let (Some(higher), Some(_)) = (higher, floor(from)) {
                let path = |file: usize| self.modules.files[file].path.as_str();
                violations.push(format!(
                    "{}:{} imports up from {}",
                    path(from),
                    import.line,
                    path(higher)
                ));
            }
        }
        violations
    }

    /// Which folders import from others on their own floor.
    fn neighbours(&self, imports: &Imports) -> BTreeSet<(&str, &str)> {
        let mut found = BTreeSet::new();
        for (&(from, to), import) in imports {
            for to in import.through.iter().copied().chain([to]) {
                if let (Some(from), Some(to)) = (self.folder(from), self.folder(to)) {
                    let is_near =
                        self.floors.contains_key(from) && self.floors.get(from) == self.floors.get(to);
                    found.extend((is_near && from != to).then_some((from, to)));
                }
            }
        }
        found
    }

    fn circles(&self, neighbours: &BTreeSet<(&str, &str)>) -> Vec<String> {
        let folders: Vec<&str> = self.floors.keys().map(String::as_str).collect();
        let place = |name: &str| folders.iter().position(|folder| *folder == name);
        let edges: Vec<(usize, usize)> = neighbours
            .iter()
            .filter_map(|(from, to)| Some((place(from)?, place(to)?)))
            .collect();
        let told = circles(&edges).into_iter().map(|circle| {
            let names: Vec<&str> = circle.way.iter().map(|at| folders[*at]).collect();
            format!("folders of one floor import each other: {}", names.join(", "))
        });
        told.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIB: (&str, &str) = (
        "crates/pool/src/lib.rs",
        "pub mod base; pub mod left; pub mod right; pub mod top;",
    );
    const TABLE: (&str, &str) = (
        "ARCHITECTURE.md",
        "## The floors of the pool\n\nText.\n\n| floor | folders | what |\n|---|---|---|\n\
         | 3 | `top` | x |\n| 2 | `left`, `right` | y |\n| 1 | `base` | z |\n\nText.\n",
    );

    /// The house with these four files.
    fn found(base: &str, left: &str, right: &str, top: &str) -> Vec<String> {
        let tree = Tree::of(&[
            TABLE,
            LIB,
            ("crates/pool/src/base/mod.rs", base),
            ("crates/pool/src/left/mod.rs", left),
            ("crates/pool/src/right.rs", right),
            ("crates/pool/src/top/mod.rs", top),
        ]);
        check(&tree).unwrap().violations
    }

    #[test]
    fn imports_run_down_or_to_a_neighbour() {
        let top = "use crate::{base::A, left::B, right::C};";
        assert_eq!(
            found("", "use crate::base::A;", "use crate::left::B;", top),
            [""; 0]
        );
    }

    #[test]
    fn an_import_that_runs_up_is_found() {
        assert_eq!(
            found("", "\nuse crate::top::D;", "", ""),
            ["crates/pool/src/left/mod.rs:2 imports up from crates/pool/src/top/mod.rs"]
        );
        assert_eq!(
            found("", "", "fn f() { crate::top::g() }", "use crate::base::A;"),
            ["crates/pool/src/right.rs:1 imports up from crates/pool/src/top/mod.rs"]
        );
    }

    #[test]
    fn a_low_name_taken_from_a_high_folder_runs_up() {
        assert_eq!(
            found(
                "pub struct A;",
                "use crate::top::A;",
                "",
                "pub use crate::base::A;"
            ),
            ["crates/pool/src/left/mod.rs:1 imports up from crates/pool/src/top/mod.rs"]
        );
    }

    #[test]
    fn neighbours_that_import_each_other_are_found() {
        assert_eq!(
            found("", "use crate::right::C;", "use crate::left::B;", ""),
            ["folders of one floor import each other: left, right"]
        );
    }

    #[test]
    fn the_table_and_the_crate_have_the_same_folders() {
        let tree = Tree::of(&[
            TABLE,
            (
                "crates/pool/src/lib.rs",
                "mod base; mod left; mod right; mod cellar;",
            ),
            ("crates/pool/src/base.rs", ""),
            ("crates/pool/src/left.rs", ""),
            ("crates/pool/src/right.rs", ""),
            ("crates/pool/src/cellar/mod.rs", ""),
        ]);
        let found = check(&tree).unwrap();
        assert_eq!(found.figure.unwrap(), "4 folders on 3 floors");
        assert_eq!(
            found.violations,
            [
                "cellar is on no floor in ARCHITECTURE.md",
                "top is in ARCHITECTURE.md and not in the crate"
            ]
        );
        assert!(check(&Tree::of(&[LIB, ("ARCHITECTURE.md", "## Floors")])).is_err());
    }
    #[test]
    fn a_walk_that_goes_up_or_names_a_file_that_is_gone_is_found() {
        let walked = |items: &str| {
            let text = format!(
                "{}\n## One sign-in through the files\n\n{items}\n\n## More\n1. `base/a.rs` `top/b.rs`\n",
                TABLE.1
            );
            let file = |path| (path, "");
            walk(&Tree::of(&[
                ("ARCHITECTURE.md", &text),
                file("crates/pool/src/top/b.rs"),
                file("crates/pool/src/left/mod.rs"),
                file("crates/pool/src/base/a.rs"),
            ]))
            .unwrap()
        };
        let down =
            "1. `x.rs` `top/b.rs`, `left/mod.rs`\n   and `base/a.rs` of `crates/y/src/z.rs`\n2. `top/b.rs`";
        assert_eq!(walked(down), [""; 0]);
        assert_eq!(
            walked("1. `left/mod.rs`\n   `base/a.rs` `left/mod.rs` `right/c.rs`\n\n`top/b.rs`"),
            [
                "the walk goes up from base/a.rs to left/mod.rs",
                "the walk names right/c.rs, which is not there"
            ]
        );
        assert_eq!(walked("1. Nothing."), ["the walk names no file of the pool"]);
    }
}
