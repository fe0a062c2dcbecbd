//! What the crates and the web app depend on, and that each dependency is explained.

use std::collections::BTreeSet;

use serde_json::Value;

use super::tree::Tree;
use crate::system::process;
use crate::{Outcome, root};

const EXPLAINED: &str = "docs/decisions/dependencies.md";
/// Ways to name a dependency without a version: the workspace's, or the crate itself with a feature for its tests.
const INHERITED: &[&str] = &["workspace = true", "path = \".\""];
const NODE_PACKAGES: &[&str] = &[
    "web/package.json",
    "tests/sdk/js/package.json",
    "tests/oidc/package.json",
];

/// A crate of the workspace.
pub struct Package {
    pub name: String,
    pub dependencies: Vec<Dependency>,
}

/// A line of a manifest.
pub struct Dependency {
    pub name: String,
    pub is_ours: bool,
    pub is_for_tests: bool,
}

/// The crates of the workspace, as Cargo reads them.
///
/// # Errors
/// If Cargo cannot read them.
pub fn packages() -> Outcome<Vec<Package>> {
    let mut cargo = process::cargo();
    cargo
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(root::path(""));
    let metadata: Value = serde_json::from_str(&process::capture(&mut cargo)?)?;
    Ok(list(&metadata["packages"]).iter().map(package).collect())
}

fn package(value: &Value) -> Package {
    let dependencies = list(&value["dependencies"]).iter().map(|dependency| Dependency {
        name: text(&dependency["name"]),
        is_ours: dependency["path"].is_string(),
        is_for_tests: dependency["kind"] == "dev",
    });
    Package {
        name: text(&value["name"]),
        dependencies: dependencies.collect(),
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

pub fn explained(tree: &Tree) -> Outcome<Vec<String>> {
    let mut names = BTreeSet::new();
    for package in packages()? {
        let others = package
            .dependencies
            .into_iter()
            .filter(|dependency| !dependency.is_ours);
        names.extend(others.map(|dependency| dependency.name));
    }
    for path in NODE_PACKAGES {
        let manifest: Value = serde_json::from_str(&tree.file(path)?.text)?;
        for section in ["dependencies", "devDependencies"] {
            names.extend(
                manifest[section]
                    .as_object()
                    .into_iter()
                    .flatten()
                    .map(|(name, _)| name.clone()),
            );
        }
    }
    Ok(unexplained(&names, &tree.file(EXPLAINED)?.text))
}

/// A dependency is explained where its name stands in backticks.
fn unexplained(names: &BTreeSet<String>, document: &str) -> Vec<String> {
    names
        .iter()
        .filter(|name| !document.contains(&format!("`{name}`")))
        .cloned()
        .collect()
}

/// A version in a crate's own manifest could differ from that of another crate.
pub fn inherited(tree: &Tree) -> Outcome<Vec<String>> {
    let manifests = tree
        .files
        .iter()
        .filter(|file| file.path.ends_with("/Cargo.toml"));
    Ok(manifests
        .flat_map(|file| own_versions(&file.path, &file.text))
        .collect())
}

fn own_versions(path: &str, manifest: &str) -> Vec<String> {
    let mut in_dependencies = false;
    let mut violations = Vec::new();
    for (number, line) in manifest.lines().enumerate() {
        if line.starts_with('[') {
            // The fuzz targets are a workspace of their own.
            in_dependencies = line.ends_with("dependencies]") && line != "[workspace.dependencies]";
        } else if in_dependencies && line.contains('=') && !INHERITED.iter().any(|form| line.contains(form)) {
            violations.push(format!("{path}:{}: {line}", number + 1));
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_without_a_word_about_it_is_found() {
        let names = ["axum", "hyper"].map(str::to_owned).into();
        assert_eq!(unexplained(&names, "- `hyper-util`: x\n- `axum`: y\n"), ["hyper"]);
    }

    #[test]
    fn a_version_outside_the_workspace_is_found() {
        let manifest = "[package]\nversion = \"1\"\n[dependencies]\naxum.workspace = true\n\
            tokio = { workspace = true, features = [\"fs\"] }\nserde = \"1\"\n[lints]\nworkspace = true\n";
        let manifest = manifest.replace("axum.workspace = true", "axum = { workspace = true }");
        assert_eq!(
            own_versions("a/Cargo.toml", &manifest),
            ["a/Cargo.toml:6: serde = \"1\""]
        );
        for fine in [
            "[dev-dependencies]\naxum.workspace = true\n",
            "[workspace.dependencies]\nlibfuzzer-sys = \"0.4\"\n",
        ] {
            assert_eq!(own_versions("a/Cargo.toml", fine), [""; 0]);
        }
    }

    #[test]
    fn this_crate_is_in_the_workspace_and_depends_on_what_it_says() {
        let packages = packages().unwrap();
        let xtask = packages.iter().find(|package| package.name == "xtask").unwrap();
        assert!(
            xtask
                .dependencies
                .iter()
                .any(|dependency| dependency.name == "serde_json" && !dependency.is_ours)
        );
    }
}
