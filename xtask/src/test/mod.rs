//! `cargo xtask test [PART…]`: every test there is, in order of how fast it tells something.
//!
//! Ends with one line for all runners together: `N passed, M failed`.

mod advisories;
mod checks;
mod clients;
mod deploy;
mod hosted;
mod mutants;
mod newcomer;
mod numbers;
mod package;
mod page_functions;
mod parts;
mod postgres;
mod rust;
mod saml;
mod tally;
mod web;

use crate::{Outcome, console};
use console::Stopwatch;
use parts::{PARTS, Part};
use tally::Tally;

/// Runs the parts named, or those that a whole run has.
///
/// # Errors
/// If a part is unknown, a test failed, or a part ran none.
pub fn run(arguments: &[String]) -> Outcome {
    if arguments == ["--list"] {
        return list();
    }
    let watch = Stopwatch::start();
    let results = match arguments.split_first() {
        // The one part that takes arguments of its own.
        Some((name, rest)) if name == "mutants" => {
            let [part] = choose(std::slice::from_ref(name))?[..] else {
                return Err("mutants is one part".into());
            };
            vec![run_part(part, || mutants::with(rest))?]
        }
        _ => {
            let runs = choose(arguments)?
                .into_iter()
                .map(|part| run_part(part, part.run));
            runs.collect::<Outcome<_>>()?
        }
    };
    summarise(&results, &watch)
}

/// How a part went.
struct Finished {
    name: &'static str,
    tally: Tally,
    time: String,
    /// What kept the part from running to its end.
    trouble: Option<String>,
}

fn list() -> Outcome {
    for part in PARTS {
        let mark = if part.in_whole_run { "" } else { " (only by name)" };
        console::say(format!("{:<12} {}{mark}", part.name, part.about))?;
    }
    Ok(())
}

fn choose(names: &[String]) -> Outcome<Vec<&'static Part>> {
    if names.is_empty() {
        return Ok(PARTS.iter().filter(|part| part.in_whole_run).collect());
    }
    let find = |name: &String| {
        let found = PARTS.iter().find(|part| part.name == name);
        found.ok_or_else(|| format!("no part {name:?}; `cargo xtask test --list` names them").into())
    };
    names.iter().map(find).collect()
}

/// Runs a part. That it could not run is a failure of the part and not the end of the run.
fn run_part(part: &'static Part, run: impl FnOnce() -> Outcome<Tally>) -> Outcome<Finished> {
    console::say(format!("\n=== {}: {}", part.name, part.about))?;
    let watch = Stopwatch::start();
    let (tally, trouble) = match run() {
        Ok(tally) if tally.is_empty() => (tally, Some("it ran no test".to_owned())),
        Ok(tally) => (tally, None),
        Err(error) => (Tally::default(), Some(error.to_string())),
    };
    let tally = if trouble.is_some() {
        tally.with_failure()
    } else {
        tally
    };
    if let Some(trouble) = &trouble {
        console::say(format!("{}: {trouble}", part.name))?;
    }
    Ok(Finished {
        name: part.name,
        tally,
        time: watch.read(),
        trouble,
    })
}

fn summarise(results: &[Finished], watch: &Stopwatch) -> Outcome {
    console::say(format!(
        "\n{:<12} {:>7} {:>7} {:>13}",
        "part", "passed", "failed", "time"
    ))?;
    let mut total = Tally::default();
    for Finished {
        name,
        tally,
        time,
        trouble,
    } in results
    {
        let trouble = trouble
            .as_deref()
            .and_then(|text| text.lines().next())
            .unwrap_or_default();
        let row = format!(
            "{name:<12} {:>7} {:>7} {time:>13}  {trouble}",
            tally.passed, tally.failed
        );
        console::say(row.trim_end())?;
        total = total.plus(*tally);
    }
    console::say(format!(
        "{:<12} {:>7} {:>7} {:>13}\n",
        "all",
        total.passed,
        total.failed,
        watch.read()
    ))?;
    console::say(total)?;
    if total.failed == 0 {
        return Ok(());
    }
    // The line with the numbers is the last one: a reader of that line alone has read it, and the status says the rest.
    std::process::exit(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(run: fn() -> Outcome<Tally>) -> &'static Part {
        Box::leak(Box::new(Part {
            name: "a-part",
            about: "of a test",
            in_whole_run: true,
            run,
        }))
    }

    #[test]
    fn a_part_that_ran_nothing_or_stopped_counts_as_a_failure() {
        let ran = |part: &'static Part| run_part(part, part.run).unwrap();
        let nothing = ran(part(|| Ok(Tally::default())));
        assert_eq!(
            (nothing.tally.failed, nothing.trouble.as_deref()),
            (1, Some("it ran no test"))
        );
        let stopped = ran(part(|| Err("no such tool".into())));
        assert_eq!(
            (stopped.tally.failed, stopped.trouble.as_deref()),
            (1, Some("no such tool"))
        );
        let passed = ran(part(|| Ok(Tally::check(true))));
        assert_eq!(
            (passed.tally.passed, passed.tally.failed, passed.trouble),
            (1, 0, None)
        );
    }

    #[test]
    fn parts_are_run_in_the_order_asked_for() {
        let names: Vec<&str> = choose(&["tidy".to_owned(), "unit".to_owned()])
            .unwrap()
            .iter()
            .map(|part| part.name)
            .collect();
        assert_eq!(names, ["tidy", "unit"]);
        let error = choose(&["units".to_owned()]).err().map(|error| error.to_string());
        assert_eq!(
            error.as_deref(),
            Some("no part \"units\"; `cargo xtask test --list` names them")
        );
    }

    #[test]
    fn the_long_soak_is_not_part_of_a_whole_run() {
        assert!(choose(&[]).unwrap().iter().all(|part| part.name != "srp-soak"));
    }
}
