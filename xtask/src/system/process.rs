//! Running a program to its end.

use std::io::{BufRead, BufReader};
use std::process::{Command, ExitStatus, Stdio};

use crate::Outcome;

/// What Cargo tells a program that it runs, and build scripts of crates ask for.
const OF_CARGO: [&str; 9] = [
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_LINKS",
    "CARGO_MANIFEST_PATH",
    "CARGO_PKG_NAME",
    "CARGO_PKG_VERSION",
    "CARGO_PKG_VERSION_MAJOR",
    "CARGO_PKG_VERSION_MINOR",
    "CARGO_PKG_VERSION_PATCH",
    "CARGO_PKG_VERSION_PRE",
];

/// Cargo, as a person calls it.
///
/// Without what Cargo has told this program: a build script that asks for one of these would run again, and everything
/// above its crate be compiled again, whenever `cargo test` and `cargo xtask test` take turns (ring has such a script).
pub fn cargo() -> Command {
    let mut cargo = Command::new("cargo");
    for name in OF_CARGO {
        cargo.env_remove(name);
    }
    cargo
}

/// Runs a program that talks to the person itself.
///
/// # Errors
/// If it cannot be started or says that it failed.
pub fn run(command: &mut Command) -> Outcome {
    let status = command.status().map_err(|error| cannot_start(command, &error))?;
    succeeded(command, status)
}

/// Runs a program and returns what it wrote to standard output.
///
/// # Errors
/// If it cannot be started or says that it failed; the error holds what it wrote to standard error.
pub fn capture(command: &mut Command) -> Outcome<String> {
    let output = command.output().map_err(|error| cannot_start(command, &error))?;
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout)?);
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(format!(
        "{} failed ({}): {}",
        name(command),
        output.status,
        complaint.trim()
    )
    .into())
}

/// Runs a program, hands each line of its standard output to `on_line`, and returns how it ended.
///
/// # Errors
/// If it cannot be started or its output is no text.
pub fn watch(command: &mut Command, mut on_line: impl FnMut(&str) -> Outcome) -> Outcome<ExitStatus> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| cannot_start(command, &error))?;
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).lines() {
            on_line(&line?)?;
        }
    }
    Ok(child.wait()?)
}

/// The same with the lines of standard error, whatever bytes are in them. Standard output goes nowhere.
///
/// # Errors
/// If it cannot be started.
pub fn watch_errors(command: &mut Command, mut on_line: impl FnMut(&str) -> Outcome) -> Outcome<ExitStatus> {
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| cannot_start(command, &error))?;
    if let Some(output) = child.stderr.take() {
        for line in BufReader::new(output).split(b'\n') {
            on_line(&String::from_utf8_lossy(&line?))?;
        }
    }
    Ok(child.wait()?)
}

fn succeeded(command: &Command, status: ExitStatus) -> Outcome {
    if status.success() {
        return Ok(());
    }
    Err(format!("{} failed ({status})", name(command)).into())
}

fn cannot_start(command: &Command, error: &std::io::Error) -> String {
    format!("{} cannot be started: {error}", name(command))
}

/// The program's name and first argument, which is what tells `npm ci` from `npm test`.
fn name(command: &Command) -> String {
    let program = command.get_program().to_string_lossy().into_owned();
    match command.get_args().next() {
        Some(argument) => format!("{program} {}", argument.to_string_lossy()),
        None => program,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_missing_or_fails_is_named() {
        let missing = run(Command::new("no-such-program").arg("go"))
            .unwrap_err()
            .to_string();
        assert!(
            missing.starts_with("no-such-program go cannot be started: "),
            "{missing}"
        );
        let failed = capture(Command::new("sh").args(["-c", "echo why >&2; exit 3"])).unwrap_err();
        assert_eq!(failed.to_string(), "sh -c failed (exit status: 3): why");
    }

    #[test]
    fn every_line_is_handed_on_and_the_end_is_told() {
        let mut lines = Vec::new();
        let status = watch(
            Command::new("sh").args(["-c", "printf 'a\\nb'; exit 1"]),
            |line| {
                lines.push(line.to_owned());
                Ok(())
            },
        );
        assert_eq!(lines, ["a", "b"]);
        assert_eq!(status.unwrap().code(), Some(1));
    }
}
