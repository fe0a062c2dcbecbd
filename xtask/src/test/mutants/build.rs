//! Building a crate's tests with all its mutants in them.
//!
//! Some mutations do not compile, and some code does not compile with a switch in it (a `const fn`). The compiler says
//! where, and what was written for that mutant is left out, until all the rest compiles. A function that is to return a
//! value of the wrong type would not compile by itself either; what became of the others is for cargo-mutants to find out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Place;
use super::mutant::Mutant;
use super::sites::{self, Site};
use super::switches::{self, Switched};
use super::tree;
use crate::system::process;
use crate::{Outcome, console, root};

/// A program with tests in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    pub name: String,
    pub path: PathBuf,
    /// Where Cargo runs it: its package.
    pub folder: PathBuf,
}

/// A crate's tests, and the mutants that are not in them.
#[derive(Debug)]
pub struct Built {
    pub programs: Vec<Program>,
    /// Those that do not compile, with or without switches.
    pub unviable: BTreeSet<usize>,
    /// Those that have to be tried by themselves.
    pub left_out: BTreeSet<usize>,
}

/// The sources of one crate in the tree.
struct Sources<'a> {
    tree: &'a Path,
    package: &'a str,
    /// What is not mutated, and the sites in it.
    files: BTreeMap<String, (String, Vec<Site>)>,
    /// The crate's root.
    root: String,
}

/// What the compiler says of mutants that were written into the sources.
#[derive(Debug, PartialEq, Eq)]
pub enum Checked {
    Compiles,
    /// These do not compile.
    Refused(BTreeSet<usize>),
    /// Something does not compile, and nobody knows which of them it is.
    Unexplained,
}

/// Asks the compiler about files of a package, without building anything.
///
/// # Errors
/// If a file cannot be written, or Cargo cannot be started.
pub fn check(place: &Place<'_>, written: &BTreeMap<String, Switched>) -> Outcome<Checked> {
    let contents = written
        .iter()
        .map(|(file, written)| (file.clone(), written.text.clone()));
    tree::mirror(place.tree, &contents.collect())?;
    let messages = cargo(place.tree, &["check", "--quiet", "--lib", "-p", place.package])?;
    let refused = blamed(&messages, written, &|_| true);
    Ok(if !refused.is_empty() {
        Checked::Refused(refused)
    } else if messages.iter().any(|message| error(message).is_some()) {
        Checked::Unexplained
    } else {
        Checked::Compiles
    })
}

/// Writes all mutants of a package, each by its number in `mutants`, into the tree and builds its tests.
///
/// # Errors
/// If the crate does not compile for a reason that no mutant explains.
pub fn all_at_once(tree: &Path, package: &str, mutants: &[&Mutant]) -> Outcome<Built> {
    let (sources, mut left_out) = Sources::read(tree, package, mutants)?;
    let mut mistyped = BTreeSet::new();
    loop {
        let switched = sources.write(&left_out)?;
        let messages = compile(tree, package)?;
        let before = left_out.len();
        left_out.extend(blamed(&messages, &switched, &|_| true));
        mistyped.extend(blamed(&messages, &switched, &is_about_types));
        if left_out.len() > before {
            console::say(format!(
                "{} of {} mutants cannot be switched",
                left_out.len(),
                mutants.len()
            ))?;
        } else if let Some(error) = messages.iter().find_map(error) {
            return Err(format!("{package} does not compile: {error}").into());
        } else {
            let programs = messages.iter().filter_map(program).collect();
            let (unviable, left_out) = left_out
                .into_iter()
                .partition(|number| mistyped.contains(number) && mutants[*number].genre == "FnValue");
            return Ok(Built {
                programs,
                unviable,
                left_out,
            });
        }
    }
}

impl<'a> Sources<'a> {
    fn read(tree: &'a Path, package: &'a str, mutants: &[&Mutant]) -> Outcome<(Self, BTreeSet<usize>)> {
        let mut by_file: BTreeMap<&str, Vec<(usize, &Mutant)>> = BTreeMap::new();
        for (number, mutant) in mutants.iter().enumerate() {
            by_file
                .entry(&mutant.name.file)
                .or_default()
                .push((number, mutant));
        }
        let first = by_file.keys().next().and_then(|file| file.split_once("/src/"));
        let root = format!("{}/src/lib.rs", first.ok_or("a mutant lies in no src folder")?.0);
        let (mut files, mut left_out) = (BTreeMap::new(), BTreeSet::new());
        files.insert(root.clone(), (fs::read_to_string(root::path(&root))?, Vec::new()));
        for (file, mutants) in by_file {
            let text = fs::read_to_string(root::path(file))?;
            let (sites, without) = sites::find(&text, &mutants)?;
            left_out.extend(without);
            files.insert(file.to_owned(), (text, sites));
        }
        let sources = Sources {
            tree,
            package,
            files,
            root,
        };
        Ok((sources, left_out))
    }

    /// Writes the files without what was left out.
    fn write(&self, left_out: &BTreeSet<usize>) -> Outcome<BTreeMap<String, Switched>> {
        let mut switched = BTreeMap::new();
        for (file, (text, sites)) in &self.files {
            let kept = sites.iter().filter_map(|site| without(site, left_out));
            switched.insert(file.clone(), switches::write(text, &kept.collect::<Vec<_>>()));
        }
        let contents = switched.iter().map(|(file, switched)| {
            let text = switched.text.clone();
            let is_root = *file == self.root;
            // It comes last, so that no place moves.
            (
                file.clone(),
                if is_root {
                    format!("{text}{}", switches::MODULE)
                } else {
                    text
                },
            )
        });
        tree::mirror(self.tree, &contents.collect())?;
        console::say(format!("building the tests of {}", self.package))?;
        Ok(switched)
    }
}

/// The site without the mutants that are left out; `None` if no other is there.
fn without(site: &Site, left_out: &BTreeSet<usize>) -> Option<Site> {
    let mut site = site.clone();
    site.alternatives.retain(|(number, _)| !left_out.contains(number));
    (!site.alternatives.is_empty()).then_some(site)
}

/// Builds, and returns what Cargo and the compiler say.
fn compile(tree: &Path, package: &str) -> Outcome<Vec<Value>> {
    cargo(
        tree,
        &["test", "--no-run", "--quiet", "--lib", "--tests", "-p", package],
    )
}

fn cargo(tree: &Path, arguments: &[&str]) -> Outcome<Vec<Value>> {
    let mut messages = Vec::new();
    let mut command = process::cargo();
    command
        .args(arguments)
        .args(["--message-format", "json"])
        .current_dir(tree)
        .env("CARGO_TARGET_DIR", root::target());
    process::watch(&mut command, |line| {
        messages.extend(serde_json::from_str::<Value>(line));
        Ok(())
    })?;
    Ok(messages)
}

/// Whether the compiler refuses a value for its type. What a switch may be the cause of has other numbers: it calls a
/// function, borrows nothing and has no type of its own where a function returns early.
fn is_about_types(message: &Value) -> bool {
    let code = &message["message"]["code"]["code"];
    code == "E0277" || code == "E0308"
}

/// The mutants in the parts of the text that the compiler complains about, in errors of this kind.
fn blamed(
    messages: &[Value],
    switched: &BTreeMap<String, Switched>,
    kind: &dyn Fn(&Value) -> bool,
) -> BTreeSet<usize> {
    let errors = messages
        .iter()
        .filter(|message| error(message).is_some() && kind(message));
    let mut blamed = BTreeSet::new();
    for error in errors {
        let spans = error["message"]["spans"].as_array().into_iter().flatten();
        if error["message"]["code"]["code"] == NOT_EXHAUSTIVE {
            blamed.extend(spans.clone().flat_map(|span| guards_at(span, switched)));
        }
        let (primary, others): (Vec<_>, Vec<_>) = spans.partition(|span| span["is_primary"] == true);
        let mutants = |spans: &[&Value]| -> BTreeSet<usize> {
            spans.iter().flat_map(|span| mutants_at(span, switched)).collect()
        };
        let found = mutants(&primary);
        blamed.extend(if found.is_empty() { mutants(&others) } else { found });
    }
    blamed
}

/// The error of a match that does not cover every case: arms with guards cover none.
const NOT_EXHAUSTIVE: &str = "E0004";

fn guards_at(span: &Value, switched: &BTreeMap<String, Switched>) -> Vec<usize> {
    place(span, switched).map_or_else(Vec::new, |(switched, byte)| switched.guards_of_match(byte))
}

fn mutants_at(span: &Value, switched: &BTreeMap<String, Switched>) -> Vec<usize> {
    // What a macro made stands where the macro was called.
    if span["expansion"].is_object() {
        return mutants_at(&span["expansion"]["span"], switched);
    }
    place(span, switched).map_or_else(Vec::new, |(switched, byte)| switched.mutants_at(byte).to_vec())
}

/// The file with switches that a span is in, and where it begins.
fn place<'a>(span: &Value, switched: &'a BTreeMap<String, Switched>) -> Option<(&'a Switched, usize)> {
    let switched = switched.get(span["file_name"].as_str()?)?;
    let byte = usize::try_from(span["byte_start"].as_u64()?).ok()?;
    Some((switched, byte))
}

/// The compiler's text, if this is an error.
fn error(message: &Value) -> Option<&str> {
    let is_error = message["reason"] == "compiler-message" && message["message"]["level"] == "error";
    is_error
        .then(|| message["message"]["rendered"].as_str())
        .flatten()
}

/// A program with tests that was built.
fn program(message: &Value) -> Option<Program> {
    let is_test = message["reason"] == "compiler-artifact" && message["profile"]["test"] == true;
    let path = message["executable"].as_str().filter(|_| is_test)?;
    let manifest = Path::new(message["manifest_path"].as_str()?);
    Some(Program {
        name: message["target"]["name"].as_str()?.to_owned(),
        path: PathBuf::from(path),
        folder: manifest.parent()?.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::sites::Shape;
    use super::*;

    #[test]
    fn a_value_of_the_wrong_type_is_told_from_what_only_a_switch_does_not_suit() {
        let site = Site {
            range: 15..15,
            shape: Shape::Body,
            alternatives: vec![(4, "\"\"".to_owned()), (7, "0".to_owned())],
        };
        let switched = switches::write("fn f() -> u8 { g() }", &[site]);
        let text = switched.text.clone();
        let files = BTreeMap::from([("a.rs".to_owned(), switched)]);
        let error = |code: &str, at: &str| {
            let span = json!({ "is_primary": true, "file_name": "a.rs", "byte_start": text.find(at) });
            let message =
                json!({ "level": "error", "rendered": "", "code": { "code": code }, "spans": [span] });
            json!({ "reason": "compiler-message", "message": message })
        };
        let messages = [
            error("E0308", "\"\""),
            error("E0015", "crate::mutant_switches::on(7)"),
        ];
        let all = blamed(&messages, &files, &|_| true);
        let mistyped = blamed(&messages, &files, &is_about_types);
        assert_eq!((all, mistyped), (BTreeSet::from([4, 7]), BTreeSet::from([4])));
    }
}
