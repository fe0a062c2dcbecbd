//! `cargo xtask test mutants [--shard K/N] [CRATE|FILE…]`: the tests against code that was broken on purpose.
//!
//! cargo-mutants changes one thing at a time (a comparison, a return value) and runs the tests of the crate. A change that
//! no test notices is a survivor. Survivors that change nothing anybody could notice are explained in
//! `docs/reference/mutants.md`; all others fail the run, and so does an explanation of a mutant that is caught.
//!
//! The changes are made in a copy of the sources, in Cargo's target folder, which stays: what was compiled for the last
//! run serves the next.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::tally::Tally;
use crate::system::{process, tools};
use crate::{Outcome, console, root};

/// The release of cargo-mutants whose names of mutations the list of survivors uses.
const VERSION: &str = "27.1.0";
/// What a run without names goes through.
const NAMED: [&str; 6] = [
    "crates/confirm/src/**/*.rs",
    "crates/store/src/**/*.rs",
    "crates/pool/src/auth/challenge/*.rs",
    "crates/pool/src/auth/next.rs",
    "crates/pool/src/auth/{tokens,refresh,lockout,handle}.rs",
    "crates/pool/src/users/**/*.rs",
];
const EXPLAINED: &str = "docs/reference/mutants.md";

/// What is asked for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Request {
    /// `K/N`: the Kth of N parts, counted from 0.
    shard: Option<String>,
    /// Globs of files.
    files: Vec<String>,
}

/// A mutation by its file and its name, which says the function and not the line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Mutant {
    file: String,
    what: String,
}

/// What a run came to.
#[derive(Debug, Default)]
struct Run {
    caught: Vec<Mutant>,
    missed: Vec<Mutant>,
    /// Whether every mutant of the files was tried.
    whole: bool,
}

/// Everything that is named. Takes hours.
pub fn all() -> Outcome<Tally> {
    with(&[])
}

/// With the arguments that follow the part's name.
///
/// # Errors
/// If cargo-mutants cannot be had, the tests fail without any mutation, or the arguments make no sense.
pub fn with(arguments: &[String]) -> Outcome<Tally> {
    let request = parse(arguments)?;
    let (tool, output) = (tool()?, root::target().join("mutants"));
    let tree = output.join("tree");
    mirror(&tree)?;
    let mut command = Command::new(tool);
    command
        .args(["mutants", "--workspace",
            "--in-place", "--no-shuffle", "--colors", "never", "--output"])
        .arg(&output)
        .current_dir(&tree)
        // What was compiled of other people's crates serves here too.
        .env("CARGO_TARGET_DIR", root::target());
    for file in &request.files {
        command.args(["--file", file]);
    }
    if let Some(shard) = &request.shard {
        command.args(["--shard", shard]);
    }
    let status = process::watch(&mut command, |line| console::say(line))?;
    // 2: some were missed; 3: some ran into the time limit.
    if !matches!(status.code(), Some(0 | 2 | 3)) {
        return Err(format!("cargo-mutants stopped ({status})").into());
    }
    let run = Run::read(&output.join("mutants.out"), request.shard.is_none())?;
    let explained = explained(&fs::read_to_string(root::path(EXPLAINED))?);
    judge(&run, &explained)
}

fn parse(arguments: &[String]) -> Outcome<Request> {
    let mut request = Request::default();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--shard" => {
                let shard = arguments.next().ok_or("--shard needs K/N, K from 0")?;
                request.shard = Some(shard.clone());
            }
            option if option.starts_with('-') => return Err(format!("no option {option:?}").into()),
            name => request.files.push(glob(name)?),
        }
    }
    if request.files.is_empty() {
        request.files = NAMED.map(str::to_owned).to_vec();
    }
    Ok(request)
}

/// The files that a name means: a path from the root, or one below `crates`; a folder means everything in it.
fn glob(name: &str) -> Outcome<String> {
    let name = name.trim_end_matches('/');
    let path = [name.to_owned(), format!("crates/{name}")]
        .into_iter()
        .find(|path| root::path(path).exists())
        .ok_or_else(|| format!("there is no crate, folder or file {name:?}"))?;
    Ok(match root::path(&path) {
        file if file.is_file() => path,
        folder if folder.join("src").is_dir() => format!("{path}/src/**/*.rs"),
        _ => format!("{path}/**/*.rs"),
    })
}

/// Where cargo-mutants is. It is installed for this repository alone.
fn tool() -> Outcome<PathBuf> {
    let folder = root::target().join("mutants/tools");
    let program = folder.join("bin/cargo-mutants");
    let is_right = |said: String| said.contains(VERSION);
    if process::capture(Command::new(&program).args(["mutants", "--version"])).is_ok_and(is_right) {
        return Ok(program);
    }
    console::say(format!("installing cargo-mutants {VERSION}"))?;
    let install = [
        "install",
        "cargo-mutants",
        "--locked",
        "--force",
        "--version",
        VERSION,
        "--root",
    ];
    process::run(Command::new("cargo").args(install).arg(&folder))?;
    if tools::quiet(Command::new(&program).args(["mutants", "--version"])) {
        Ok(program)
    } else {
        Err("cargo-mutants was installed and does not start".into())
    }
}

/// Makes `tree` hold what the repository holds. Files that are the same are left alone, so that Cargo sees no change.
fn mirror(tree: &Path) -> Outcome {
    fs::create_dir_all(tree)?;
    let list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let files = process::capture(Command::new("git").args(list).current_dir(root::path("")))?;
    let files: BTreeSet<&str> = files.split('\0').filter(|file| !file.is_empty()).collect();
    for file in &files {
        let (from, to) = (root::path(file), tree.join(file));
        // A file that was deleted and is not committed yet is listed still.
        let Ok(content) = fs::read(&from) else { continue };
        if fs::read(&to).is_ok_and(|there| there == content) {
            continue;
        }
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::copy(&from, &to)?;
    }
    remove_others(tree, tree, &|file| {
        files.contains(file) && root::path(file).exists()
    })
}

/// Removes the files below `folder` that are not to be kept; paths are asked for as they are from `tree`.
fn remove_others(tree: &Path, folder: &Path, keep: &dyn Fn(&str) -> bool) -> Outcome {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && !path.is_symlink() {
            remove_others(tree, &path, keep)?;
        } else if !path.strip_prefix(tree)?.to_str().is_some_and(keep) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

impl Run {
    /// Reads what cargo-mutants wrote: a file for each outcome, a mutant a line.
    fn read(folder: &Path, whole: bool) -> Outcome<Run> {
        let list = |name: &str| -> Outcome<Vec<Mutant>> {
            let text = fs::read_to_string(folder.join(name))?;
            Ok(text.lines().filter_map(Mutant::parse).collect())
        };
        Ok(Run {
            caught: [list("caught.txt")?, list("timeout.txt")?].concat(),
            missed: list("missed.txt")?,
            whole,
        })
    }
}

impl Mutant {
    /// `crates/store/src/settle.rs:84:12: replace == with != in Witness::judge`
    fn parse(line: &str) -> Option<Mutant> {
        let (place, what) = line.split_once(": ")?;
        let (file, _) = place.split_once(':')?;
        Some(Mutant {
            file: file.to_owned(),
            what: what.to_owned(),
        })
    }
}

/// The rows `` | `FILE` | `MUTATION` | why | `` of the list.
fn explained(list: &str) -> BTreeSet<Mutant> {
    let rows = list.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| {
        let mut cells = row.split("` | `");
        let file = cells.next()?.to_owned();
        let (what, why) = cells.next()?.split_once("` | ")?;
        let has_reason = why.chars().any(char::is_alphabetic);
        has_reason.then(|| Mutant {
            file,
            what: what.to_owned(),
        })
    })
    .collect()
}

/// Prints the score and what is to be done about it. A mutant that was caught or is explained is a test that passed.
fn judge(run: &Run, explained: &BTreeSet<Mutant>) -> Outcome<Tally> {
    let unexplained: Vec<_> = run
        .missed
        .iter()
        .filter(|mutant| !explained.contains(mutant))
        .collect();
    let stale = stale(run, explained);
    for Mutant { file, what } in &unexplained {
        console::say(format!("survived: {file}: {what}"))?;
    }
    for Mutant { file, what } in &stale {
        console::say(format!(
            "explained in {EXPLAINED}, but caught or gone: {file}: {what}"
        ))?;
    }
    let (caught, viable) = (run.caught.len(), run.caught.len() + run.missed.len());
    let known = run.missed.len() - unexplained.len();
    if viable > 0 {
        let percent = caught as f64 * 100.0 / viable as f64;
        console::say(format!(
            "score: {percent:.1} % ({caught} of {viable} viable mutants caught; of the others {known} are explained)"
        ))?;
    }
    Ok(Tally {
        passed: (caught + known) as u64,
        failed: (unexplained.len() + stale.len()) as u64,
    })
}

/// Explanations without a survivor. A mutation may be made at several places of one function, so one that is caught at
/// one may survive at another; and only a whole run can say that one is gone.
fn stale<'a>(run: &Run, explained: &'a BTreeSet<Mutant>) -> Vec<&'a Mutant> {
    if !run.whole {
        return Vec::new();
    }
    let files: BTreeSet<&str> = run
        .caught
        .iter()
        .chain(&run.missed)
        .map(|mutant| mutant.file.as_str())
        .collect();
    let is_stale = |mutant: &&Mutant| files.contains(mutant.file.as_str()) && !run.missed.contains(mutant);
    explained.iter().filter(is_stale).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mutant(file: &str, what: &str) -> Mutant {
        Mutant {
            file: file.to_owned(),
            what: what.to_owned(),
        }
    }

    #[test]
    fn a_mutant_is_known_by_file_and_change_whatever_its_line() {
        let line = "crates/store/src/settle.rs:84:12: replace == with != in Witness::judge";
        let expected = mutant(
            "crates/store/src/settle.rs",
            "replace == with != in Witness::judge",
        );
        assert_eq!(Mutant::parse(line), Some(expected));
        assert_eq!(Mutant::parse("no mutant"), None);
    }

    #[test]
    fn survivors_need_a_reason_and_reasons_need_a_survivor() {
        let list = "| file | mutation | why |\n|---|---|---|\n| `a.rs` | `replace < with <=` | Same. |\n\
                    | `a.rs` | `replace + with -` |  |\n| `b.rs` | `delete !` | Elsewhere. |\n";
        let explained = explained(list);
        let kept = BTreeSet::from([mutant("a.rs", "replace < with <="), mutant("b.rs", "delete !")]);
        assert_eq!(explained, kept);
        let run = |missed: &[&str], whole| Run {
            caught: vec![mutant("a.rs", "delete -")],
            missed: missed.iter().map(|what| mutant("a.rs", what)).collect(),
            whole,
        };
        let tally = |run: &Run| {
            judge(run, &explained)
                .map(|tally| (tally.passed, tally.failed))
                .unwrap()
        };
        assert_eq!(tally(&run(&["replace < with <="], true)), (2, 0));
        assert_eq!(
            tally(&run(&["replace < with <=", "replace + with -"], true)),
            (2, 1)
        );
        assert_eq!(tally(&run(&[], true)), (1, 1));
        assert_eq!(tally(&run(&[], false)), (1, 0));
    }

    #[test]
    fn files_are_named_with_or_without_the_folder_of_the_crates() {
        let names = [
            "--shard",
            "1/8",
            "confirm",
            "pool/src/auth/refresh.rs",
            "crates/pool/src/users/",
        ];
        let request = parse(&names.map(str::to_owned)).unwrap();
        let files = [
            "crates/confirm/src/**/*.rs",
            "crates/pool/src/auth/refresh.rs",
            "crates/pool/src/users/**/*.rs",
        ];
        let expected = Request {
            shard: Some("1/8".to_owned()),
            files: files.map(str::to_owned).to_vec(),
        };
        assert_eq!(request, expected);
        assert_eq!(parse(&[]).unwrap().files, NAMED);
        for wrong in ["no-such-crate", "--shards"] {
            assert!(parse(&[wrong.to_owned()]).is_err());
        }
    }

    #[test]
    fn everything_named_is_there() {
        for name in NAMED {
            let folder = name.split('*').next().and_then(|path| path.rsplit_once('/'));
            let folder = root::path(folder.unwrap_or_default().0);
            assert!(folder.is_dir(), "{name}");
        }
    }
}
