//! Wrong passwords in a row.

use serde_json::{Value, json};

use super::document::{Document, SWEEP_MARGIN_SECONDS, integer};
use super::key::Key;
use crate::base::clock::Millis;

/// Failures that carry no penalty yet.
const FREE_FAILURES: i64 = 5;
/// The longest lock, and the quiet time after which failures are forgotten.
const CEILING_SECONDS: i64 = 15 * 60;
/// Wrong passwords that are judged in a day, of one account.
const MOST_OF_DAY: i64 = 100;
const DAY_SECONDS: i64 = 24 * 3600;
/// How long failures that carry no penalty are kept.
const BRIEFLY_SECONDS: i64 = CEILING_SECONDS + SWEEP_MARGIN_SECONDS;
/// Forgetting so few of them that early, again and again for a day, still makes no more than the day's.
const _: () = assert!((DAY_SECONDS / BRIEFLY_SECONDS + 1) * FREE_FAILURES <= MOST_OF_DAY);

/// The failures of one account, or of a name that nobody has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    count: i64,
    last: Millis,
    /// When the day began that wrong passwords are counted over, whatever succeeds meanwhile, and how many there were.
    day: Millis,
    of_day: i64,
}

impl Failures {
    /// Where the failures of this user, or made-up user, are counted.
    pub fn key(pool_id: &str, sub: &str) -> Key<Failures> {
        Key::of_user(pool_id, sub, "lockout")
    }

    /// Where the failures of this user that come from one place are counted, by the digest of the place's token.
    pub fn key_at(pool_id: &str, sub: &str, place: &str) -> Key<Failures> {
        Key::of_user(pool_id, sub, format_args!("lockout/{place}"))
    }

    /// The next failure, one more than `before` unless that is long ago.
    pub fn after(before: Option<Failures>, now: Millis) -> Failures {
        let count = match before {
            Some(before) if !before.forgotten(now) => before.count.saturating_add(1),
            _ => 1,
        };
        let (day, of_day) = match before {
            Some(before) if !before.day_is_over(now) => (before.day, before.of_day.saturating_add(1)),
            _ => (now, 1),
        };
        Failures {
            count,
            last: now,
            day,
            of_day,
        }
    }

    /// What is left of the failures after a success: those of the day, for somebody else may have made them. `None` if
    /// nothing is.
    pub fn after_success(self, now: Millis) -> Option<Failures> {
        (!self.day_is_over(now) && self.of_day > 0).then_some(Failures { count: 0, ..self })
    }

    /// What is left once the failure is taken back that made them `counted`, whatever was counted since.
    pub fn without(self, counted: Failures) -> Failures {
        let is_same_day = self.day == counted.day;
        Failures {
            count: (self.count - 1).max(0),
            of_day: (self.of_day - i64::from(is_same_day)).max(0),
            ..self
        }
    }

    /// Until when no attempt is judged.
    pub fn locked_until(self) -> Option<Millis> {
        if self.of_day >= MOST_OF_DAY {
            return Some(
                self.day
                    .plus_seconds(DAY_SECONDS)
                    .max(self.last.plus_seconds(CEILING_SECONDS)),
            );
        }
        let doublings = self.count - FREE_FAILURES;
        if doublings < 0 {
            return None;
        }
        let seconds = if doublings >= 10 {
            CEILING_SECONDS
        } else {
            (1 << doublings).min(CEILING_SECONDS)
        };
        Some(self.last.plus_seconds(seconds))
    }

    fn day_is_over(self, now: Millis) -> bool {
        now >= self.day.plus_seconds(DAY_SECONDS)
    }

    /// Whether the quiet time has passed.
    fn forgotten(self, now: Millis) -> bool {
        now >= self.last.plus_seconds(CEILING_SECONDS)
    }
}

impl Document for Failures {
    fn to_document(&self) -> Value {
        json!({ "count": self.count, "last": self.last.0, "day": self.day.0, "ofDay": self.of_day })
    }

    fn from_document(document: &Value) -> Option<Failures> {
        Some(Failures {
            count: integer(document, "count")?,
            last: Millis(integer(document, "last")?),
            day: Millis(integer(document, "day").unwrap_or_default()),
            of_day: integer(document, "ofDay").unwrap_or_default(),
        })
    }

    /// A flood of names that nobody has leaves a few failures of each: they go soon, and only what could fill a day is kept
    /// for the day.
    fn sweepable(&self) -> Option<Millis> {
        let briefly = self.last.plus_seconds(BRIEFLY_SECONDS);
        if self.of_day <= FREE_FAILURES {
            return Some(briefly);
        }
        let over = self.day.plus_seconds(DAY_SECONDS + SWEEP_MARGIN_SECONDS);
        Some(briefly.max(over))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock_after(failures: i64) -> Option<i64> {
        let mut counted = None;
        for _ in 0..failures {
            counted = Some(Failures::after(counted, Millis(0)));
        }
        counted.and_then(Failures::locked_until).map(Millis::seconds)
    }

    #[test]
    fn the_lock_doubles_from_one_second_at_the_fifth_failure_to_fifteen_minutes() {
        let expected = [
            (4, None),
            (5, Some(1)),
            (6, Some(2)),
            (7, Some(4)),
            (8, Some(8)),
            (9, Some(16)),
            (10, Some(32)),
            (11, Some(64)),
            (12, Some(128)),
            (13, Some(256)),
            (14, Some(512)),
            (15, Some(900)),
            (99, Some(900)),
            (100, Some(86_400)),
        ];
        for (failures, seconds) in expected {
            assert_eq!(lock_after(failures), seconds, "after {failures} failures");
        }
    }

    #[test]
    fn fifteen_quiet_minutes_start_the_count_again() {
        let failed = Failures {
            count: 9,
            last: Millis(0),
            day: Millis(0),
            of_day: 9,
        };
        assert_eq!(Failures::after(Some(failed), Millis(899_999)).count, 10);
        assert_eq!(Failures::after(Some(failed), Millis(900_000)).count, 1);
    }
}
