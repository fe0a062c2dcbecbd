//! What is counted of the codes that a sign-in begins with: anybody who knows a name can ask for one, and guess at it.

use serde_json::{Value, json};

use super::document::{Document, SWEEP_MARGIN_SECONDS};
use super::key::Key;
use crate::base::clock::Millis;

/// Messages that leave in any hour.
const MOST_OF_HOUR: usize = 10;
/// Messages that leave in any 24 hours.
const MOST_OF_DAY: usize = 20;
/// Wrong answers that are judged in any 24 hours.
const MOST_WRONG: usize = 60;
const HOUR_SECONDS: i64 = 60 * 60;
const DAY_SECONDS: i64 = 24 * HOUR_SECONDS;

/// Messages and wrong answers of the last 24 hours, by mail and SMS together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FirstCodes {
    sent: Vec<Millis>,
    wrong: Vec<Millis>,
}

impl FirstCodes {
    /// Where those of this user, or of a name that nobody has, are counted.
    pub fn key(pool_id: &str, sub: &str) -> Key<FirstCodes> {
        Key::of_user(pool_id, sub, "first-codes")
    }

    /// Whether another message may leave.
    pub fn may_send(&self, now: Millis) -> bool {
        lately(&self.sent, HOUR_SECONDS, now).count() < MOST_OF_HOUR
            && lately(&self.sent, DAY_SECONDS, now).count() < MOST_OF_DAY
    }

    /// Whether another answer is judged.
    pub fn may_judge(&self, now: Millis) -> bool {
        lately(&self.wrong, DAY_SECONDS, now).count() < MOST_WRONG
    }

    /// After a message.
    #[must_use]
    pub fn after_message(&self, now: Millis) -> FirstCodes {
        FirstCodes {
            sent: lately(&self.sent, DAY_SECONDS, now).chain([now]).collect(),
            wrong: lately(&self.wrong, DAY_SECONDS, now).collect(),
        }
    }

    /// After a wrong answer.
    #[must_use]
    pub fn after_wrong(&self, now: Millis) -> FirstCodes {
        FirstCodes {
            sent: lately(&self.sent, DAY_SECONDS, now).collect(),
            wrong: lately(&self.wrong, DAY_SECONDS, now).chain([now]).collect(),
        }
    }

    /// After a right answer to the message that left in this second: its place is free again. Wrong answers stay.
    #[must_use]
    pub fn after_right(&self, sent: i64) -> FirstCodes {
        let mut left = self.clone();
        if let Some(place) = left.sent.iter().position(|one| one.seconds() == sent) {
            left.sent.remove(place);
        }
        left
    }
}

fn lately(moments: &[Millis], seconds: i64, now: Millis) -> impl Iterator<Item = Millis> {
    let moments = moments.iter().copied();
    moments.filter(move |moment| now < moment.plus_seconds(seconds))
}

fn listed(moments: &[Millis]) -> Vec<i64> {
    moments.iter().map(|moment| moment.0).collect()
}

fn read(document: &Value, member: &str) -> Option<Vec<Millis>> {
    let moments = document.get(member)?.as_array()?.iter();
    moments.map(|moment| moment.as_i64().map(Millis)).collect()
}

impl Document for FirstCodes {
    fn to_document(&self) -> Value {
        json!({ "sent": listed(&self.sent), "wrong": listed(&self.wrong) })
    }

    fn from_document(document: &Value) -> Option<FirstCodes> {
        Some(FirstCodes {
            sent: read(document, "sent")?,
            wrong: read(document, "wrong")?,
        })
    }

    fn sweepable(&self) -> Option<Millis> {
        let last = self.sent.iter().chain(&self.wrong).copied().max();
        let last = last.unwrap_or(Millis(0));
        Some(last.plus_seconds(DAY_SECONDS + SWEEP_MARGIN_SECONDS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_messages_an_hour_and_twenty_a_day_leave_and_a_right_code_frees_its_place() {
        let mut codes = FirstCodes::default();
        for second in 0..10 {
            assert!(codes.may_send(Millis(second * 1000)));
            codes = codes.after_message(Millis(second * 1000));
        }
        assert!(!codes.may_send(Millis(3_599_999)));
        assert!(codes.after_right(3).may_send(Millis(3_599_999)));
        assert_eq!(codes.after_right(77), codes);
        let hour = Millis(3_600_000 + 9_000);
        assert!(codes.may_send(hour));
        for _ in 0..10 {
            codes = codes.after_message(hour);
        }
        let later = hour.plus_seconds(HOUR_SECONDS);
        assert!(!codes.may_send(later));
        assert!(codes.may_send(Millis(DAY_SECONDS * 1000)));
    }

    #[test]
    fn sixty_wrong_answers_are_judged_in_any_24_hours_and_right_ones_take_none_away() {
        let mut codes = FirstCodes::default();
        for minute in 0..60 {
            assert!(codes.may_judge(Millis(minute * 60_000)));
            codes = codes.after_wrong(Millis(minute * 60_000));
        }
        codes = codes.after_message(Millis(60 * 60_000)).after_right(3600);
        assert!(!codes.may_judge(Millis(DAY_SECONDS * 1000 - 1)));
        assert!(codes.may_judge(Millis(DAY_SECONDS * 1000)));
    }

    #[test]
    fn they_are_swept_an_hour_after_the_last_is_forgotten() {
        let codes = FirstCodes::default()
            .after_message(Millis(5))
            .after_wrong(Millis(7));
        assert_eq!(codes.sweepable(), Some(Millis(7 + (25 * 3600) * 1000)));
        assert_eq!(FirstCodes::from_document(&codes.to_document()), Some(codes));
        assert_eq!(FirstCodes::from_document(&json!({ "sent": [] })), None);
    }
}
