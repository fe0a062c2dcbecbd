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
}
