//! `cargo xtask test mutants [--write] [--shard K/N] [CRATE|FILE…]`: the tests against code that was broken on purpose.
//!
//! cargo-mutants says what can be changed, one thing at a time (a comparison, a return value). A change that no test of
//! its crate notices is a survivor. Survivors that change nothing anybody could notice are explained in
//! `docs/reference/mutants.md`; all others fail the run, and so does an explanation of a mutant that is caught.
//!
//! All changes are compiled into the crate at once, each behind a switch (`docs/decisions/mutant-switches.md`), in a copy of
//! the sources in Cargo's target folder, which stays: what was compiled for the last run serves the next. Those that cannot
//! be compiled so are left to cargo-mutants.

mod build;
mod mutant;
mod programs;
mod report;
mod sites;
mod switches;
mod tool;
mod tree;
mod trial;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::tally::Tally;
use crate::{Outcome, console, root};
use console::Stopwatch;
use mutant::{Judged, Mutant, Verdict};

/// What a run without names goes through.
const NAMED: [&str; 7] = [
    "crates/confirm/src/**/*.rs",
    // The engine on PostgreSQL is judged by the part `postgres`, with servers that are cut off and killed.
    "crates/store/src/*.rs",
    "crates/store/src/sqlite/**/*.rs",
    "crates/pool/src/auth/challenge/*.rs",
    "crates/pool/src/auth/next.rs",
    "crates/pool/src/auth/{tokens,refresh,refresh_token,lockout,handle}.rs",
    "crates/pool/src/users/**/*.rs",
];

/// What is asked for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Request {
    /// Whether the scores are written into the list.
    write: bool,
    /// `K/N`: the Kth of N parts, counted from 0.
    shard: Option<String>,
    /// Globs of files.
    files: Vec<String>,
}

/// Everything that is named.
pub fn all() -> Outcome<Tally> {
    with(&[])
}

/// With the arguments that follow the part's name.
///
/// # Errors
/// If cargo-mutants cannot be had, the tests fail without any mutation, or the arguments make no sense.
pub fn with(arguments: &[String]) -> Outcome<Tally> {
    let request = parse(arguments)?;
    let tool = tool::find()?;
    let folder = root::target().join("mutants");
    let tree = folder.join("tree");
    tree::mirror(&tree, &BTreeMap::new())?;
    let mutants = tool::list(&tool, &tree, &request.files, request.shard.as_deref())?;
    let mut judged = Vec::new();
    let mut left_out = Vec::new();
    for package in mutants
        .iter()
        .map(|mutant| &mutant.package)
        .collect::<BTreeSet<_>>()
    {
        let mutants: Vec<&Mutant> = mutants
            .iter()
            .filter(|mutant| mutant.package == *package)
            .collect();
        let (of_package, others) = with_switches(&folder, &tree, package, &mutants)?;
        judged.extend(of_package);
        left_out.extend(others);
    }
    console::say(format!("trying one at a time: {}", left_out.len()))?;
    tree::mirror(&tree, &BTreeMap::new())?;
    judged.extend(tool::try_each(&tool, &tree, &left_out)?);
    note(&folder, &judged)?;
    if judged.len() != mutants.len() {
        return Err(format!("{} mutants, {} verdicts", mutants.len(), judged.len()).into());
    }
    if request.write {
        report::write(&judged)?;
    }
    report::judge(&judged, request.shard.is_none())
}

/// Judges the mutants of a package that can be switched, and returns the others.
fn with_switches<'a>(
    folder: &Path,
    tree: &Path,
    package: &str,
    mutants: &[&'a Mutant],
) -> Outcome<(Vec<Judged>, Vec<&'a Mutant>)> {
    let watch = Stopwatch::start();
    let built = build::all_at_once(tree, package, mutants)?;
    console::say(format!("built after {}; running each test once", watch.read()))?;
    let notes = folder.join("reached");
    fs::create_dir_all(&notes)?;
    let tests = trial::explore(&built.programs, &notes)?;
    let is_switched = |number: &usize| !built.left_out.contains(number) && !built.unviable.contains(number);
    let numbers: Vec<usize> = (0..mutants.len()).filter(is_switched).collect();
    console::say(format!(
        "{} tests ran after {}; trying {} mutants",
        tests.len(),
        watch.read(),
        numbers.len()
    ))?;
    let verdicts = trial::judge(&numbers, &tests)?;
    console::say(format!("{package}: done after {}", watch.read()))?;
    let unviable = built
        .unviable
        .iter()
        .map(|number| (*number, Verdict::Unviable, None));
    let judged: Vec<Judged> = verdicts
        .into_iter()
        .chain(unviable)
        .map(|(number, verdict, by)| mutants[number].judged(verdict, by))
        .collect();
    note(folder, &judged)?;
    Ok((
        judged,
        built.left_out.iter().map(|number| mutants[*number]).collect(),
    ))
}

/// Leaves all verdicts in a file, which says of each which test noticed.
fn note(folder: &Path, judged: &[Judged]) -> Outcome {
    let line = |one: &Judged| {
        format!(
            "{:?} {} {}\n",
            one.verdict,
            one.full,
            one.by.as_deref().unwrap_or_default()
        )
    };
    Ok(fs::write(
        folder.join("verdicts.txt"),
        judged.iter().map(line).collect::<String>(),
    )?)
}

fn parse(arguments: &[String]) -> Outcome<Request> {
    let mut request = Request::default();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--write" => request.write = true,
            "--shard" => {
                let shard = arguments.next().ok_or("--shard needs K/N, K from 0")?;
                request.shard = Some(shard.clone());
            }
            option if option.starts_with('-') => return Err(format!("no option {option:?}").into()),
            name => request.files.push(glob(name)?),
        }
    }
    if request.write && request.shard.is_some() {
        return Err("a shard is no score: --write goes with whole files".into());
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

#[cfg(test)]
mod tests {
    use super::*;

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
            write: false,
            shard: Some("1/8".to_owned()),
            files: files.map(str::to_owned).to_vec(),
        };
        assert_eq!(request, expected);
        assert_eq!(parse(&[]).unwrap().files, NAMED);
        for wrong in [
            &["no-such-crate"][..],
            &["--shards"],
            &["--write", "--shard", "0/2"],
        ] {
            let wrong: Vec<String> = wrong.iter().map(|&word| word.to_owned()).collect();
            assert!(parse(&wrong).is_err());
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
