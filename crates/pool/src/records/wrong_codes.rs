//! The wrong answers to one-time codes that a user, or a name that nobody has, has given lately.

use serde_json::{Value, json};

use super::document::{Document, SWEEP_MARGIN_SECONDS};
use super::key::Key;
use crate::base::clock::Millis;

/// Wrong answers that are judged in 24 hours, to codes of one purpose.
pub const MOST_OF_DAY: usize = 60;
const DAY_SECONDS: i64 = 24 * 60 * 60;

/// When wrong answers to codes of one purpose were given: those of the last 24 hours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WrongCodes {
    given: Vec<Millis>,
}

impl WrongCodes {
    /// Where the wrong answers of this user to codes for the purpose are counted.
    pub fn key(pool_id: &str, sub: &str, purpose: &str) -> Key<WrongCodes> {
        Key::of_user(pool_id, sub, format_args!("wrong-codes/{purpose}"))
    }

    /// One more, given now.
    #[must_use]
    pub fn and_another(&self, now: Millis) -> WrongCodes {
        let given = self.of_last_day(now).chain([now]).collect();
        WrongCodes { given }
    }

    /// Whether as many were given in the last 24 hours as are judged.
    pub fn are_too_many(&self, now: Millis) -> bool {
        self.of_last_day(now).count() >= MOST_OF_DAY
    }

    fn of_last_day(&self, now: Millis) -> impl Iterator<Item = Millis> {
        self.given
            .iter()
            .copied()
            .filter(move |given| now < given.plus_seconds(DAY_SECONDS))
    }
}

impl Document for WrongCodes {
    fn to_document(&self) -> Value {
        let given: Vec<i64> = self.given.iter().map(|given| given.0).collect();
        json!({ "given": given })
    }

    fn from_document(document: &Value) -> Option<WrongCodes> {
        let given = document.get("given")?.as_array()?.iter();
        Some(WrongCodes {
            given: given
                .map(|given| given.as_i64().map(Millis))
                .collect::<Option<_>>()?,
        })
    }

    fn sweepable(&self) -> Option<Millis> {
        let last = self.given.iter().copied().max()?;
        Some(last.plus_seconds(DAY_SECONDS + SWEEP_MARGIN_SECONDS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixty_in_any_24_hours_are_too_many_and_the_oldest_is_forgotten_first() {
        let mut wrong = WrongCodes::default();
        for minute in 0..60 {
            assert!(!wrong.are_too_many(Millis(minute * 60_000)));
            wrong = wrong.and_another(Millis(minute * 60_000));
        }
        let day = DAY_SECONDS * 1000;
        assert!(wrong.are_too_many(Millis(day - 1)));
        assert!(!wrong.are_too_many(Millis(day)));
        wrong = wrong.and_another(Millis(day));
        assert!(wrong.are_too_many(Millis(day + 59_999)));
        assert!(!wrong.are_too_many(Millis(day + 60_000)));
    }

    #[test]
    fn they_are_swept_an_hour_after_the_last_is_forgotten() {
        let wrong = WrongCodes::default()
            .and_another(Millis(5))
            .and_another(Millis(7));
        assert_eq!(wrong.sweepable(), Some(Millis(7 + (25 * 3600) * 1000)));
        assert_eq!(WrongCodes::from_document(&wrong.to_document()), Some(wrong));
    }
}
