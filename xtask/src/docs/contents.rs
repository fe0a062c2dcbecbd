//! The site's table of contents: parts by hand, chapters by what is there, so that no document can be forgotten.

use std::fmt::Write;

use crate::Outcome;
use crate::tidy::tree::{File, Tree};

/// A part of the table: its heading, the documents that come first in it, and where the others are.
struct Part {
    heading: &'static str,
    first: &'static [&'static str],
    /// Folders, with everything below them.
    rest: &'static [&'static str],
}

const PARTS: &[Part] = &[
    Part {
        heading: "Guides",
        first: &[
            "docs/guides/install.md",
            "docs/guides/sign-in-with-a-code.md",
            "docs/guides/compare.md",
            "docs/guides/on-an-existing-cognito-pool.md",
            "docs/guides/deploy-with-sam.md",
            "docs/guides/deploy-with-cdk.md",
            "docs/guides/deploy-with-terraform.md",
            "docs/guides/mail.md",
            "docs/guides/your-own-functions.md",
        ],
        rest: &["docs/guides/"],
    },
    Part {
        heading: "Reference",
        first: &["docs/reference/cli.md", "docs/reference/configuration.md"],
        rest: &["docs/reference/"],
    },
    Part {
        heading: "How it works, and why",
        first: &["ARCHITECTURE.md", "SECURITY.md"],
        rest: &["docs/decisions/"],
    },
    Part {
        heading: "The project",
        first: &["CHANGELOG.md", "CONTRIBUTING.md", "docs/style.md"],
        rest: &["deploy/", "model/", "tests/", "web/"],
    },
];

/// `SUMMARY.md`.
///
/// # Errors
/// If a document has no heading, or stands in no part.
pub fn summary(tree: &Tree) -> Outcome<String> {
    let documents = |prefix: &'static str| {
        let files = tree.files.iter();
        files.filter(move |file| file.path.starts_with(prefix) && file.path.ends_with(".md"))
    };
    let mut text = String::from("# Summary\n\n[Poolhouse](README.md)\n");
    let mut listed = vec!["README.md"];
    for part in PARTS {
        write!(text, "\n# {}\n\n", part.heading)?;
        let first = part.first.iter().flat_map(|path| documents(path));
        for file in first.chain(part.rest.iter().flat_map(|folder| documents(folder))) {
            if !listed.contains(&file.path.as_str()) {
                listed.push(&file.path);
                writeln!(text, "- [{}](<{}>)", title(file)?, file.path)?;
            }
        }
    }
    let forgotten: Vec<&str> = documents("")
        .map(|file| file.path.as_str())
        .filter(|path| !listed.contains(path))
        .collect();
    match forgotten.is_empty() {
        true => Ok(text),
        false => Err(format!("in no part of the table of contents: {}", forgotten.join(", ")).into()),
    }
}

/// A document's first heading, and whose change log it is if it is one.
fn title(file: &File) -> Outcome<String> {
    let heading = file.text.lines().find_map(|line| line.strip_prefix("# "));
    let heading = heading.ok_or_else(|| format!("{} has no heading", file.path))?;
    let package = file.path.strip_prefix("web/packages/");
    let package = package.and_then(|path| path.strip_suffix("/CHANGELOG.md"));
    Ok(match package {
        Some(package) => format!("@poolhouse/{package}: changes"),
        None => heading.replace(['[', ']'], ""),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_document_is_in_the_table_once_and_by_its_heading() {
        let tree = Tree::of(&[
            ("README.md", "# Poolhouse"),
            ("docs/guides/a.md", "# First"),
            ("docs/guides/mail.md", "text\n# Mail"),
            ("web/packages/auth/CHANGELOG.md", "# Changes"),
        ]);
        let text = summary(&tree).unwrap();
        let guides = "# Guides\n\n- [Mail](<docs/guides/mail.md>)\n- [First](<docs/guides/a.md>)\n";
        assert!(text.contains(guides), "{text}");
        assert!(text.contains("- [@poolhouse/auth: changes](<web/packages/auth/CHANGELOG.md>)"));
    }

    #[test]
    fn a_document_in_no_part_is_named() {
        let stray = summary(&Tree::of(&[("README.md", "# P"), ("notes/stray.md", "# S")]));
        let said = stray.unwrap_err().to_string();
        assert_eq!(said, "in no part of the table of contents: notes/stray.md");
    }
}
