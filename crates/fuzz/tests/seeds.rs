//! Every committed input, with the toolchain that everything else is built with. A fuzzer has tried millions more; these
//! are where it begins, and what it once found.

#![cfg(test)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use poolhouse_fuzz::TARGETS;

/// Bytes that one target's seeds may have in all.
const MOST_BYTES: usize = 16 * 1024;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz")
        .join(name)
}

/// Its files, by name, without what hides.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn no_committed_input_of_the_fuzz_targets_breaks_a_property() {
    for target in &TARGETS {
        let files = files(&folder("seeds").join(target.name));
        assert!(files.len() >= 3, "{} has {} seeds", target.name, files.len());
        let mut bytes = 0;
        for file in files {
            let data = fs::read(&file).unwrap();
            bytes += data.len();
            println!("{}", file.display());
            (target.run)(&data);
        }
        assert!(
            bytes <= MOST_BYTES,
            "the seeds of {} have {bytes} bytes",
            target.name
        );
    }
}

#[test]
fn every_target_has_seeds_and_a_program_for_the_fuzzer() {
    let names = |folder: &Path| -> BTreeSet<String> {
        files(folder)
            .iter()
            .filter_map(|file| file.file_stem().map(|name| name.to_string_lossy().into_owned()))
            .collect()
    };
    let targets: BTreeSet<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    assert_eq!(names(&folder("seeds")), targets);
    assert_eq!(names(&folder("fuzz_targets")), targets);
    for name in &targets {
        let program = fs::read_to_string(folder("fuzz_targets").join(format!("{name}.rs"))).unwrap();
        assert!(
            program.contains(&format!("poolhouse_fuzz::run(\"{name}\", data)")),
            "{name}"
        );
    }
}

#[test]
fn bytes_that_are_no_seed_are_taken_apart_too() {
    for target in &TARGETS {
        (target.run)(&[]);
        for first in 0..=u8::MAX {
            (target.run)(&[first]);
        }
    }
}
