//! What the lives of the functions add up to.

use std::time::Duration;

use super::function::{Function, Life};
use crate::{Outcome, console};

/// How many times faster than the Node.js function ours must start, and how many times less memory they may need.
const FASTER: f64 = 50.0;
const SMALLER: f64 = 12.0;
/// The largest zip, in bytes.
const LARGEST_ZIP: u64 = 2 << 20;

/// The middle of what each life told.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Middle {
    start: f64,
    start_cpu: f64,
    start_memory: f64,
    first: f64,
    warm: f64,
    peak_memory: f64,
}

impl Middle {
    /// Milliseconds and mebibytes.
    fn of(lives: &[Life]) -> Middle {
        let time = |read: fn(&Life) -> Duration| {
            middle(lives.iter().map(|life| read(life).as_secs_f64() * 1e3).collect())
        };
        let memory =
            |read: fn(&Life) -> u64| middle(lives.iter().map(|life| read(life) as f64 / 1024.0).collect());
        Middle {
            start: time(|life| life.start),
            start_cpu: time(|life| life.start_cpu),
            start_memory: memory(|life| life.start_memory),
            first: time(|life| life.first),
            warm: time(|life| life.warm),
            peak_memory: memory(|life| life.peak_memory),
        }
    }
}

fn middle(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_unstable_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or_default()
}

/// Prints the table and the ratios to the last function, which is the one to compare with.
///
/// # Errors
/// If a function of ours misses one of the marks.
pub fn print(functions: &[Function], lives: &[Vec<Life>]) -> Outcome {
    let middles: Vec<Middle> = lives.iter().map(|lives| Middle::of(lives)).collect();
    console::say(format!(
        "{:<14} {:>9} {:>9} {:>9} {:>9} {:>10} {:>10} {:>9} {:>9}",
        "", "on disk", "zip", "start", "its CPU", "memory at", "first", "warm", "peak"
    ))?;
    console::say(format!(
        "{:<14} {:>9} {:>9} {:>9} {:>9} {:>10} {:>10} {:>9} {:>9}",
        "", "MiB", "MiB", "ms", "ms", "start MiB", "event ms", "event ms", "MiB"
    ))?;
    for (function, middle) in functions.iter().zip(&middles) {
        let mebibytes = |bytes: u64| format!("{:.2}", bytes as f64 / f64::from(1 << 20));
        console::say(format!(
            "{:<14} {:>9} {:>9} {:>9.2} {:>9.2} {:>10.2} {:>10.2} {:>9.2} {:>9.2}",
            function.name,
            mebibytes(function.size),
            function.zip.map_or("–".to_owned(), mebibytes),
            middle.start,
            middle.start_cpu,
            middle.start_memory,
            middle.first,
            middle.warm,
            middle.peak_memory
        ))?;
    }
    let (Some((_, ours)), Some((node, _))) = (middles.split_last(), middles.split_last()) else {
        return Err("nothing was measured".into());
    };
    console::say("\ncompared with the Node.js function:")?;
    let mut misses = Vec::new();
    for (function, middle) in functions.iter().zip(ours) {
        let (faster, smaller) = (node.start / middle.start, node.peak_memory / middle.peak_memory);
        console::say(format!(
            "{:<14} starts {faster:.0} times faster ({:.0} in CPU time), first event {:.0}, warm event {:.1}; {smaller:.1} times less memory",
            function.name,
            node.start_cpu / middle.start_cpu,
            node.first / middle.first,
            node.warm / middle.warm,
        ))?;
        misses.extend(missed(function, faster, smaller));
    }
    match misses[..] {
        [] => console::say(format!(
            "\nevery function starts {FASTER} times faster or more, needs {SMALLER} times less memory or more, in a zip of 2 MiB or less"
        )),
        _ => Err(misses.join("; ").into()),
    }
}

/// The marks that a function misses.
fn missed(function: &Function, faster: f64, smaller: f64) -> Vec<String> {
    let name = function.name;
    let zip = function.zip.unwrap_or_default();
    [
        (faster < FASTER).then(|| format!("{name} starts only {faster:.0} times faster, not {FASTER}")),
        (smaller < SMALLER)
            .then(|| format!("{name} needs only {smaller:.1} times less memory, not {SMALLER}")),
        (zip > LARGEST_ZIP).then(|| format!("the zip of {name} has {zip} bytes, more than {LARGEST_ZIP}")),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::function::Program;
    use super::*;

    #[test]
    fn the_middle_is_neither_the_best_nor_the_mean() {
        assert_eq!(middle(vec![9.0, 1.0, 2.0]), 2.0);
        assert_eq!(middle(Vec::new()), 0.0);
    }

    #[test]
    fn a_mark_that_is_missed_is_told_by_name() {
        let function = Function {
            name: "2fa-create",
            program: Program::Bootstrap(PathBuf::new()),
            size: 0,
            zip: Some(LARGEST_ZIP + 1),
        };
        assert_eq!(
            missed(&function, 49.6, 11.96),
            [
                "2fa-create starts only 50 times faster, not 50",
                "2fa-create needs only 12.0 times less memory, not 12",
                "the zip of 2fa-create has 2097153 bytes, more than 2097152",
            ]
        );
        let small = Function {
            zip: Some(LARGEST_ZIP),
            ..function
        };
        assert_eq!(missed(&small, 50.0, 12.0), Vec::<String>::new());
    }
}
