//! What the documents promise: commands, versions, counts, links.

use std::path::{Component, Path, PathBuf};

use super::tree::{File, Tree};
use crate::{COMMANDS, Outcome, root};

/// The commands that a new user is told to type, both of which must be there.
const PROMISED: &[&str] = &["cargo xtask demo", "cargo xtask test"];

pub fn commands(tree: &Tree) -> Outcome<Vec<String>> {
    let readme = &tree.file("README.md")?.text;
    let missing = PROMISED
        .iter()
        .filter(|command| !readme.lines().any(|line| line.trim() == **command));
    let mut violations: Vec<String> = missing
        .map(|command| format!("README.md does not say {command:?}"))
        .collect();
    for file in tree.files.iter().filter(|file| file.path.ends_with(".md")) {
        let unknown =
            named_commands(&file.text).filter(|name| COMMANDS.iter().all(|command| command.name != *name));
        violations.extend(unknown.map(|name| format!("{}: there is no `cargo xtask {name}`", file.path)));
    }
    Ok(violations)
}

fn named_commands(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("cargo xtask ").filter_map(|(at, call)| {
        let rest = &text[at + call.len()..];
        let name = rest
            .split(|c: char| !(c.is_ascii_lowercase() || c == '-'))
            .next()?;
        (!name.is_empty()).then_some(name)
    })
}

pub fn changelog(tree: &Tree) -> Outcome<Vec<String>> {
    let heading = format!("## {}", env!("CARGO_PKG_VERSION"));
    let has_heading = tree
        .file("CHANGELOG.md")?
        .text
        .lines()
        .any(|line| line.starts_with(&heading));
    Ok(if has_heading {
        Vec::new()
    } else {
        vec![format!("CHANGELOG.md has no {heading:?}")]
    })
}

/// Where the operations are listed, one row each.
const OPERATIONS: &str = "docs/reference/operations.md";
/// What stands between the number of operations here and that of all.
const COUNTED: &str = " of the API's ";

/// The README counts the operations, and no document counts otherwise than the table.
pub fn counts(tree: &Tree) -> Outcome<Vec<String>> {
    let table = &tree.file(OPERATIONS)?.text;
    let rows = |here: &str| table.lines().filter(|line| line.contains(here)).count();
    let done = rows("| yes |");
    let all = done + rows("| not yet |") + rows("| never: see below |");
    let expected = format!("{done}{COUNTED}{all} operations");
    let mut violations = Vec::new();
    if !tree.file("README.md")?.text.contains(&expected) {
        violations.push(format!("README.md does not say \"{expected}\""));
    }
    for file in tree.files.iter().filter(|file| file.path.ends_with(".md")) {
        let others = counted(&file.text).filter(|counted| *counted != expected);
        violations.extend(others.map(|counted| format!("{}: {counted}", file.path)));
    }
    Ok(violations)
}

/// Every `N of the API's M operations` in a text.
fn counted(text: &str) -> impl Iterator<Item = String> {
    text.match_indices(COUNTED).map(|(at, _)| {
        let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).count();
        let before = &text[..at];
        let done = &before[before.len() - digits(&before.chars().rev().collect::<String>())..];
        let after = &text[at + COUNTED.len()..];
        format!("{done}{COUNTED}{} operations", &after[..digits(after)])
    })
}

pub fn links(tree: &Tree) -> Outcome<Vec<String>> {
    let documents = tree.files.iter().filter(|file| file.path.ends_with(".md"));
    Ok(documents.flat_map(|file| broken_links(tree, file)).collect())
}

fn broken_links(tree: &Tree, file: &File) -> Vec<String> {
    let mut violations = Vec::new();
    for (number, line) in prose(&file.text) {
        for target in targets(line).filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
        {
            let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
            let path = resolve(&file.path, path);
            let leads_on = match tree.files.iter().find(|file| file.path == path) {
                Some(found) => anchor.is_empty() || anchors(&found.text).any(|found| found == anchor),
                // A folder, or a picture.
                None => anchor.is_empty() && root::path(&path).exists(),
            };
            if !leads_on {
                violations.push(format!("{}:{number}: {target}", file.path));
            }
        }
    }
    violations
}

/// What a document links to inside the repository, as paths below the root.
pub fn links_of(file: &File) -> impl Iterator<Item = String> {
    let links = prose(&file.text).flat_map(|(_, line)| targets(line));
    let inside = links.filter(|link| !link.contains("://") && !link.starts_with("mailto:"));
    inside.map(|link| resolve(&file.path, link.split('#').next().unwrap_or(link)))
}

/// The lines outside of code blocks, with their numbers.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut in_code = false;
    text.lines().enumerate().filter_map(move |(index, line)| {
        let is_fence = line.trim_start().starts_with("```");
        in_code ^= is_fence;
        (!in_code && !is_fence).then_some((index + 1, line))
    })
}

/// What links in a line lead to: `[text](target)`.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("](")
        .filter_map(|(at, mark)| line[at + mark.len()..].split(')').next())
}

/// The path below the root that a link in `from` leads to.
fn resolve(from: &str, link: &str) -> String {
    if link.is_empty() {
        return from.to_owned();
    }
    let folder = Path::new(from).parent().unwrap_or(Path::new(""));
    let mut path = PathBuf::new();
    for component in folder.join(link).components() {
        match component {
            Component::ParentDir => drop(path.pop()),
            Component::CurDir => {}
            other => path.push(other),
        }
    }
    path.display().to_string()
}

/// The anchors of the headings in a document, as GitHub makes them.
fn anchors(text: &str) -> impl Iterator<Item = String> {
    prose(text)
        .filter(|(_, line)| line.starts_with('#'))
        .map(|(_, line)| {
            let heading = line.trim_start_matches('#').trim().to_lowercase();
            let kept = heading
                .chars()
                .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            kept.map(|c| if c == ' ' { '-' } else { c }).collect()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_leads_nowhere_is_found() {
        let text = "# A page\n[a](b.md) [c](../c.md#the-end) [d](#a-page) [e](https://example.com/x.md)\n\
            [f](gone.md) [g](b.md#gone) [h](../docs)\n```\n[i](gone.md)\n```\n";
        let tree = Tree::of(&[
            ("docs/a.md", text),
            ("docs/b.md", ""),
            ("c.md", "## The `end`!\n"),
        ]);
        assert_eq!(
            links(&tree).unwrap(),
            ["docs/a.md:3: gone.md", "docs/a.md:3: b.md#gone"]
        );
    }

    #[test]
    fn the_readme_names_both_commands_and_no_document_names_one_that_is_not_there() {
        let tree = Tree::of(&[(
            "README.md",
            "```sh\ncargo xtask demo\n```\nRun `cargo xtask tset`.\n",
        )]);
        assert_eq!(
            commands(&tree).unwrap(),
            [
                "README.md does not say \"cargo xtask test\"",
                "README.md: there is no `cargo xtask tset`"
            ]
        );
    }

    #[test]
    fn a_count_of_operations_is_the_tables() {
        let table = "| operation | here |\n| A | yes | - |\n| B | not yet | - |\n| C | not yet | - |\n";
        let found = |readme: &str, guide: &str| {
            let files = [(OPERATIONS, table), ("README.md", readme), ("docs/a.md", guide)];
            counts(&Tree::of(&files)).unwrap()
        };
        let right = "users: 1 of the API's 3 operations";
        assert_eq!(found(right, "nothing"), [""; 0]);
        assert_eq!(
            found("1 of the API's 2 operations", "33 of the API's 141 operations"),
            [
                "README.md does not say \"1 of the API's 3 operations\"",
                "README.md: 1 of the API's 2 operations",
                "docs/a.md: 33 of the API's 141 operations",
            ]
        );
    }

    #[test]
    fn a_version_without_an_entry_is_found() {
        let version = env!("CARGO_PKG_VERSION");
        let entry = format!("# Changes\n\n## {version} (not released)\n");
        assert_eq!(
            changelog(&Tree::of(&[("CHANGELOG.md", &entry)])).unwrap(),
            [""; 0]
        );
        let found = changelog(&Tree::of(&[("CHANGELOG.md", "## 0.0.0\n")])).unwrap();
        assert_eq!(found, [format!("CHANGELOG.md has no \"## {version}\"")]);
    }
}
