//! Every mutant against the tests that reach it, several at a time.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::build::Program;
use super::mutant::Verdict;
use super::programs::{self, Ended, Test};
use crate::{Outcome, console};

/// How many tests are run at first. The most telling ones come first, and most mutants end there.
const FIRST: usize = 8;

/// Runs every test once, to learn what it reaches.
///
/// # Errors
/// If a test fails.
pub fn explore<'a>(programs: &'a [Program], notes: &Path) -> Outcome<Vec<Test<'a>>> {
    let mut all = Vec::new();
    for program in programs {
        all.extend(programs::names(program)?.into_iter().map(|name| (program, name)));
    }
    in_parallel(all.len(), |number| {
        let (program, name) = &all[number];
        let notes = notes.join(format!("reached-{number}"));
        programs::explore(program, name, &notes).map_err(|error| error.to_string())
    })
}

/// Tries mutants by their numbers: the verdict, and the test, or the first of a few, that noticed.
///
/// # Errors
/// If a test cannot be started.
pub fn judge(mutants: &[usize], tests: &[Test<'_>]) -> Outcome<Vec<(usize, Verdict, Option<String>)>> {
    in_parallel(mutants.len(), |number| {
        let mutant = mutants[number];
        let (verdict, by) = judge_one(mutant, tests).map_err(|error| error.to_string())?;
        if number > 0 && number % 100 == 0 {
            console::say(format!("{number} of {}", mutants.len())).map_err(|error| error.to_string())?;
        }
        Ok((mutant, verdict, by))
    })
}

fn judge_one(mutant: usize, tests: &[Test<'_>]) -> Outcome<(Verdict, Option<String>)> {
    let mut reaching: Vec<&Test<'_>> = tests
        .iter()
        .filter(|test| test.reaches.contains(&mutant))
        .collect();
    // A test that reaches little is about what it reaches.
    reaching.sort_by_key(|test| (test.reaches.len(), test.takes));
    let (mut rest, mut count) = (&reaching[..], FIRST);
    while !rest.is_empty() {
        let (now, later) = rest.split_at(count.min(rest.len()));
        for tests in by_program(now) {
            let verdict = match programs::try_mutant(mutant, tests[0].program, &tests)? {
                Ended::Passed => continue,
                Ended::Failed => Verdict::Caught,
                Ended::TimedOut => Verdict::TimedOut,
            };
            let others = tests.len() - 1;
            let by = format!("{} {} and {others} more", tests[0].program.name, tests[0].name);
            return Ok((verdict, Some(by)));
        }
        (rest, count) = (later, count * 4);
    }
    Ok((Verdict::Missed, None))
}

fn by_program<'a, 'b>(tests: &[&'b Test<'a>]) -> Vec<Vec<&'b Test<'a>>> {
    let mut programs: BTreeMap<&Path, Vec<&'b Test<'a>>> = BTreeMap::new();
    for test in tests {
        programs.entry(&test.program.path).or_default().push(test);
    }
    programs.into_values().collect()
}

/// Does `work` for the numbers below `count`, on every processor, and answers in their order.
fn in_parallel<T: Send>(count: usize, work: impl Fn(usize) -> Result<T, String> + Sync) -> Outcome<Vec<T>> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(BTreeMap::new());
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        break;
                    }
                    let result = work(number);
                    if let Ok(mut results) = results.lock() {
                        results.insert(number, result);
                    }
                }
            });
        }
    });
    let results = results.into_inner().map_err(|_| "a worker panicked")?;
    results
        .into_values()
        .map(|result| result.map_err(Into::into))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parallel_work_is_answered_in_order_or_with_its_first_error() {
        let double = |number: usize| Ok(2 * number);
        assert_eq!(in_parallel(5, double).unwrap(), [0, 2, 4, 6, 8]);
        let odd = |number: usize| {
            if number == 3 {
                Err("three".to_owned())
            } else {
                Ok(())
            }
        };
        assert_eq!(in_parallel(5, odd).unwrap_err().to_string(), "three");
    }
}
