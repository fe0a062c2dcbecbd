//! Wrong passwords in a row.

use serde_json::{Value, json};

use super::document::{Document, SWEEP_MARGIN_SECONDS, integer};
use super::key::Key;
use crate::base::clock::Millis;

/// Failures that carry no penalty yet.
const FREE_FAILURES: i64 = 5;
/// The longest lock, and the quiet time after which failures are forgotten.
const CEILING_SECONDS: i64 = 15 * 60;

/// The failures of one account, or of a name that nobody has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    count: i64,
    last: Millis,
}

impl Failures {
    /// Where the failures of this user, or made-up user, are counted.
    pub fn key(pool_id: &str, sub: &str) -> Key<Failures> {
        Key::of_user(pool_id, sub, "lockout")
    }

    /// The next failure, one more than `before` unless that is long ago.
    pub fn after(before: Option<Failures>, now: Millis) -> Failures {
        match before {
            Some(before) if !before.forgotten(now) => Failures {
                count: before.count.saturating_add(1),
                last: now,
            },
            _ => Failures { count: 1, last: now },
        }
    }

    /// Until when no attempt is judged.
    pub fn locked_until(self) -> Option<Millis> {
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

    /// Whether the quiet time has passed.
    fn forgotten(self, now: Millis) -> bool {
        now >= self.last.plus_seconds(CEILING_SECONDS)
    }
}

impl Document for Failures {
    fn to_document(&self) -> Value {
        json!({ "count": self.count, "last": self.last.0 })
    }

    fn from_document(document: &Value) -> Option<Failures> {
        Some(Failures {
            count: integer(document, "count")?,
            last: Millis(integer(document, "last")?),
        })
    }

    fn sweepable(&self) -> Option<Millis> {
        Some(self.last.plus_seconds(CEILING_SECONDS + SWEEP_MARGIN_SECONDS))
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
            (100, Some(900)),
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
        };
        assert_eq!(Failures::after(Some(failed), Millis(899_999)).count, 10);
        assert_eq!(Failures::after(Some(failed), Millis(900_000)).count, 1);
    }
}
