//! What a command says while it works: each step by name, and how long it took.

use std::fmt::Display;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use crate::Outcome;

/// Writes a line to standard output.
pub fn say(text: impl Display) -> Outcome {
    let mut out = io::stdout();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}

/// Names a step, does it, and says how long it took.
pub fn step<T>(what: &str, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    say(format!("==> {what}"))?;
    let watch = Stopwatch::start();
    let value = work()?;
    say(format!("    done in {}", watch.read()))?;
    Ok(value)
}

/// Measures how long something took, for people to read.
pub struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(
        clippy::disallowed_methods,
        reason = "how long a step took is told to the person who waited"
    )]
    pub fn start() -> Stopwatch {
        Stopwatch(Instant::now())
    }

    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    /// The time so far: `0.4 s`, `2 min 05 s`.
    pub fn read(&self) -> String {
        duration(self.elapsed())
    }
}

/// `0.4 s`, `2 min 05 s`
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_in_seconds_and_in_minutes_from_a_minute_on() {
        assert_eq!(duration(Duration::from_millis(420)), "0.4 s");
        assert_eq!(duration(Duration::from_millis(59_940)), "59.9 s");
        assert_eq!(duration(Duration::from_secs(60)), "1 min 00 s");
        assert_eq!(duration(Duration::from_secs(125)), "2 min 05 s");
    }
}
