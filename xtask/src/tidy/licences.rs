//! What `deny.toml` says of licences and of crates that must not come in, as far as that can be told without a network:
//! cargo-deny itself runs with `cargo xtask test advisories`.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use super::tree::Tree;
use crate::system::process;
use crate::{Outcome, root};

const LIST: &str = "deny.toml";

/// What the list allows and denies.
struct Policy {
    licences: BTreeSet<String>,
    denied: BTreeSet<String>,
}

impl Policy {
    fn read(text: &str) -> Outcome<Policy> {
        let list: toml::Table = text.parse()?;
        let array = |section: &str, member: &str| {
            let found = list
                .get(section)
                .and_then(|section| section.get(member)?.as_array());
            found.ok_or_else(|| format!("{LIST} has no {member} under [{section}]"))
        };
        let allowed = array("licenses", "allow")?.iter();
        let denied = array("bans", "deny")?.iter();
        Ok(Policy {
            licences: allowed
                .filter_map(|name| name.as_str().map(str::to_owned))
                .collect(),
            denied: denied
                .filter_map(|entry| entry.get("name")?.as_str().map(str::to_owned))
                .collect(),
        })
    }

    /// Whether one may use what is under this licence: `MIT OR Apache-2.0`, `(MIT OR Apache-2.0) AND Unicode-3.0`,
    /// `MIT/Apache-2.0` as it was written before.
    fn allows(&self, licence: &str) -> bool {
        let spaced = licence
            .replace('/', " OR ")
            .replace('(', " ( ")
            .replace(')', " ) ");
        let mut words = spaced.split_whitespace().peekable();
        let allowed = self.any(&mut words);
        allowed && words.next().is_none()
    }

    fn any<'a>(&self, words: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>) -> bool {
        let mut allowed = self.all(words);
        while words.next_if_eq(&"OR").is_some() {
            allowed |= self.all(words);
        }
        allowed
    }

    fn all<'a>(&self, words: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>) -> bool {
        let mut allowed = self.one(words);
        while words.next_if_eq(&"AND").is_some() {
            allowed &= self.one(words);
        }
        allowed
    }

    fn one<'a>(&self, words: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>) -> bool {
        let Some(word) = words.next() else {
            return false;
        };
        if word == "(" {
            let allowed = self.any(words);
            return allowed && words.next() == Some(")");
        }
        match words.next_if_eq(&"WITH").and_then(|_| words.next()) {
            Some(exception) => self.licences.contains(&format!("{word} WITH {exception}")),
            None => self.licences.contains(word),
        }
    }
}

/// Every crate that is built here has a licence that the list allows.
pub fn licences(tree: &Tree) -> Outcome<Vec<String>> {
    let policy = Policy::read(&tree.file(LIST)?.text)?;
    let host = process::capture(Command::new("rustc").arg("-vV"))?;
    let host = host.lines().find_map(|line| line.strip_prefix("host: "));
    let mut cargo = process::cargo();
    cargo
        .args([
            "metadata",
            "--format-version=1",
            "--offline",
            "--locked",
            "--filter-platform",
        ])
        .arg(host.ok_or("rustc names no host")?)
        .current_dir(root::path(""));
    let metadata: Value = serde_json::from_str(&process::capture(&mut cargo)?)?;
    let packages = metadata["packages"]
        .as_array()
        .ok_or("cargo metadata lists no packages")?;
    Ok(packages
        .iter()
        .filter(|package| package["source"].is_string())
        .filter_map(|package| refused(&policy, package))
        .collect())
}

fn refused(policy: &Policy, package: &Value) -> Option<String> {
    let licence = package["license"].as_str().unwrap_or("none");
    let name = package["name"].as_str().unwrap_or_default();
    (!policy.allows(licence)).then(|| format!("{name}: {licence}"))
}

/// No lock file has a crate that the list denies.
pub fn banned(tree: &Tree) -> Outcome<Vec<String>> {
    let policy = Policy::read(&tree.file(LIST)?.text)?;
    let mut violations = Vec::new();
    for file in &tree.files {
        if file.path.rsplit('/').next() != Some("Cargo.lock") {
            continue;
        }
        let names = file
            .text
            .lines()
            .filter_map(|line| line.strip_prefix("name = \""));
        let denied = names.filter(|name| policy.denied.contains(name.trim_end_matches('"')));
        violations.extend(denied.map(|name| format!("{}: {}", file.path, name.trim_end_matches('"'))));
    }
    Ok(violations)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DENY: &str = "[licenses]\nallow = [\"MIT\", \"Apache-2.0\", \"Apache-2.0 WITH LLVM-exception\", \"Unicode-3.0\"]\n\
                        [bans]\ndeny = [{ name = \"rsa\", reason = \"x\" }]\n";

    #[test]
    fn a_licence_is_allowed_if_one_may_choose_it_and_everything_that_it_comes_with() {
        let policy = Policy::read(DENY).unwrap();
        for (licence, allowed) in [
            ("MIT", true),
            ("GPL-3.0 OR MIT", true),
            ("MIT/Apache-2.0", true),
            ("(MIT OR GPL-3.0) AND Unicode-3.0", true),
            ("Apache-2.0 WITH LLVM-exception", true),
            ("GPL-3.0", false),
            ("MIT AND GPL-3.0", false),
            ("(MIT OR Apache-2.0) AND GPL-3.0", false),
            ("MIT WITH LLVM-exception", false),
            ("GPL-3.0 OR MIT AND GPL-3.0", false),
            ("MIT MIT", false),
            ("(MIT", false),
            ("", false),
            ("none", false),
        ] {
            assert_eq!(policy.allows(licence), allowed, "{licence:?}");
        }
    }

    #[test]
    fn a_crate_that_must_not_come_in_is_found_in_any_lock_file() {
        let lock = "[[package]]\nname = \"rsa\"\n[[package]]\nname = \"rsa-like\"\n";
        let tree = Tree::of(&[
            (LIST, DENY),
            ("fuzz/Cargo.lock", lock),
            ("a.toml", "name = \"rsa\"\n"),
        ]);
        assert_eq!(banned(&tree).unwrap(), ["fuzz/Cargo.lock: rsa"]);
    }
}
