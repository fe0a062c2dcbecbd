//! cargo-fuzz, which builds the targets with a sanitizer and the counters that the fuzzer steers by.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::system::{process, tools};
use crate::{Outcome, console, root};

const VERSION: &str = "0.13.2";

/// Where cargo-fuzz is. It is installed for this repository alone, and the nightly toolchain by rustup where there is none.
///
/// # Errors
/// If one of the two cannot be installed.
pub fn find() -> Outcome<PathBuf> {
    if !has_nightly() {
        console::step("installing a nightly toolchain", || {
            let mut rustup = Command::new("rustup");
            process::run(rustup.args(["toolchain", "install", "nightly", "--profile", "minimal"]))
        })?;
    }
    tools::cargo_program("cargo-fuzz", VERSION, &root::target().join("fuzz/tools"))
}

fn has_nightly() -> bool {
    tools::quiet(Command::new("rustup").args(["run", "nightly", "rustc", "--version"]))
}

/// Builds all targets.
///
/// # Errors
/// If one cannot be built.
pub fn build(tool: &Path) -> Outcome {
    // cargo-fuzz looks for a package in the folder that it is called from, and the root is none.
    process::run(
        Command::new(tool)
            .args(["build", "--fuzz-dir"])
            .arg(root::path("fuzz"))
            .arg("--target-dir")
            .arg(built())
            .current_dir(root::path("crates/fuzz"))
            .env("RUSTUP_TOOLCHAIN", "nightly")
            // Which Cargo runs this command is of no matter there.
            .env_remove("CARGO"),
    )
}

/// The program of a target that was built.
///
/// # Errors
/// If the toolchain does not say for which machine it builds.
pub fn program(target: &str) -> Outcome<PathBuf> {
    let said = process::capture(Command::new("rustc").arg("-vV"))?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.ok_or("rustc names no host")?;
    Ok(built().join(host).join("release").join(target))
}

fn built() -> PathBuf {
    root::target().join("fuzz/build")
}
