//! `cargo xtask test mutants [--write] [--again] [--quick] [--shard K/N] [CRATE|FILE…]`: the tests against code that was broken on purpose.
//!
//! cargo-mutants says what can be changed, one thing at a time (a comparison, a return value). A change that no test of
//! its crate notices is a survivor. Survivors that change nothing anybody could notice are explained in
//! `docs/reference/mutants.md`; all others fail the run, and so does an explanation of a mutant that is caught.
//!
//! All changes are compiled into the crate at once, each behind a switch (`docs/decisions/mutant-switches.md`), in a copy of
//! the sources in Cargo's target folder, which stays: what was compiled for the last run serves the next. Those that cannot
//! be compiled so are left to cargo-mutants.

mod build;
mod last;
mod mutant;
mod patience;
mod programs;
mod report;
mod sites;
mod switches;
mod tool;
mod tree;
mod trial;
mod viable;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::tally::Tally;
use crate::{Outcome, console, root};
use console::Stopwatch;
use last::Last;
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
    /// Whether it goes on where the last runs ended: what survived is tried with the tests that are new since.
    again: bool,
    /// Whether what cannot be switched is left untried.
    quick: bool,
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
    let mut last = Last::read(&folder)?;
    let (mut judged, mut open, mut is_new) = (Vec::new(), Vec::new(), false);
    for mutant in &mutants {
        let known = request.again.then(|| last.of(mutant)).transpose()?.flatten();
        is_new |= known.is_none();
        match known.filter(|known| !matches!(known.verdict, Verdict::Missed | Verdict::Untried)) {
            Some(known) => judged.push(known),
            None => open.push(mutant),
        }
    }
    let mut left_out = Vec::new();
    for package in open.iter().map(|mutant| &mutant.package).collect::<BTreeSet<_>>() {
        let mutants: Vec<&Mutant> = open
            .iter()
            .copied()
            .filter(|mutant| mutant.package == *package)
            .collect();
        let place = Place {
            folder: &folder,
            tree: &tree,
            package,
        };
        let (of_package, others) = with_switches(&place, &mutants, &mut last, is_new)?;
        judged.extend(of_package);
        left_out.extend(others);
    }
    if request.quick {
        judged.extend(
            left_out
                .iter()
                .map(|mutant| mutant.judged(Verdict::Untried, None)),
        );
    } else {
        console::say(format!("trying one at a time: {}", left_out.len()))?;
        tree::mirror(&tree, &BTreeMap::new())?;
        judged.extend(tool::try_each(&tool, &tree, &left_out)?);
    }
    last.learn(&judged)?;
    last.write(&folder)?;
    if judged.len() != mutants.len() {
        return Err(format!("{} mutants, {} verdicts", mutants.len(), judged.len()).into());
    }
    if request.write {
        report::write(&judged)?;
    }
    report::judge(&judged, request.shard.is_none())
}

/// The crate whose mutants are tried, and where.
struct Place<'a> {
    /// What stays from run to run.
    folder: &'a Path,
    /// The copy of the sources.
    tree: &'a Path,
    package: &'a str,
}

/// Judges the mutants of a package that can be switched, and returns the others. Unless all tests are to be asked, those of
/// the last run are not.
fn with_switches<'a>(
    place: &Place<'_>,
    mutants: &[&'a Mutant],
    last: &mut Last,
    ask_all: bool,
) -> Outcome<(Vec<Judged>, Vec<&'a Mutant>)> {
    let watch = Stopwatch::start();
    let package = place.package;
    let built = build::all_at_once(place.tree, package, mutants)?;
    let left_out = &built.left_out;
    let mut judged = of(&built.unviable, Verdict::Unviable, mutants);
    judged.extend(of(left_out, Verdict::Untried, mutants));
    last.learn(&judged)?;
    judged.truncate(built.unviable.len());

    console::say(format!("built after {}; running each test once", watch.read()))?;
    let notes = place.folder.join("reached");
    fs::create_dir_all(&notes)?;
    let is_asked = |program: &str, test: &str| ask_all || !last.knows(package, program, test);
    let tests = trial::explore(&built.programs, &notes, &is_asked)?;
    let is_switched = |number: &usize| !left_out.contains(number) && !built.unviable.contains(number);
    let numbers: Vec<usize> = (0..mutants.len()).filter(is_switched).collect();
    console::say(format!("{} tests ran after {}", tests.len(), watch.read()))?;
    trial::judge(&numbers, &tests, &notes, &mut |found| {
        let found = found.into_iter();
        let found: Vec<_> = found
            .map(|(number, verdict, by)| mutants[number].judged(verdict, by))
            .collect();
        last.learn(&found)?;
        judged.extend(found);
        last.write(place.folder)
    })?;
    last.tried(package, &tests);
    last.write(place.folder)?;

    console::say(format!(
        "tried after {}; which of {} others compile?",
        watch.read(),
        left_out.len()
    ))?;
    let refused = viable::refused(place, mutants, left_out)?;
    judged.extend(of(&refused, Verdict::Unviable, mutants));
    console::say(format!("{package}: done after {}", watch.read()))?;
    Ok((
        judged,
        left_out
            .difference(&refused)
            .map(|number| mutants[*number])
            .collect(),
    ))
}

fn of(numbers: &BTreeSet<usize>, verdict: Verdict, mutants: &[&Mutant]) -> Vec<Judged> {
    numbers
        .iter()
        .map(|number| mutants[*number].judged(verdict, None))
        .collect()
}

fn parse(arguments: &[String]) -> Outcome<Request> {
    let mut request = Request::default();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--write" => request.write = true,
            "--again" => request.again = true,
            "--quick" => request.quick = true,
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
            again: false,
            quick: false,
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
