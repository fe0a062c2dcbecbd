//! Which mutants compile, of those that cannot be switched.
//!
//! Many are written into the sources at once, as cargo-mutants would write each, and the compiler says which it refuses. Those that it
//! accepts together compile by themselves too. Only what lies apart is written at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;

use super::build::{self, Checked};
use super::mutant::Mutant;
use super::switches::{self, Replacement, Switched};
use super::{Place, sites};
use crate::{Outcome, console, root};

/// The numbers, of those given, of the mutants that do not compile.
///
/// # Errors
/// If a source cannot be read or written, or the compiler cannot be started.
pub fn refused(
    place: &Place<'_>,
    mutants: &[&Mutant],
    numbers: &BTreeSet<usize>,
) -> Outcome<BTreeSet<usize>> {
    let mut texts = BTreeMap::new();
    for number in numbers {
        let file = &mutants[*number].name.file;
        texts.insert(file.as_str(), fs::read_to_string(root::path(file))?);
    }
    let mut waiting: Vec<Replacement<'_>> = Vec::new();
    for number in numbers {
        let mutant = mutants[*number];
        let range = sites::range_of(&texts[mutant.name.file.as_str()], mutant);
        waiting.push((*number, range, &mutant.replacement));
    }
    let file_of = |replacement: &Replacement<'_>| mutants[replacement.0].name.file.as_str();
    let mut refused = BTreeSet::new();
    while !waiting.is_empty() {
        let mut batch = take_batch(&mut waiting, &file_of);
        console::say(format!("{} at once, {} wait", batch.len(), waiting.len()))?;
        loop {
            let written = texts.iter().map(|(file, text)| {
                let of_file = batch.iter().filter(|one| file_of(one) == *file).cloned();
                ((*file).to_owned(), switches::replace(text, of_file.collect()))
            });
            let written: BTreeMap<String, Switched> = written.collect();
            match build::check(place, &written)? {
                // What nobody can be blamed for, cargo-mutants has to find out.
                Checked::Compiles | Checked::Unexplained => break,
                Checked::Refused(blamed) => {
                    batch.retain(|one| !blamed.contains(&one.0));
                    refused.extend(blamed);
                }
            }
        }
    }
    Ok(refused)
}

/// Takes as many as lie apart from each other.
fn take_batch<'a, 'b>(
    waiting: &mut Vec<Replacement<'a>>,
    file_of: &dyn Fn(&Replacement<'a>) -> &'b str,
) -> Vec<Replacement<'a>> {
    let mut taken: Vec<Replacement<'a>> = Vec::new();
    let is_apart = |one: &Range<usize>, other: &Range<usize>| one.end < other.start || other.end < one.start;
    waiting.retain(|one| {
        let fits = taken
            .iter()
            .all(|other| file_of(one) != file_of(other) || is_apart(&one.1, &other.1));
        if fits {
            taken.push(one.clone());
        }
        !fits
    });
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_apart_is_tried_at_once_and_the_rest_later() {
        let mut waiting = vec![(0, 0..4, "a"), (1, 2..3, "b"), (2, 4..5, "c"), (3, 6..7, "d")];
        let numbers = |batch: &[Replacement<'_>]| batch.iter().map(|one| one.0).collect::<Vec<_>>();
        let first = take_batch(&mut waiting, &|_| "a.rs");
        assert_eq!((numbers(&first), numbers(&waiting)), (vec![0, 3], vec![1, 2]));
        let files = ["a.rs", "b.rs", "c.rs"];
        assert_eq!(numbers(&take_batch(&mut waiting, &|one| files[one.0])), [1, 2]);
    }
}
