//! What the last runs found, so that a run can go on where they ended.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::mutant::{Judged, Mutant, Name, Verdict};
use super::programs::Test;
use crate::{Outcome, root};

/// The verdicts by mutant, with the test that noticed; and the tests that were tried, by crate.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Last {
    verdicts: BTreeMap<String, (Verdict, Option<String>)>,
    tests: BTreeSet<String>,
    /// The digests of the files that the mutants are in.
    files: BTreeMap<String, String>,
}

impl Last {
    /// # Errors
    /// If there is a file that cannot be read.
    pub fn read(folder: &Path) -> Outcome<Last> {
        let file = place(folder);
        if !file.exists() {
            return Ok(Last::default());
        }
        Ok(Last::parse(&fs::read_to_string(file)?))
    }

    fn parse(text: &str) -> Last {
        let mut last = Last::default();
        for line in text.lines() {
            match line.split('\t').collect::<Vec<_>>()[..] {
                ["file", file, digest] => drop(last.files.insert(file.to_owned(), digest.to_owned())),
                ["test", test] => drop(last.tests.insert(test.to_owned())),
                [verdict, mutant, by] => {
                    let by = (!by.is_empty()).then(|| by.to_owned());
                    let verdict = Verdict::ALL.into_iter().find(|one| format!("{one:?}") == verdict);
                    last.verdicts
                        .extend(verdict.map(|verdict| (mutant.to_owned(), (verdict, by))));
                }
                _ => {}
            }
        }
        last
    }

    fn text(&self) -> String {
        let files = self
            .files
            .iter()
            .map(|(file, digest)| format!("file\t{file}\t{digest}\n"));
        let verdicts = self.verdicts.iter().map(|(mutant, (verdict, by))| {
            let by = by.as_deref().unwrap_or_default();
            format!("{verdict:?}\t{mutant}\t{by}\n")
        });
        let tests = self.tests.iter().map(|test| format!("test\t{test}\n"));
        files.chain(verdicts).chain(tests).collect()
    }

    /// Adds what a run found. What was known of files that are others now goes.
    ///
    /// # Errors
    /// If a file of the crate cannot be read.
    pub fn learn(&mut self, judged: &[Judged]) -> Outcome {
        for file in judged.iter().map(|one| &one.name.file).collect::<BTreeSet<_>>() {
            let digest = digest(file)?;
            if self.files.insert(file.clone(), digest.clone()) != Some(digest) {
                let is_of = |mutant: &str| Name::parse(mutant).is_some_and(|name| name.file == *file);
                self.verdicts.retain(|mutant, _| !is_of(mutant));
            }
        }
        let verdicts = judged
            .iter()
            .map(|one| (one.full.clone(), (one.verdict, one.by.clone())));
        self.verdicts.extend(verdicts);
        Ok(())
    }

    /// Notes the tests that were tried.
    pub fn tried(&mut self, package: &str, tests: &[Test<'_>]) {
        self.tests.extend(
            tests
                .iter()
                .map(|test| name(package, &test.program.name, &test.name)),
        );
    }

    /// Whether a test was there in the last run.
    pub fn knows(&self, package: &str, program: &str, test: &str) -> bool {
        self.tests.contains(&name(package, program, test))
    }

    /// What was found of a mutant; `None` if it was not tried, as in a run that was broken off.
    ///
    /// # Errors
    /// If its file is another now.
    pub fn of(&self, mutant: &Mutant) -> Outcome<Option<Judged>> {
        let file = &mutant.name.file;
        if self.files.get(file) != Some(&digest(file)?) {
            return Err(format!("{file} was not tried as it is; run it without --again").into());
        }
        let known = self.verdicts.get(&mutant.full).cloned();
        Ok(known.map(|(verdict, by)| mutant.judged(verdict, by)))
    }

    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, folder: &Path) -> Outcome {
        Ok(fs::write(place(folder), self.text())?)
    }
}

fn place(folder: &Path) -> PathBuf {
    folder.join("last.tsv")
}

fn name(package: &str, program: &str, test: &str) -> String {
    format!("{package} {program} {test}")
}

fn digest(file: &str) -> Outcome<String> {
    let digest = Sha256::digest(fs::read(root::path(file))?);
    Ok(poolhouse_text::hex::encode(&digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "xtask/src/test/mutants/last.rs";

    fn mutant(line: usize) -> Mutant {
        let full = format!("{FILE}:{line}:1: replace + with -");
        Mutant {
            name: Name::parse(&full).unwrap(),
            full,
            package: String::new(),
            genre: String::new(),
            replacement: String::new(),
            is_opaque: false,
            span: (line, 1)..(line, 2),
        }
    }

    #[test]
    fn a_run_goes_on_with_what_the_last_one_found() {
        let mut last = Last::default();
        assert!(last.of(&mutant(1)).is_err());
        let noticed = mutant(1).judged(Verdict::Caught, Some("a test".to_owned()));
        last.learn(&[noticed, mutant(2).judged(Verdict::Missed, None)])
            .unwrap();
        let last = Last::parse(&last.text());
        let found = |line| last.of(&mutant(line)).unwrap();
        assert_eq!(found(1).unwrap().by.unwrap(), "a test");
        assert_eq!(found(2).unwrap().verdict, Verdict::Missed);
        assert!(found(3).is_none());
    }

    #[test]
    fn what_was_known_of_a_file_goes_when_the_file_is_another() {
        let (other, old) = ("b.rs:1:1: delete !", format!("{FILE}:9:1: delete !"));
        let text = format!("file\t{FILE}\told\nCaught\t{other}\t\nCaught\t{old}\t\ntest\ta b c\n");
        let mut last = Last::parse(&text);
        assert_eq!(last.text(), text);
        last.learn(&[mutant(1).judged(Verdict::Caught, None)]).unwrap();
        last.learn(&[mutant(2).judged(Verdict::Caught, None)]).unwrap();
        let mutants: Vec<&str> = last.verdicts.keys().map(String::as_str).collect();
        assert_eq!(mutants, [other, &mutant(1).full, &mutant(2).full]);
        assert!(last.knows("a", "b", "c") && !last.knows("a", "b", "d"));
    }
}
