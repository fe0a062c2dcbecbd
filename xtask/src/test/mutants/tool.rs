//! cargo-mutants, which says what a mutant is, and tries those that cannot be switched.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::mutant::{Judged, Mutant, Name, Verdict};
use crate::system::{process, tools};
use crate::{Outcome, console, root};

/// The release whose names of mutations the list of survivors uses.
const VERSION: &str = "27.1.0";

/// Where cargo-mutants is. It is installed for this repository alone.
///
/// # Errors
/// If it cannot be installed.
pub fn find() -> Outcome<PathBuf> {
    tools::cargo_program("cargo-mutants", VERSION, &root::target().join("mutants/tools"))
}

/// The mutants of some files of the tree, or of one shard of them.
///
/// # Errors
/// If cargo-mutants cannot say.
pub fn list(tool: &Path, tree: &Path, files: &[String], shard: Option<&str>) -> Outcome<Vec<Mutant>> {
    let mut command = Command::new(tool);
    command
        .args(["mutants", "--workspace", "--list", "--json"])
        .current_dir(tree);
    for file in files {
        command.args(["--file", file]);
    }
    if let Some(shard) = shard {
        command.args(["--shard", shard]);
    }
    Mutant::read_all(&process::capture(&mut command)?)
}

/// Tries mutants one at a time: each is written into the tree, built and tested by cargo-mutants itself.
///
/// # Errors
/// If the tests fail without any mutation.
pub fn try_each(tool: &Path, tree: &Path, mutants: &[&Mutant]) -> Outcome<Vec<Judged>> {
    if mutants.is_empty() {
        return Ok(Vec::new());
    }
    let output = root::target().join("mutants");
    let mut command = Command::new(tool);
    command
        .args(["mutants", "--workspace", "--in-place", "--no-shuffle", "--colors", "never", "--output"])
        .arg(&output)
        .current_dir(tree)
        // What was compiled of other people's crates serves here too.
        .env("CARGO_TARGET_DIR", root::target());
    for mutant in mutants {
        command.args(["--file", &mutant.name.file]);
        command.args(["--re", &format!("^{}$", literally(&mutant.full))]);
    }
    let status = process::watch(&mut command, |line| console::say(line))?;
    // 2: some were missed; 3: some ran into the time limit.
    if !matches!(status.code(), Some(0 | 2 | 3)) {
        return Err(format!("cargo-mutants stopped ({status})").into());
    }
    read(&output.join("mutants.out"))
}

/// Reads what cargo-mutants wrote: a file for each outcome, a mutant a line.
fn read(folder: &Path) -> Outcome<Vec<Judged>> {
    let mut judged = Vec::new();
    for (file, verdict) in [
        ("unviable.txt", Verdict::Unviable),
        ("caught.txt", Verdict::Caught),
        ("timeout.txt", Verdict::TimedOut),
        ("missed.txt", Verdict::Missed),
    ] {
        let text = fs::read_to_string(folder.join(file))?;
        judged.extend(text.lines().filter_map(|line| {
            Some(Judged {
                name: Name::parse(line)?,
                full: line.to_owned(),
                verdict,
                by: None,
            })
        }));
    }
    Ok(judged)
}

/// A regular expression that matches this text alone.
fn literally(text: &str) -> String {
    // With a backslash before them, angle brackets mean the ends of words.
    let is_special = |c: char| c.is_ascii_punctuation() && !matches!(c, '<' | '>');
    let escape = |c: char| {
        if is_special(c) {
            format!("\\{c}")
        } else {
            c.to_string()
        }
    };
    text.chars().map(escape).collect()
}
