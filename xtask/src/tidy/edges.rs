//! Which crate uses which: the table in ARCHITECTURE.md against the manifests.

use std::collections::{BTreeMap, BTreeSet};

use super::dependencies::{Package, packages};
use super::tree::Tree;
use crate::Outcome;

const HEADING: &str = "## Edges between the crates";
const OURS: &str = "poolhouse-";

/// What a crate uses, and what only its tests, benchmarks and examples use.
#[derive(Debug, Default, PartialEq, Eq)]
struct Uses {
    always: BTreeSet<String>,
    in_tests: BTreeSet<String>,
}

pub fn check(tree: &Tree) -> Outcome<Vec<String>> {
    let announced = table(&tree.file("ARCHITECTURE.md")?.text)?;
    Ok(differences(&announced, &real(&packages()?)))
}

/// What the programs of the trigger functions must never link, however indirectly: they start in two milliseconds.
const NOT_IN_FUNCTIONS: &[&str] = &[
    "poolhouse-pool",
    "poolhouse-server",
    "poolhouse-store",
    "rusqlite",
];
const FUNCTIONS: &str = "poolhouse-lambda";

/// The programs of `crates/lambda` link none of that, by the manifests here and the lock file for what lies beyond.
pub fn functions_stay_small(tree: &Tree) -> Outcome<Vec<String>> {
    let mut uses = locked(&tree.file("Cargo.lock")?.text);
    for package in packages()? {
        // The lock file does not tell what only tests use.
        let linked = package
            .dependencies
            .into_iter()
            .filter(|other| !other.is_for_tests);
        uses.insert(package.name, linked.map(|other| other.name).collect());
    }
    Ok(linked_in_functions(&uses))
}

fn linked_in_functions(uses: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    if !uses.contains_key(FUNCTIONS) {
        return vec![format!("there is no {FUNCTIONS}")];
    }
    let mut linked = BTreeSet::from([FUNCTIONS]);
    let mut waiting = vec![FUNCTIONS];
    while let Some(next) = waiting.pop() {
        let others = uses.get(next).into_iter().flatten();
        waiting.extend(others.filter(|other| linked.insert(other)).map(String::as_str));
    }
    let found = NOT_IN_FUNCTIONS.iter().filter(|name| linked.contains(**name));
    found.map(|name| format!("{FUNCTIONS} links {name}")).collect()
}

/// What each package in a lock file uses.
fn locked(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let quoted = |line: &str| {
        line.split('"')
            .nth(1)
            .and_then(|name| name.split(' ').next().map(str::to_owned))
    };
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in text.split("[[package]]").skip(1) {
        let mut lines = package.lines();
        let name = lines.find(|line| line.starts_with("name = ")).and_then(quoted);
        let others = lines
            .skip_while(|line| !line.starts_with("dependencies = "))
            .skip(1);
        let others = others.map_while(quoted);
        uses.entry(name.unwrap_or_default()).or_default().extend(others);
    }
    uses
}

fn real(packages: &[Package]) -> BTreeMap<String, Uses> {
    let mut edges = BTreeMap::new();
    for package in packages {
        let uses: &mut Uses = edges.entry(short(&package.name)).or_default();
        // A crate that uses itself does so for a feature that its tests need.
        let others = package
            .dependencies
            .iter()
            .filter(|other| other.is_ours && other.name != package.name);
        for dependency in others {
            let set = if dependency.is_for_tests {
                &mut uses.in_tests
            } else {
                &mut uses.always
            };
            set.insert(short(&dependency.name));
        }
    }
    edges
}

fn short(name: &str) -> String {
    name.strip_prefix(OURS).unwrap_or(name).to_owned()
}

/// Reads the table of three columns under the heading: crate, uses, tests use.
fn table(text: &str) -> Outcome<BTreeMap<String, Uses>> {
    let (_, after) = text
        .split_once(HEADING)
        .ok_or_else(|| format!("ARCHITECTURE.md has no {HEADING:?}"))?;
    let rows = after
        .lines()
        .skip_while(|line| !line.starts_with('|'))
        .take_while(|line| line.starts_with('|'));
    let mut edges = BTreeMap::new();
    for row in rows.skip(2) {
        let mut cells = row.trim_matches('|').split('|').map(names);
        let [krate, always, in_tests] = std::array::from_fn(|_| cells.next().unwrap_or_default());
        let krate = krate
            .into_iter()
            .next()
            .ok_or_else(|| format!("a row without a crate: {row}"))?;
        edges.insert(krate, Uses { always, in_tests });
    }
    Ok(edges)
}

/// The names in a cell: `a, b`, in backticks or not; a dash stands for none.
fn names(cell: &str) -> BTreeSet<String> {
    let names = cell.split(',').map(|name| name.trim().trim_matches('`'));
    names
        .filter(|name| !matches!(*name, "" | "–" | "-"))
        .map(str::to_owned)
        .collect()
}

fn differences(announced: &BTreeMap<String, Uses>, real: &BTreeMap<String, Uses>) -> Vec<String> {
    let all: BTreeSet<&String> = announced.keys().chain(real.keys()).collect();
    let mut violations = Vec::new();
    for krate in all {
        match (announced.get(krate), real.get(krate)) {
            (Some(announced), Some(real)) if announced != real => {
                violations.push(format!(
                    "{krate}: ARCHITECTURE.md says {announced:?}, the manifest {real:?}"
                ));
            }
            (Some(_), None) => {
                violations.push(format!("{krate} is in ARCHITECTURE.md and not in the workspace"))
            }
            (None, Some(_)) => {
                violations.push(format!("{krate} is in the workspace and not in ARCHITECTURE.md"))
            }
            _ => {}
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "## Edges between the crates\n\nText.\n\n| crate | uses | tests use |\n|---|---|---|\n\
        | `api` | – | – |\n| `server` | `api`, `store` | `testkit` |\n\n| other | table |\n";

    #[test]
    fn the_table_says_what_a_crate_uses_and_what_its_tests_use() {
        let table = table(TABLE).unwrap();
        assert_eq!(table.keys().collect::<Vec<_>>(), ["api", "server"]);
        assert_eq!(table["api"], Uses::default());
        assert_eq!(table["server"].always, names("api, store"));
        assert_eq!(table["server"].in_tests, names("testkit"));
    }

    #[test]
    fn an_edge_that_is_not_announced_is_found_and_so_is_one_that_is_gone() {
        let announced = table(TABLE).unwrap();
        let mut real = table(TABLE).unwrap();
        assert_eq!(differences(&announced, &real), Vec::<String>::new());
        real.get_mut("api").unwrap().always.insert("store".to_owned());
        real.remove("server");
        real.insert("new".to_owned(), Uses::default());
        let found = differences(&announced, &real);
        assert_eq!(found.len(), 3);
        assert!(found[0].starts_with("api: ARCHITECTURE.md says "));
        assert_eq!(found[1], "new is in the workspace and not in ARCHITECTURE.md");
        assert_eq!(found[2], "server is in ARCHITECTURE.md and not in the workspace");
    }
    #[test]
    fn what_the_functions_link_is_found_however_indirect() {
        let lock = |of_driver: &str| {
            format!(
                "version = 4\n\n[[package]]\nname = \"driver\"\nversion = \"1.0.0\"\ndependencies = [\n {of_driver}]\n\n\
                 [[package]]\nname = \"poolhouse-lambda\"\ndependencies = [\n \"driver 1.0.0\",\n \"x\",\n]\n"
            )
        };
        let found = |of_driver| linked_in_functions(&locked(&lock(of_driver)));
        assert_eq!(found(""), [""; 0]);
        assert_eq!(found("\"rusqlite\",\n"), ["poolhouse-lambda links rusqlite"]);
        assert_eq!(
            found("\"x\",\n \"poolhouse-store\",\n"),
            ["poolhouse-lambda links poolhouse-store"]
        );
        assert_eq!(
            linked_in_functions(&BTreeMap::new()),
            ["there is no poolhouse-lambda"]
        );
    }
}
