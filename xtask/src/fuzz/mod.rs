//! `cargo xtask fuzz [TARGET…] [--seconds N] [--write]`: inputs that nobody would think of, for as long as one likes.
//!
//! cargo-fuzz builds the targets in `fuzz/` with a nightly toolchain, and each is run for itself: from the committed seeds
//! and from what earlier runs have found, which is kept below Cargo's target folder. What is asserted of an input stands
//! in `crates/fuzz`, whose tests try the seeds with every run of the tests.

mod output;
mod report;
mod tool;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::system::process;
use crate::{Outcome, console, root};
use console::Stopwatch;
use output::Progress;

/// How long each target runs unless it is said.
const SECONDS: u64 = 60;
/// Bytes of the longest input.
const LONGEST: &str = "-max_len=8192";
/// Seconds after which an input counts as one that hangs.
const HANGS_AFTER: &str = "-timeout=10";
/// Megabytes after which an input counts as one that takes all memory.
const MOST_MEMORY: &str = "-rss_limit_mb=2048";
/// Lines of a crash that are shown.
const SHOWN: usize = 40;

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
struct Request {
    targets: Vec<String>,
    seconds: u64,
    /// Whether the figures are written into the list.
    write: bool,
}

/// How a target ended.
struct Ended {
    target: String,
    progress: Progress,
    seconds: u64,
    crashed: bool,
}

/// Runs the targets named, or all, one after the other.
///
/// # Errors
/// If one of them crashed, or they cannot be built.
pub fn run(arguments: &[String]) -> Outcome {
    let request = parse(arguments, &targets()?)?;
    let tool = tool::find()?;
    console::step("building the fuzz targets", || tool::build(&tool))?;
    let mut ended = Vec::new();
    for target in &request.targets {
        ended.push(fuzz(target, request.seconds)?);
    }
    console::say(report::table(&ended))?;
    if request.write {
        report::write(&ended)?;
    }
    match ended.iter().filter(|target| target.crashed).count() {
        0 => Ok(()),
        crashed => Err(format!("{crashed} of {} targets crashed", ended.len()).into()),
    }
}

/// The names of all targets, in order.
fn targets() -> Outcome<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root::path("fuzz/fuzz_targets"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        names.extend(name.strip_suffix(".rs").map(str::to_owned));
    }
    names.sort_unstable();
    Ok(names)
}

fn parse(arguments: &[String], all: &[String]) -> Outcome<Request> {
    let mut request = Request {
        targets: Vec::new(),
        seconds: SECONDS,
        write: false,
    };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--write" => request.write = true,
            "--seconds" => {
                let seconds = arguments.next().and_then(|text| text.parse().ok());
                request.seconds = seconds
                    .filter(|seconds| *seconds > 0)
                    .ok_or("--seconds needs a number")?;
            }
            name if all.iter().any(|target| target == name) => request.targets.push(name.to_owned()),
            other => return Err(format!("no target {other:?}; there are {}", all.join(", ")).into()),
        }
    }
    if request.targets.is_empty() {
        request.targets = all.to_vec();
    }
    Ok(request)
}

/// Runs one target, and says every ten seconds how far it is.
fn fuzz(target: &str, seconds: u64) -> Outcome<Ended> {
    let folder = |name: &str| root::target().join("fuzz").join(name).join(target);
    let (corpus, crashes) = (folder("corpus"), folder("crashes"));
    for folder in [&corpus, &crashes] {
        fs::create_dir_all(folder)?;
    }
    let mut command = Command::new(tool::program(target)?);
    command
        .arg(format!("-max_total_time={seconds}"))
        .args([
            LONGEST,
            HANGS_AFTER,
            MOST_MEMORY,
            "-print_final_stats=1",
            "-detect_leaks=0",
        ])
        .arg(format!("-artifact_prefix={}/", crashes.display()))
        .current_dir(root::path(""));
    let dictionary = root::path("fuzz/dictionaries").join(format!("{target}.dict"));
    if dictionary.exists() {
        command.arg(format!("-dict={}", dictionary.display()));
    }
    command.arg(&corpus).arg(root::path("fuzz/seeds").join(target));
    console::say(format!("\n{target}: {seconds} s"))?;
    watch(target, &mut command, seconds, &crashes)
}

fn watch(target: &str, command: &mut Command, seconds: u64, crashes: &Path) -> Outcome<Ended> {
    let watch = Stopwatch::start();
    let mut told = Duration::ZERO;
    let mut progress = Progress::default();
    let mut last = Vec::new();
    let status = process::watch_errors(command, |line| {
        progress.read(line);
        last.push(line.to_owned());
        if last.len() > SHOWN {
            last.remove(0);
        }
        if watch.elapsed() < told + Duration::from_secs(10) {
            return Ok(());
        }
        told = watch.elapsed();
        console::say(format!("  {:>8}  {progress}", watch.read()))
    })?;
    let crashed = !status.success();
    if crashed {
        last.iter()
            .try_for_each(|line| console::say(format!("  | {line}")))?;
        console::say(format!(
            "{target} crashed; the input lies in {}. With it in fuzz/seeds/{target}, `cargo test -p poolhouse-fuzz` crashes too.",
            crashes.display()
        ))?;
    } else {
        console::say(format!("  {:>8}  {progress}", watch.read()))?;
    }
    Ok(Ended {
        target: target.to_owned(),
        progress,
        seconds,
        crashed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn targets_and_seconds_are_read_in_any_order() {
        let all = words("event ledger");
        let request = |targets: &str, seconds, write| Request {
            targets: words(targets),
            seconds,
            write,
        };
        for (given, wanted) in [
            ("", request("event ledger", 60, false)),
            ("ledger", request("ledger", 60, false)),
            ("--seconds 600 ledger --write", request("ledger", 600, true)),
        ] {
            assert_eq!(parse(&words(given), &all).unwrap(), wanted, "{given}");
        }
        for (given, error) in [
            ("--seconds", "--seconds needs a number"),
            ("--seconds 0", "--seconds needs a number"),
            ("leger", "no target \"leger\"; there are event, ledger"),
        ] {
            assert_eq!(parse(&words(given), &all).unwrap_err().to_string(), error);
        }
    }

    #[test]
    fn the_targets_are_those_of_the_folder() {
        assert!(targets().unwrap().contains(&"secret_block".to_owned()));
    }
}
