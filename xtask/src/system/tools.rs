//! Programs that must be on the machine, and what to do about those that are not.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::process;
use crate::{Outcome, console};

/// The oldest Node.js that the Angular tools run on.
const NODE: [u32; 2] = [20, 19];
/// The oldest Python that the test clients run on.
const PYTHON: [u32; 2] = [3, 10];

/// Node.js and npm, or what to install.
///
/// # Errors
/// If they are missing or too old.
pub fn node() -> Outcome {
    needs(
        "node",
        &["--version"],
        NODE,
        "Node.js 20.19 or later (https://nodejs.org)",
    )?;
    needs(
        "npm",
        &["--version"],
        [9, 0],
        "npm 9 or later, which comes with Node.js (https://nodejs.org)",
    )
}

/// Python, or what to install.
///
/// # Errors
/// If it is missing or too old.
pub fn python() -> Outcome {
    needs(
        "python3",
        &["--version"],
        PYTHON,
        "Python 3.10 or later (https://python.org)",
    )
}

/// A component of the Rust toolchain that not every installation has: `clippy` or `fmt`.
///
/// # Errors
/// If Cargo does not know it.
pub fn cargo_component(subcommand: &str, component: &str) -> Outcome {
    let known = quiet(process::cargo().args([subcommand, "--version"]));
    if known {
        return Ok(());
    }
    Err(format!("cargo {subcommand} is missing; install it with `rustup component add {component}`").into())
}

/// A subcommand of Cargo's in this very version, installed into `folder` if it is not there.
///
/// # Errors
/// If it cannot be installed.
pub fn cargo_program(name: &str, version: &str, folder: &Path) -> Outcome<PathBuf> {
    let program = folder.join("bin").join(name);
    let says = |program: &Path| {
        let subcommand = name.trim_start_matches("cargo-");
        // Some take their own name as first argument, as Cargo gives it, and some do not mind.
        [&[subcommand, "--version"][..], &["--version"]]
            .into_iter()
            .find_map(|arguments| process::capture(Command::new(program).args(arguments)).ok())
    };
    if says(&program).is_some_and(|said| said.contains(version)) {
        return Ok(program);
    }
    console::say(format!("installing {name} {version}"))?;
    let install = [
        "install",
        name,
        "--locked",
        "--force",
        "--version",
        version,
        "--root",
    ];
    process::run(process::cargo().args(install).arg(folder))?;
    match says(&program) {
        Some(_) => Ok(program),
        None => Err(format!("{name} was installed and does not start").into()),
    }
}

/// Where Chromium is, if it is.
#[expect(
    clippy::disallowed_methods,
    reason = "the browser tests are told by this variable which browser to take"
)]
pub fn chromium() -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let usual = [
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
    ];
    named
        .into_iter()
        .chain(usual.map(PathBuf::from))
        .find(|path| path.exists())
}

/// Installs a package of the operating system, where that can be done without asking.
///
/// # Errors
/// With what to do by hand: not root, no apt, or the installation failed.
pub fn install(package: &str, why: &str) -> Outcome {
    let by_hand =
        format!("{package} is missing, {why}; install it, for instance with `apt-get install {package}`");
    if !Path::new("/usr/bin/apt-get").exists() || !is_root()? {
        return Err(by_hand.into());
    }
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        // At run level 1 a package starts no services: what the tests run, they start themselves.
        let environment = [("DEBIAN_FRONTEND", "noninteractive"), ("RUNLEVEL", "1")];
        process::capture(command.args(arguments).envs(environment))
    };
    let installed = apt(&["update", "-q"])
        .and_then(|_| apt(&["install", "-q", "-y", "--no-install-recommends", package]));
    installed
        .map(drop)
        .map_err(|error| format!("{by_hand} ({error})").into())
}

/// Whether this is root.
///
/// # Errors
/// If nobody can say.
pub fn is_root() -> Outcome<bool> {
    Ok(process::capture(Command::new("id").arg("-u"))?.trim() == "0")
}

/// Whether a program runs and succeeds; what it says goes nowhere.
pub fn quiet(command: &mut Command) -> bool {
    let silent = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    silent.status().is_ok_and(|status| status.success())
}

fn needs(program: &str, arguments: &[&str], least: [u32; 2], what: &str) -> Outcome {
    let Ok(said) = process::capture(Command::new(program).args(arguments)) else {
        return Err(format!("{program} is missing; please install {what}").into());
    };
    match version(&said) {
        Some(found) if found >= least => Ok(()),
        _ => Err(format!("{program} is too old ({}); please install {what}", said.trim()).into()),
    }
}

/// The first two numbers in `v20.20.2`, `Python 3.11.2`, `11.19.0`.
fn version(said: &str) -> Option<[u32; 2]> {
    let digits = said.find(|c: char| c.is_ascii_digit())?;
    let mut numbers = said[digits..]
        .split(['.', '\n', ' '])
        .map_while(|number| number.parse().ok());
    Some([numbers.next()?, numbers.next()?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_however_a_program_prints_them() {
        assert_eq!(version("v20.20.2\n"), Some([20, 20]));
        assert_eq!(version("Python 3.11.2\n"), Some([3, 11]));
        assert_eq!(version("11.19.0\n"), Some([11, 19]));
        assert_eq!(version("no version"), None);
    }

    #[test]
    fn a_program_that_is_missing_is_named_with_what_to_install() {
        let error = needs("no-such-program", &[], [1, 0], "it (https://example.com)").unwrap_err();
        assert_eq!(
            error.to_string(),
            "no-such-program is missing; please install it (https://example.com)"
        );
    }
}
