//! The documents as a site: mdBook over what is written in the repository, with a search, every link followed.
//!
//! The files keep their places, so that one link is right on the site, in the repository's own view and on disk.

mod check;
mod contents;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::system::{process, tools};
use crate::tidy::documents::links_of;
use crate::tidy::tree::Tree;
use crate::{Outcome, console, root};

/// The release of mdBook that makes the site.
const VERSION: &str = "0.5.4";

/// What mdBook is told. The home page is the README.
const CONFIGURATION: &str = r#"[book]
title = "Poolhouse"
description = "Sign-in with a password and an emailed confirm code, for Amazon Cognito user pools and on a pool of your own"
language = "en"
src = "src"

[output.html]
default-theme = "light"
preferred-dark-theme = "navy"
no-section-label = true

[output.html.fold]
enable = true
level = 1
"#;

/// Makes the site in `target/docs/book` and follows its links.
///
/// # Errors
/// If mdBook cannot be had or fails, or if a link leads nowhere.
pub fn run(_: &[String]) -> Outcome {
    let tool = find()?;
    let home = root::target().join("docs");
    let source = home.join("src");
    if source.exists() {
        fs::remove_dir_all(&source)?;
    }
    let tree = Tree::read()?;
    gather(&tree, &source)?;
    fs::write(source.join("SUMMARY.md"), contents::summary(&tree)?)?;
    fs::write(home.join("book.toml"), CONFIGURATION)?;
    process::capture(Command::new(tool).arg("build").arg(&home))?;

    let book = home.join("book");
    let seen = check::follow(&book)?;
    if !seen.broken.is_empty() {
        return Err(format!("links that lead nowhere:\n{}", seen.broken.join("\n")).into());
    }
    console::say(format!(
        "{} pages, {} links, all of them lead somewhere: {}",
        seen.pages,
        seen.links,
        book.join("index.html").display()
    ))
}

/// Copies the documents, and what they link to, to where they are in the repository.
fn gather(tree: &Tree, source: &Path) -> Outcome {
    for document in tree.files.iter().filter(|file| file.path.ends_with(".md")) {
        let target = place(&document.path, source)?;
        // mdBook makes a folder's README its index, and leaves the links to it as they were.
        let text = document
            .text
            .replace("README.md)", "index.md)")
            .replace("README.md#", "index.md#");
        fs::write(target, text)?;
        for link in links_of(document).filter(|link| !link.ends_with(".md")) {
            if root::path(&link).is_file() {
                fs::copy(root::path(&link), place(&link, source)?)?;
            }
        }
    }
    Ok(())
}

/// Where a file of the repository lies in the book's source, in a folder that is there.
fn place(path: &str, source: &Path) -> Outcome<PathBuf> {
    let target = source.join(path);
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder)?;
    }
    Ok(target)
}

/// Where mdBook is. It is installed for this repository alone.
fn find() -> Outcome<PathBuf> {
    let folder = root::target().join("docs/tools");
    let program = folder.join("bin/mdbook");
    let is_right = |said: String| said.contains(VERSION);
    if process::capture(Command::new(&program).arg("--version")).is_ok_and(is_right) {
        return Ok(program);
    }
    console::say(format!("installing mdBook {VERSION}: some minutes, once"))?;
    let install = ["install", "mdbook", "--locked", "--force", "--version", VERSION];
    let features = ["--no-default-features", "--features", "search", "--root"];
    process::run(process::cargo().args(install).args(features).arg(&folder))?;
    if tools::quiet(Command::new(&program).arg("--version")) {
        Ok(program)
    } else {
        Err("mdBook was installed and does not start".into())
    }
}
