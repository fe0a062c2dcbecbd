//! Code in guides that the tests run: the block behind `<!-- FILE -->` is that file, to the last character.

use super::Finding;
use super::tree::{File, Tree};
use crate::Outcome;

/// What stands around the name of a file.
const MARK: (&str, &str) = ("<!-- ", " -->");
/// Folders of which a guide shows every file.
const SHOWN: &[&str] = &["tests/oidc/apps/", "deploy/proxy/"];

/// A block of code that says which file it is.
struct Snippet<'a> {
    path: &'a str,
    text: String,
    line: usize,
}

pub fn check(tree: &Tree) -> Outcome<Finding> {
    let mut violations = Vec::new();
    let mut shown = Vec::new();
    for file in tree.files.iter().filter(|file| file.path.ends_with(".md")) {
        for snippet in snippets(&file.text) {
            let found = tree.files.iter().find(|file| file.path == snippet.path);
            let fault = match found {
                None => Some("is not there"),
                Some(found) if found.text != snippet.text => Some("says something else"),
                Some(_) => None,
            };
            let place = format!("{}:{}", file.path, snippet.line);
            violations.extend(fault.map(|fault| format!("{place}: {} {fault}", snippet.path)));
            shown.push(snippet.path);
        }
    }
    let is_shown = |file: &&File| shown.contains(&file.path.as_str());
    let must_be = |file: &&File| SHOWN.iter().any(|folder| file.path.starts_with(folder));
    let forgotten = tree.files.iter().filter(must_be).filter(|file| !is_shown(file));
    violations.extend(forgotten.map(|file| format!("{}: no guide shows it", file.path)));
    Ok(Finding {
        violations,
        figure: Some(format!("{} files", shown.len())),
    })
}

/// The blocks of a document that say which file they are. A mark without a block is no mark.
fn snippets(text: &str) -> Vec<Snippet<'_>> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (index, pair) in lines.windows(2).enumerate() {
        let path = pair[0]
            .strip_prefix(MARK.0)
            .and_then(|rest| rest.strip_suffix(MARK.1))
            // Other comments are for other readers.
            .filter(|path| path.contains('/') && !path.contains(' '));
        let (Some(path), true) = (path, pair[1].starts_with("```")) else {
            continue;
        };
        let block = lines[index + 2..].iter().take_while(|line| **line != "```");
        found.push(Snippet {
            path,
            text: block.map(|line| format!("{line}\n")).collect(),
            line: index + 1,
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn violations(guide: &str, file: &str) -> Vec<String> {
        let tree = Tree::of(&[("docs/guides/a.md", guide), ("deploy/proxy/b.conf", file)]);
        check(&tree).unwrap().violations
    }

    #[test]
    fn a_block_that_is_not_the_file_and_a_file_that_nothing_shows_are_found() {
        let guide = "# A\n\n<!-- deploy/proxy/b.conf -->\n```nginx\nlisten 443;\n\n}\n```\nmore\n";
        assert_eq!(violations(guide, "listen 443;\n\n}\n"), [""; 0]);
        assert_eq!(
            violations(guide, "listen 443;\n\n}\n\n"),
            ["docs/guides/a.md:3: deploy/proxy/b.conf says something else"]
        );
        assert_eq!(
            violations(&guide.replace("b.conf", "c.conf"), "x"),
            [
                "docs/guides/a.md:3: deploy/proxy/c.conf is not there",
                "deploy/proxy/b.conf: no guide shows it"
            ]
        );
        assert_eq!(
            violations("<!-- deploy/proxy/b.conf -->\nNo block.\n", "x"),
            ["deploy/proxy/b.conf: no guide shows it"]
        );
    }
}
