//! Traces of the machine that a file was written on.

use super::tree::Tree;
use crate::{Outcome, root};

/// Where people's own folders lie. This rule itself names them.
const HOMES: &[&str] = &["/home/", "/Users/", "C:\\Users\\"];
const NAMING: &str = "xtask/src/tidy/places.rs";

/// The one address that may stand in Cargo.lock: crates.io by the name that Cargo gives it on every machine.
const CRATES_IO: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";

pub fn folders(tree: &Tree) -> Outcome<Vec<String>> {
    let checkout = root::path("").display().to_string();
    let mut names = vec![checkout.trim_end_matches('/').to_owned()];
    names.extend(HOMES.iter().map(|home| (*home).to_owned()));
    let mut violations = Vec::new();
    for file in tree.files.iter().filter(|file| file.path != NAMING) {
        for (number, line) in file.text.lines().enumerate() {
            if let Some(name) = names.iter().find(|name| names_folder(line, name)) {
                violations.push(format!("{}:{}: {name}", file.path, number + 1));
            }
        }
    }
    Ok(violations)
}

/// Whether the line has the folder's path, and not only a longer one that ends with it, such as an address.
fn names_folder(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        !line[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | '}'))
    })
}

pub fn hosts(tree: &Tree) -> Outcome<Vec<String>> {
    let mut violations = Vec::new();
    for file in &tree.files {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        for (number, line) in file.text.lines().enumerate() {
            let line = line.trim();
            let names_host = match name {
                "Cargo.lock" => line.starts_with("source = ") && line != CRATES_IO,
                "package-lock.json" => line.starts_with("\"resolved\": \"http"),
                "requirements.txt" => line.starts_with('-') || line.contains("://"),
                ".npmrc" | "pip.conf" => line.contains("://"),
                _ => false,
            };
            if names_host {
                violations.push(format!("{}:{}: {line}", file.path, number + 1));
            }
        }
    }
    Ok(violations)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_this_machine_is_found_and_an_address_is_not() {
        let here = root::path("web").display().to_string();
        let text = format!("cd {here}\nsee /home/ada/x\nsee https://example.com/home/ada\n");
        let found = folders(&Tree::of(&[("a.md", &text)])).unwrap();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("a.md:1: "));
        assert_eq!(found[1], "a.md:2: /home/");
    }

    #[test]
    fn a_lock_file_that_says_where_packages_came_from_is_found() {
        let tree = Tree::of(&[
            (
                "Cargo.lock",
                &format!("{CRATES_IO}\nsource = \"registry+https://crates.example/\"\n"),
            ),
            (
                "web/package-lock.json",
                "\"resolved\": \"https://npm.example/a.tgz\",\n\"integrity\": \"sha512-x\"\n",
            ),
            (
                "tests/requirements.txt",
                "boto3==1.44.5\n--index-url https://pypi.example\n",
            ),
        ]);
        assert_eq!(
            hosts(&tree).unwrap(),
            [
                "Cargo.lock:2: source = \"registry+https://crates.example/\"",
                "web/package-lock.json:1: \"resolved\": \"https://npm.example/a.tgz\",",
                "tests/requirements.txt:2: --index-url https://pypi.example",
            ]
        );
    }
}
