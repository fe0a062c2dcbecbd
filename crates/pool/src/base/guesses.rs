//! Whether many people's codes are being guessed at. The limits of each user hold whatever happens; what they cannot see is one guess
//! at each of thousands.

use std::sync::{Mutex, PoisonError};

use super::clock::Millis;

const WINDOW_SECONDS: i64 = 60;
/// Wrong codes in a minute of which nothing is said yet.
const FEW: u32 = 20;
/// Of people's own answers about one in ten is wrong. Three times that is not people's mistakes any more.
const RIGHT_FOR_EACH_WRONG: u32 = 3;

/// Counts the answers of this server's last minute.
#[derive(Default)]
pub struct Guesses(Mutex<Window>);

#[derive(Default)]
struct Window {
    began: i64,
    wrong: u32,
    right: u32,
    is_told: bool,
}

/// What an operator should hear.
#[derive(Debug, PartialEq, Eq)]
pub struct Storm {
    /// Wrong codes since the minute began.
    pub wrong: u32,
    /// Right ones.
    pub right: u32,
}

impl Guesses {
    /// Notes an answer that was judged; says once a minute if too many of them are wrong.
    pub fn note(&self, is_right: bool, now: Millis) -> Option<Storm> {
        let mut window = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = now.seconds();
        // A clock that was set back begins a new minute, too.
        if !(window.began..window.began + WINDOW_SECONDS).contains(&now) {
            *window = Window {
                began: now,
                ..Window::default()
            };
        }
        let count = if is_right {
            &mut window.right
        } else {
            &mut window.wrong
        };
        *count = count.saturating_add(1);
        let is_storm = window.wrong > FEW && window.wrong.saturating_mul(RIGHT_FOR_EACH_WRONG) > window.right;
        if !is_storm || window.is_told {
            return None;
        }
        window.is_told = true;
        Some(Storm {
            wrong: window.wrong,
            right: window.right,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(guesses: &Guesses, (right, wrong): (u32, u32), at: i64) -> usize {
        let now = Millis(at * 1000);
        let answers = (0..right).map(|_| true).chain((0..wrong).map(|_| false));
        answers.filter_map(|is_right| guesses.note(is_right, now)).count()
    }

    #[test]
    fn a_storm_of_wrong_codes_is_told_once_a_minute() {
        let guesses = Guesses::default();
        assert_eq!(told(&guesses, (0, 20), 1000), 0, "people mistype");
        assert_eq!(told(&guesses, (0, 1), 1059), 1);
        assert_eq!(told(&guesses, (0, 1000), 1059), 0, "once");
        assert_eq!(told(&guesses, (0, 1000), 1060), 1, "the next minute");
        assert_eq!(told(&guesses, (0, 21), 500), 1, "a clock that was set back");
    }

    #[test]
    fn a_busy_minute_with_the_usual_mistakes_is_no_storm() {
        let guesses = Guesses::default();
        assert_eq!(told(&guesses, (1000, 300), 1000), 0);
        assert_eq!(told(&guesses, (0, 34), 1000), 1);
    }
}
