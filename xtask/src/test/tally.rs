//! How many tests passed and failed, read from what each runner prints.

use std::fmt;

/// Tests that ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
}

/// The closing line of a run.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

impl Tally {
    /// One check with two outcomes.
    pub fn check(passed: bool) -> Tally {
        Tally {
            passed: u64::from(passed),
            failed: u64::from(!passed),
        }
    }

    pub fn plus(self, other: Tally) -> Tally {
        Tally {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
        }
    }

    pub fn is_empty(self) -> bool {
        self == Tally::default()
    }

    /// The same with at least one failure: for a runner that failed without saying which test did.
    pub fn with_failure(self) -> Tally {
        Tally {
            failed: self.failed.max(1),
            ..self
        }
    }

    /// `test result: ok. 12 passed; 0 failed; 1 ignored; …`
    pub fn of_cargo(line: &str) -> Tally {
        match line.strip_prefix("test result: ") {
            Some(counts) => Tally {
                passed: number_before(counts, "passed"),
                failed: number_before(counts, "failed"),
            },
            None => Tally::default(),
        }
    }

    /// `12 passed, 1 failed, 1 error in 3.21s`, with or without a frame of `=`.
    pub fn of_pytest(line: &str) -> Tally {
        let starts_with_digit = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
        match line.trim_matches(['=', ' ']).rsplit_once(" in ") {
            Some((counts, time)) if starts_with_digit(counts) && starts_with_digit(time) => {
                let errors = number_before(counts, "error").max(number_before(counts, "errors"));
                let failed = number_before(counts, "failed") + errors;
                Tally {
                    passed: number_before(counts, "passed"),
                    failed,
                }
            }
            _ => Tally::default(),
        }
    }

    /// Two lines of Node's own runner: `ℹ pass 12` and `ℹ fail 0`, or with `#` where the output is no terminal.
    pub fn of_node(line: &str) -> Tally {
        let mut words = line.split_whitespace();
        let [mark, what, count] = std::array::from_fn(|_| words.next().unwrap_or_default());
        let count = match mark {
            "ℹ" | "#" => count.parse().unwrap_or(0),
            _ => 0,
        };
        match what {
            "pass" => Tally {
                passed: count,
                failed: 0,
            },
            "fail" | "cancelled" => Tally {
                passed: 0,
                failed: count,
            },
            _ => Tally::default(),
        }
    }

    /// `12 passed, 0 failed`, maybe with more behind it: the closing line that runners of ours print.
    pub fn of_closing_line(line: &str) -> Tally {
        let Some((passed, rest)) = line.split_once(" passed, ") else {
            return Tally::default();
        };
        let failed = rest
            .split_once(" failed")
            .and_then(|(count, _)| count.parse().ok());
        match (passed.parse(), failed) {
            (Ok(passed), Some(failed)) => Tally { passed, failed },
            _ => Tally::default(),
        }
    }
}

/// The number in front of a word, or 0.
fn number_before(line: &str, word: &str) -> u64 {
    let words: Vec<&str> = line
        .split([' ', ',', ';', '='])
        .filter(|word| !word.is_empty())
        .collect();
    let found = words.windows(2).find(|pair| pair[1] == word);
    found.and_then(|pair| pair[0].parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(passed: u64, failed: u64) -> Tally {
        Tally { passed, failed }
    }

    #[test]
    fn cargo_says_how_many_in_one_line_per_program() {
        let line = "test result: FAILED. 11 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s";
        assert_eq!(Tally::of_cargo(line), tally(11, 2));
        assert_eq!(
            Tally::of_cargo("test tally::tests::of_3_passed; ok"),
            Tally::default()
        );
    }

    #[test]
    fn pytest_leaves_out_what_is_zero_and_counts_errors_apart() {
        assert_eq!(
            Tally::of_pytest("======= 2 failed, 11 passed, 1 error in 3.21s ======="),
            tally(11, 3)
        );
        assert_eq!(Tally::of_pytest("12 passed in 65.20s (0:01:05)"), tally(12, 0));
        assert_eq!(
            Tally::of_pytest("12 passed, 3 deselected in 65.20s"),
            tally(12, 0)
        );
        assert_eq!(Tally::of_pytest("2 errors in 0.1s"), tally(0, 2));
        assert_eq!(
            Tally::of_pytest("test_a.py::test_3_passed PASSED"),
            Tally::default()
        );
    }

    #[test]
    fn node_says_it_line_by_line() {
        assert_eq!(Tally::of_node("ℹ pass 12"), tally(12, 0));
        assert_eq!(Tally::of_node("# fail 3"), tally(0, 3));
        assert_eq!(Tally::of_node("ℹ cancelled 1"), tally(0, 1));
        assert_eq!(Tally::of_node("ℹ tests 12"), Tally::default());
        assert_eq!(Tally::of_node("pass 12 times"), Tally::default());
    }

    #[test]
    fn our_own_runners_close_with_the_line_we_close_with() {
        assert_eq!(Tally::of_closing_line(&tally(3, 1).to_string()), tally(3, 1));
        assert_eq!(
            Tally::of_closing_line("21 passed, 0 failed, 1 skipped"),
            tally(21, 0)
        );
        assert_eq!(Tally::of_closing_line("  21 passed (1.2m)"), Tally::default());
    }

    #[test]
    fn a_runner_that_fails_has_at_least_one_failure() {
        assert_eq!(tally(3, 0).with_failure(), tally(3, 1));
        assert_eq!(tally(3, 2).with_failure(), tally(3, 2));
        assert!(Tally::default().is_empty());
        assert_eq!(Tally::check(true).plus(Tally::check(false)), tally(1, 1));
    }
}
