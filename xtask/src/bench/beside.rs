//! `cargo xtask bench sign-in-beside PROGRAM [ROUNDS]`: what a sign-in costs, of what it costs another `poolhouse`: that of the commit
//! before, say.

use std::fs;
use std::path::Path;

use super::places::{Place, compare};
use super::{WARM_UP, build, new_home};
use crate::system::random;
use crate::{Outcome, console};

/// Runs the benchmark.
///
/// # Errors
/// If a server does not build or start, or a sign-in fails.
pub fn run(program: &str, rounds: u32) -> Outcome {
    let (programs, home) = (build()?, new_home()?);
    // Its helpers are looked for beside it, under its own name.
    let other = home.join("programs");
    fs::create_dir_all(&other)?;
    fs::copy(program, other.join("poolhouse")).map_err(|error| format!("{program}: {error}"))?;
    let password = random::password()?;
    let users = rounds + WARM_UP;
    let make = |name: &str, programs: &Path| {
        let people = format!("{name}: making {users} users");
        console::step(&people, || {
            Place::make(programs, &home.join(name), 1, None, users, &password)
        })
    };
    let places = [make("this", &programs)?, make("beside", &other)?];
    let done = compare("sign-in-beside", &programs, &home, &places, &password, rounds);
    drop(places);
    fs::remove_dir_all(home)?;
    done
}
