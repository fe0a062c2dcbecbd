//! Every mutant against the tests that reach it, several at a time.
//!
//! A mutant first gets a few tests by itself, where most end. What survives these would have to pass all the others that reach
//! it, so the others get it with all its like at once: a test that passes has noticed none of them, and of those that
//! make a test fail half are tried after the other. Only a mutant that was on by itself is ever said to be noticed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::build::Program;
use super::mutant::Verdict;
use super::programs::{self, Ended, Test};
use crate::{Outcome, console};

/// How many tests a mutant gets by itself, run after run. The most telling ones come first.
const ALONE: [usize; 3] = [1, 3, 8];

/// After how many mutants what was found is told.
const AT_ONCE: usize = 100;

/// A mutant by its number, what became of it, and the test, or the first of a few, that noticed.
pub type Found = (usize, Verdict, Option<String>);

/// Runs every test that is asked for by program and name once, to learn what it reaches.
///
/// # Errors
/// If a test fails.
pub fn explore<'a>(
    programs: &'a [Program],
    notes: &Path,
    is_asked: &dyn Fn(&str, &str) -> bool,
) -> Outcome<Vec<Test<'a>>> {
    let mut all = Vec::new();
    for program in programs {
        let names = programs::names(program)?.into_iter();
        let asked = names.filter(|name| is_asked(&program.name, name));
        all.extend(asked.map(|name| (program, name)));
    }
    in_parallel(all.len(), |number| {
        let (program, name) = &all[number];
        let notes = notes.join(format!("reached-{number}"));
        programs::explore(program, name, &notes).map_err(|error| error.to_string())
    })
}

/// Tries mutants by their numbers. What is found is told meanwhile.
///
/// # Errors
/// If a test cannot be started, or what is found cannot be told.
pub fn judge(
    mutants: &[usize],
    tests: &[Test<'_>],
    notes: &Path,
    tell: &mut dyn FnMut(Vec<Found>) -> Outcome,
) -> Outcome {
    let mut open: BTreeSet<usize> = mutants.iter().copied().collect();
    for (number, some) in mutants.chunks(AT_ONCE).enumerate() {
        console::say(format!(
            "mutants by themselves: {} of {}",
            number * AT_ONCE,
            mutants.len()
        ))?;
        let found = in_parallel(some.len(), |number| {
            let notes = notes.join(format!("mutant-{number}"));
            alone(some[number], tests, &notes).map_err(|error| error.to_string())
        })?;
        let found: Vec<Found> = found.into_iter().flatten().collect();
        for (mutant, ..) in &found {
            open.remove(mutant);
        }
        tell(found)?;
    }
    tell(together(&open, tests, notes)?)
}

/// The tests that reach a mutant, those first that reach little: they are about what they reach.
fn nearest<'a, 'b>(mutant: usize, tests: &'b [Test<'a>]) -> Vec<&'b Test<'a>> {
    let mut reaching: Vec<&Test<'_>> = tests
        .iter()
        .filter(|test| test.reaches.contains(&mutant))
        .collect();
    reaching.sort_by_key(|test| (test.reaches.len(), test.takes));
    reaching
}

/// Tries one mutant with the tests that are nearest to it; `None` if they notice nothing.
fn alone(mutant: usize, tests: &[Test<'_>], notes: &Path) -> Outcome<Option<Found>> {
    let nearest = nearest(mutant, tests);
    let mut rest = &nearest[..];
    for count in ALONE {
        let (now, later) = rest.split_at(count.min(rest.len()));
        for tests in by_program(now) {
            let verdict = match programs::try_mutants(&[mutant], tests[0].program, &tests, notes)?.0 {
                Ended::Passed => continue,
                Ended::Failed => Verdict::Caught,
                Ended::TimedOut => Verdict::TimedOut,
            };
            let others = tests.len() - 1;
            let by = format!("{} {} and {others} more", tests[0].program.name, tests[0].name);
            return Ok(Some((mutant, verdict, Some(by))));
        }
        rest = later;
    }
    Ok(None)
}

fn by_program<'a, 'b>(tests: &[&'b Test<'a>]) -> Vec<Vec<&'b Test<'a>>> {
    let mut programs: BTreeMap<&Path, Vec<&'b Test<'a>>> = BTreeMap::new();
    for test in tests {
        programs.entry(&test.program.path).or_default().push(test);
    }
    programs.into_values().collect()
}

/// Tries mutants that their nearest tests do not notice with all other tests that reach them.
fn together(mutants: &BTreeSet<usize>, tests: &[Test<'_>], notes: &Path) -> Outcome<Vec<Found>> {
    let open = Mutex::new(mutants.clone());
    let had: BTreeMap<usize, Vec<&str>> = mutants
        .iter()
        .map(|mutant| {
            let nearest = nearest(*mutant, tests).into_iter();
            let had = nearest.take(ALONE.iter().sum()).map(|test| test.name.as_str());
            (*mutant, had.collect())
        })
        .collect();
    console::say(format!("{} mutants together", mutants.len()))?;
    let mut tests: Vec<&Test<'_>> = tests.iter().collect();
    tests.sort_by_key(|test| test.takes);
    let found = in_parallel(tests.len(), |number| {
        let test = tests[number];
        let is_new = |mutant: &usize| !had[mutant].contains(&test.name.as_str());
        let group: Vec<usize> = mutants
            .intersection(&test.reaches)
            .copied()
            .filter(is_new)
            .collect();
        let notes = notes.join(format!("test-{number}"));
        let run = |group: &[usize]| programs::try_mutants(group, test.program, &[test], &notes);
        let found = search(group, &open, &run).map_err(|error| error.to_string())?;
        let by = format!("{} {}", test.program.name, test.name);
        let found = found
            .into_iter()
            .map(|(mutant, verdict)| (mutant, verdict, Some(by.clone())));
        Ok(found.collect::<Vec<_>>())
    })?;
    let survivors = open.into_inner().map_err(|_| "a worker panicked")?;
    let survivors = survivors
        .into_iter()
        .map(|mutant| (mutant, Verdict::Missed, None));
    Ok(found.into_iter().flatten().chain(survivors).collect())
}

/// Finds those of a group that a test notices. `open` are the mutants that no test noticed yet.
fn search(
    group: Vec<usize>,
    open: &Mutex<BTreeSet<usize>>,
    run: &impl Fn(&[usize]) -> Outcome<(Ended, BTreeSet<usize>)>,
) -> Outcome<Vec<(usize, Verdict)>> {
    let mut found = Vec::new();
    let mut waiting = vec![group];
    while let Some(mut group) = waiting.pop() {
        group.retain(|mutant| open.lock().is_ok_and(|open| open.contains(mutant)));
        if group.is_empty() {
            continue;
        }
        let (ended, passed) = run(&group)?;
        let verdict = match ended {
            Ended::Passed => {
                // One may keep the test from another. What the test did not pass has another turn, if it passed anything.
                let before = group.len();
                group.retain(|mutant| !passed.contains(mutant));
                if group.len() < before {
                    waiting.push(group);
                }
                continue;
            }
            Ended::Failed => Verdict::Caught,
            Ended::TimedOut => Verdict::TimedOut,
        };
        if let [mutant] = group[..] {
            let is_first = open.lock().is_ok_and(|mut open| open.remove(&mutant));
            found.extend(is_first.then_some((mutant, verdict)));
        } else {
            let half = group.split_off(group.len() / 2);
            waiting.extend([half, group]);
        }
    }
    Ok(found)
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

    /// A test that fails where one of `noticed` is on, and does not get beyond the first of `first` that is on.
    fn search_for(noticed: &[usize], first: &[usize]) -> (Vec<usize>, Vec<usize>) {
        let open = Mutex::new((0..8).collect::<BTreeSet<usize>>());
        let run = |group: &[usize]| {
            let hides = first.iter().find(|mutant| group.contains(mutant));
            let passed: BTreeSet<usize> =
                hides.map_or_else(|| group.iter().copied().collect(), |one| [*one].into());
            let fails = passed.iter().any(|mutant| noticed.contains(mutant));
            Ok((if fails { Ended::Failed } else { Ended::Passed }, passed))
        };
        let found = search((0..8).collect(), &open, &run).unwrap();
        let open = open.into_inner().unwrap();
        (
            found.into_iter().map(|(mutant, _)| mutant).collect(),
            open.into_iter().collect(),
        )
    }

    #[test]
    fn each_of_a_group_that_a_test_notices_is_found_and_no_other() {
        assert_eq!(search_for(&[1, 6, 7], &[]), (vec![1, 6, 7], vec![0, 2, 3, 4, 5]));
        assert_eq!(search_for(&[], &[]), (vec![], (0..8).collect()));
    }

    #[test]
    fn one_that_keeps_the_test_from_another_hides_it_only_once() {
        assert_eq!(search_for(&[5], &[2, 3]), (vec![5], vec![0, 1, 2, 3, 4, 6, 7]));
    }

    #[test]
    fn what_fails_only_with_another_is_not_said_to_be_noticed() {
        let open = Mutex::new([1, 2].into());
        let run = |group: &[usize]| {
            let ended = if group.len() > 1 {
                Ended::Failed
            } else {
                Ended::Passed
            };
            Ok((ended, group.iter().copied().collect()))
        };
        assert_eq!(search(vec![1, 2], &open, &run).unwrap(), []);
    }
}
