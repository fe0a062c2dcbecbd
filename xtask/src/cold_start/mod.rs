//! `cargo xtask bench cold-start [ROUNDS]`: how the functions start, beside one as people write them for Node.js.
//!
//! Each round starts every function once, in turn, so that whatever else the machine does at the time is shared. A
//! function's life is: start to the first request for an event, a first event, more events, the end. Create and the
//! Node.js function do the same work at every event: a code, a call back to the pool, a mail, over loopback sockets. The
//! Node.js function is that of `tests/functions/node`, with nodemailer and AWS's SDK.

mod function;
mod report;
mod world;

use std::fs;
use std::path::Path;

use function::{Function, Program};
use world::World;

use crate::{Outcome, console, functions, install};

const ROUNDS: usize = 15;

/// Runs the benchmark.
///
/// # Errors
/// If something does not build or start, or a function of ours misses one of its marks.
pub fn run(arguments: &[String]) -> Outcome {
    let rounds = match arguments {
        [] => ROUNDS,
        [rounds] => rounds.parse().map_err(|_| "the number of rounds is no number")?,
        _ => return Err("usage: cargo xtask bench cold-start [ROUNDS]".into()),
    };
    let functions = prepare()?;
    let world = World::open()?;
    let mut lives = vec![Vec::new(); functions.len()];
    console::step(&format!("starting each function {rounds} times"), || {
        for round in 0..rounds {
            for (function, lives) in functions.iter().zip(&mut lives) {
                lives.push(function.live(&world, round)?);
            }
        }
        Ok(())
    })?;
    report::print(&functions, &lives)
}

/// Our functions, and the one to compare with at the end.
fn prepare() -> Outcome<Vec<Function>> {
    let built = console::step(
        "building the functions, optimised (some minutes the first time)",
        functions::build,
    )?;
    let folder = install::node_functions()?;
    let mut all = Vec::new();
    for name in functions::NAMES {
        let program = built.join(name);
        let bytes = fs::read(&program)?;
        all.push(Function {
            name,
            size: bytes.len() as u64,
            zip: Some(functions::zip(&bytes)?.len() as u64),
            program: Program::Bootstrap(program),
        });
    }
    all.push(Function {
        name: "Node.js",
        size: size_of(&folder)?,
        zip: None,
        program: Program::Node(folder),
    });
    Ok(all)
}

/// The size of all files in a folder.
fn size_of(folder: &Path) -> Outcome<u64> {
    let mut size = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        size += match kind.is_dir() {
            true => size_of(&entry.path())?,
            false => entry.metadata()?.len(),
        };
    }
    Ok(size)
}
