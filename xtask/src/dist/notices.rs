//! What of others is inside a program, with the licences that ask to go with it.
//!
//! Made anew with each tarball, of what Cargo links by the lock file, so it cannot be stale; a crate without a licence
//! among its files stops the release.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Architecture;
use crate::system::process;
use crate::{Outcome, pages, root};

/// How the names of files begin that say under what terms the others are.
const NAMES: [&str; 6] = [
    "licen",
    "copying",
    "copyright",
    "notice",
    "unlicense",
    "third-party",
];
/// What Cargo does not name: it is part of the compiler.
const RUST: &str = "Rust's standard library (MIT OR Apache-2.0)\n    Copyright (c) The Rust Project Contributors, https://www.rust-lang.org\n";

/// The notices of the program `poolhouse`, those of its pages included.
pub(super) fn of_server(architecture: Architecture) -> Outcome<String> {
    let crates = of_crates("poolhouse-server", architecture)?;
    let pages = pages::notices()?;
    Ok(format!("{crates}{}\nIn the pages\n{pages}", "=".repeat(80)))
}

/// Crates that are published without the text of their licence, by the beginning of their names, and that text: of BSD's two clauses as
/// the author has them in another of his crates, of Apache's as everybody has it.
const LEFT_OUT: [(&str, &str); 2] = [
    ("bergshamra-", include_str!("licences/bergshamra.txt")),
    ("opentelemetry", include_str!("../../../LICENSE-APACHE")),
];

/// The notices of the functions.
pub(super) fn of_functions(architecture: Architecture) -> Outcome<String> {
    of_crates("poolhouse-lambda", architecture)
}

/// The crates that are linked into a package's programs, by licence.
fn of_crates(package: &str, architecture: Architecture) -> Outcome<String> {
    let mut cargo = process::cargo();
    cargo
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--filter-platform",
        ])
        .arg(architecture.target());
    let said = process::capture(cargo.current_dir(root::path("")))?;
    let metadata: Value = serde_json::from_str(&said)?;
    let mut licences: BTreeMap<String, Licence> = BTreeMap::new();
    let mut all = BTreeSet::new();
    for linked in linked(&metadata, package)? {
        all.insert(format!("{} ({})", linked.name, linked.terms));
        for text in linked.licence_texts()? {
            // Apart from how they are broken into lines, most of them are the same few texts.
            let same = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let licence = licences.entry(same).or_default();
            licence.of.insert(linked.name.clone());
            licence.text = text;
        }
    }
    let mut notices = format!(
        "Software of others in this program, with its licences.\n\n{RUST}\n{}\n",
        all.into_iter().collect::<Vec<_>>().join("\n")
    );
    let mut licences: Vec<Licence> = licences.into_values().collect();
    licences.sort_by(|one, other| one.of.cmp(&other.of));
    for Licence { of, text } in licences {
        let of = of.into_iter().collect::<Vec<_>>().join(", ");
        notices.push_str(&format!("{}\n{of}\n\n{}\n", "-".repeat(80), text.trim_end()));
    }
    Ok(notices)
}

/// A text, and whose it is.
#[derive(Default)]
struct Licence {
    of: BTreeSet<String>,
    text: String,
}

/// A crate of others.
struct Linked {
    /// With its version.
    name: String,
    /// As SPDX writes them.
    terms: String,
    folder: PathBuf,
}

impl Linked {
    /// The texts that go with it.
    fn licence_texts(&self) -> Outcome<Vec<String>> {
        let files = self.licence_files()?;
        if files.is_empty() {
            let left_out = LEFT_OUT.iter().find(|(crates, _)| self.name.starts_with(crates));
            let (_, text) =
                left_out.ok_or_else(|| format!("{} has no licence among its files", self.name))?;
            return Ok(vec![(*text).to_owned()]);
        }
        let read = |file: PathBuf| Ok(String::from_utf8_lossy(&fs::read(file)?).into_owned());
        files.into_iter().map(read).collect()
    }

    /// The files with its terms. Of several licences to choose from, MIT's is enough.
    fn licence_files(&self) -> Outcome<Vec<PathBuf>> {
        let mut files = Vec::new();
        licence_files(&self.folder, &mut files)?;
        let names = |file: &Path, word: &str| {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            name.to_ascii_lowercase().contains(word)
        };
        if self.terms.contains(" OR ") && files.iter().any(|file| names(file, "mit")) {
            files.retain(|file| !names(file, "apache") && !names(file, "zlib") && !names(file, "bsl"));
        }
        files.sort();
        Ok(files)
    }
}

fn licence_files(folder: &Path, files: &mut Vec<PathBuf>) -> Outcome {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().to_ascii_lowercase();
        if !NAMES.iter().any(|beginning| name.starts_with(beginning)) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            for below in fs::read_dir(entry.path())? {
                files.push(below?.path());
            }
        } else if !name.ends_with(".rs") {
            files.push(entry.path());
        }
    }
    Ok(())
}

/// The crates of others that a package's programs consist of: neither what only builds them nor what only tests them.
fn linked(metadata: &Value, package: &str) -> Outcome<Vec<Linked>> {
    let list = |of: &'static str| {
        let found = metadata.pointer(of).and_then(Value::as_array);
        found.ok_or_else(|| format!("cargo metadata has no {of}"))
    };
    let by_id = |entries: &'static str| -> Outcome<BTreeMap<&str, &Value>> {
        let entries = list(entries)?.iter();
        Ok(entries
            .filter_map(|entry| Some((entry["id"].as_str()?, entry)))
            .collect())
    };
    let (packages, nodes) = (by_id("/packages")?, by_id("/resolve/nodes")?);
    let start = packages.iter().find(|(_, entry)| entry["name"] == package);
    let mut todo = vec![*start.ok_or_else(|| format!("there is no package {package}"))?.0];
    let mut seen = BTreeSet::new();
    let mut linked = Vec::new();
    while let Some(id) = todo.pop() {
        let (Some(entry), Some(node)) = (packages.get(id), nodes.get(id)) else {
            return Err(format!("cargo metadata does not describe {id}").into());
        };
        if runs_in_the_compiler(entry) || !seen.insert(id) {
            continue;
        }
        todo.extend(dependencies(node));
        if !entry["source"].is_null() {
            linked.push(described(entry)?);
        }
    }
    Ok(linked)
}

fn runs_in_the_compiler(entry: &Value) -> bool {
    let mut targets = entry["targets"].as_array().into_iter().flatten();
    targets.any(|target| {
        target["kind"]
            .as_array()
            .is_some_and(|kinds| kinds.contains(&"proc-macro".into()))
    })
}

fn dependencies(node: &Value) -> impl Iterator<Item = &str> {
    let is_linked = |dependency: &&Value| {
        let mut kinds = dependency["dep_kinds"].as_array().into_iter().flatten();
        kinds.any(|kind| kind["kind"].is_null())
    };
    let dependencies = node["deps"].as_array().into_iter().flatten();
    dependencies
        .filter(is_linked)
        .filter_map(|dependency| dependency["pkg"].as_str())
}

fn described(entry: &Value) -> Outcome<Linked> {
    let text = |member: &str| entry[member].as_str().unwrap_or_default();
    let manifest = Path::new(text("manifest_path"));
    let folder = manifest.parent().ok_or("a manifest without a folder")?;
    Ok(Linked {
        name: format!("{} {}", text("name"), text("version")),
        terms: text("license").to_owned(),
        folder: folder.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_of_others_in_the_programs_goes_with_its_licence() {
        let server = of_server(Architecture::X86_64).unwrap();
        for part in [
            "\nrustls 0.",
            "\nlibsqlite3-sys ",
            "\naws-lc-sys ",
            "\nPackage: @angular/core\n",
        ] {
            assert!(server.contains(part), "{part}");
        }
        assert!(
            server.contains("Copyright (c) 2016 Joseph Birr-Pixton"),
            "rustls's own words"
        );
        let functions = of_functions(Architecture::Arm64).unwrap();
        assert!(functions.contains("\nlettre ") && !functions.contains("\nlibsqlite3-sys "));
        for builds_or_tests in ["\nsyn ", "\ncc ", "\nproptest "] {
            assert!(!server.contains(builds_or_tests), "{builds_or_tests}");
        }
    }

    #[test]
    fn of_two_licences_the_shorter_is_enough_and_notices_always_go_along() {
        let folder = root::target().join("tests/xtask-notices");
        fs::create_dir_all(&folder).unwrap();
        for name in ["LICENSE-MIT", "LICENSE-APACHE", "NOTICE", "licence.rs", "README"] {
            fs::write(folder.join(name), "").unwrap();
        }
        let with = |terms: &str| {
            let linked = Linked {
                name: "a 1".to_owned(),
                terms: terms.to_owned(),
                folder: folder.clone(),
            };
            let files = linked.licence_files().unwrap();
            let names = files
                .iter()
                .map(|file| file.file_name().unwrap().to_str().unwrap().to_owned());
            names.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(with("MIT OR Apache-2.0"), "LICENSE-MIT NOTICE");
        assert_eq!(with("MIT AND Apache-2.0"), "LICENSE-APACHE LICENSE-MIT NOTICE");
        fs::remove_dir_all(folder).unwrap();
    }
}
