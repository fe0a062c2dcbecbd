//! Programs for arm64, built on x86_64.
//!
//! That takes Rust's standard library for arm64 and a C compiler and linker for it. The library comes from `rustup` where
//! it has the target; else, on Debian, from Debian's own packages, which are unpacked below `target` and change nothing
//! on the machine. Compiler and linker are zig, as `cargo-zigbuild` calls it; it also links against the C library's
//! version that Lambda has.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::functions::{self, Programs};
use crate::system::{process, tools};
use crate::{Outcome, console, install, root};

pub(super) const TARGET: &str = "aarch64-unknown-linux-gnu";
/// The target with the version of the C library to link against.
const TARGET_ON_LAMBDA: &str = "aarch64-unknown-linux-gnu.2.34";
/// Debian's Rust for building what needs a newer compiler than the release came with.
const PACKAGE: &str = "rustc-web";

/// Builds them and returns the folder they are in.
///
/// # Errors
/// If the tools cannot be had, or the programs do not build.
pub fn build(programs: Programs) -> Outcome<PathBuf> {
    let rust = if has_target() { None } else { Some(debian()?) };
    let zig = install::environment("zig", "zig", "xtask/requirements-zig.txt")?;
    // Another compiler's leftovers would be built again and again, so each has a folder of its own.
    let built = root::target().join("arm64");
    let mut command = Command::new(zig.join("cargo-zigbuild"));
    command
        .arg("zigbuild")
        .args(programs.arguments())
        .args(["--target", TARGET_ON_LAMBDA])
        .env("CARGO_TARGET_DIR", &built)
        .env("PATH", with_zig(&zig)?)
        .current_dir(root::path(""));
    if let Some(rust) = rust {
        command
            .env("RUSTC", rust.join("usr/bin/rustc"))
            .env("LD_LIBRARY_PATH", rust.join("usr/lib/x86_64-linux-gnu"));
    }
    process::run(functions::anonymous(&mut command, &root::path("")))?;
    Ok(built.join(TARGET).join(programs.profile))
}

/// Whether the compiler that is used anyway has the standard library for arm64.
fn has_target() -> bool {
    let libraries =
        process::capture(Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]));
    libraries.is_ok_and(|folder| Path::new(folder.trim()).is_dir())
}

/// `cargo-zigbuild` looks for zig beside itself only if it is on the path.
#[expect(
    clippy::disallowed_methods,
    reason = "cargo is found where the person who builds has it"
)]
fn with_zig(programs: &Path) -> Outcome<std::ffi::OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = [programs.to_owned()]
        .into_iter()
        .chain(std::env::split_paths(&path));
    Ok(std::env::join_paths(all)?)
}

/// Debian's Rust with its standard libraries for both processors, unpacked; returns the folder.
fn debian() -> Outcome<PathBuf> {
    let by_hand = format!(
        "Rust's standard library for {TARGET} is missing; install it with `rustup target add {TARGET}`"
    );
    let folder = root::target().join("debian-rust");
    if folder.join("complete").exists() {
        return Ok(folder.join("root"));
    }
    let is_debian = ["apt-get", "apt-cache", "dpkg-deb"]
        .iter()
        .all(|program| tools::quiet(Command::new(program).arg("--version")));
    if !is_debian || !cfg!(target_arch = "x86_64") {
        return Err(by_hand.into());
    }
    let unpacked = console::step("unpacking Debian's Rust for arm64 (130 MB)", || {
        unpack(&Apt::new(folder.clone())?)
    });
    unpacked.map_err(|error| format!("{by_hand} (Debian's packages cannot be had: {error})"))?;
    fs::write(folder.join("complete"), "")?;
    Ok(folder.join("root"))
}

fn unpack(apt: &Apt) -> Outcome {
    apt.run("apt-get", &["update", "-q"])?;
    let libraries = "libstd-rust-web-dev";
    let library = apt.dependency(libraries, "libstd-rust-web-")?;
    let llvm = apt.dependency(&library, "libllvm")?;
    let arm64 = format!("{libraries}:arm64");
    let packages = [PACKAGE, &library, &llvm, libraries, &arm64];
    apt.run("apt-get", &[["download", "-q"].as_slice(), &packages].concat())?;
    for file in fs::read_dir(&apt.folder)? {
        let file = file?.path();
        if file.extension().is_some_and(|extension| extension == "deb") {
            let root = apt.folder.join("root");
            process::capture(Command::new("dpkg-deb").arg("-x").arg(&file).arg(root))?;
            fs::remove_file(file)?;
        }
    }
    Ok(())
}

/// Debian's package tools with lists of their own, for two processors: the machine's own stay as they are.
struct Apt {
    folder: PathBuf,
}

impl Apt {
    fn new(folder: PathBuf) -> Outcome<Apt> {
        for below in ["lists/partial", "cache/archives/partial", "root"] {
            fs::create_dir_all(folder.join(below))?;
        }
        Ok(Apt { folder })
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Outcome<String> {
        let mut command = Command::new(program);
        let below = |name: &str| self.folder.join(name).display().to_string();
        for option in [
            "APT::Architectures::=amd64".to_owned(),
            "APT::Architectures::=arm64".to_owned(),
            "APT::Sandbox::User=".to_owned(),
            format!("Dir::State::lists={}", below("lists")),
            format!("Dir::Cache={}", below("cache")),
        ] {
            command.arg("-o").arg(option);
        }
        process::capture(command.args(arguments).current_dir(&self.folder))
    }

    /// The name of the package that another depends on and that begins like this.
    fn dependency(&self, package: &str, beginning: &str) -> Outcome<String> {
        let said = self.run("apt-cache", &["show", "--no-all-versions", package])?;
        dependency(&said, beginning).ok_or_else(|| format!("{package} depends on no {beginning}…").into())
    }
}

fn dependency(said: &str, beginning: &str) -> Option<String> {
    let line = said.lines().find_map(|line| line.strip_prefix("Depends: "))?;
    let mut names = line
        .split(',')
        .filter_map(|dependency| dependency.split_whitespace().next());
    names.find(|name| name.starts_with(beginning)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_is_found_by_how_its_name_begins() {
        let said = "Package: libstd-rust-web-1.96\nDepends: libc6 (>= 2.34), libllvm22, libstdc++6 (>= 11)\n";
        assert_eq!(dependency(said, "libllvm").as_deref(), Some("libllvm22"));
        assert_eq!(dependency(said, "libz3"), None);
        assert_eq!(dependency("Package: a\n", "lib"), None);
    }
}
