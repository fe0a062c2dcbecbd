//! How many clients have registered themselves with a pool lately.

use serde_json::{Value, json};

use super::document::{Document, integer};
use super::key::Key;
use crate::base::clock::Millis;

const HOUR_SECONDS: i64 = 3600;

/// The count of an hour. Each registration writes it over, so that of two at once one is counted after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Registrations {
    /// When the hour began.
    pub began: Millis,
    /// Registrations within it.
    pub count: i64,
}

impl Registrations {
    /// Where it lies.
    pub fn key(pool_id: &str) -> Key<Registrations> {
        Key::of_pool(pool_id, "registrations")
    }

    /// With one more, at this moment. A clock that was set back begins a new hour, too.
    #[must_use]
    pub fn and_one(self, now: Millis) -> Registrations {
        let ends = self.began.plus_seconds(HOUR_SECONDS);
        match self.began <= now && now < ends {
            true => Registrations {
                count: self.count + 1,
                ..self
            },
            false => Registrations { began: now, count: 1 },
        }
    }

    /// In how many seconds the hour is over.
    pub fn rest(self, now: Millis) -> i64 {
        (self.began.seconds() + HOUR_SECONDS - now.seconds()).clamp(1, HOUR_SECONDS)
    }
}

impl Document for Registrations {
    fn to_document(&self) -> Value {
        json!({ "began": self.began.0, "count": self.count })
    }

    fn from_document(document: &Value) -> Option<Registrations> {
        Some(Registrations {
            began: Millis(integer(document, "began")?),
            count: integer(document, "count")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_counts_from_its_first_registration() {
        let begun = Registrations::default().and_one(Millis(5_000_000_000));
        assert_eq!((begun.began, begun.count), (Millis(5_000_000_000), 1));
        let second = begun.and_one(Millis(5_003_599_999));
        assert_eq!((second.began, second.count), (begun.began, 2));
        assert_eq!(second.rest(Millis(5_003_599_000)), 1);
        assert_eq!(second.and_one(Millis(5_003_600_000)).count, 1);
        assert_eq!(second.and_one(Millis(4_999_999_999)).count, 1);
    }
}
