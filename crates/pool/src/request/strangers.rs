//! Entries of the audit log about users that anybody can have written who knows a name, and proves nothing: in pools whose own
//! functions ask for no password first, every wrong answer would be one. So many an hour are told of each user; of the others there
//! are numbers, as of [what is refused](super::refusals).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::base::clock::Millis;

const HOUR: i64 = 3_600_000;
/// The most entries about a user in an hour.
pub const MOST_AN_HOUR: u32 = 30;
/// The most users of whom it is known how many entries they have: about 16 MB.
const MOST_USERS: usize = 100_000;

/// One server's counts of this hour.
#[derive(Default)]
pub struct Strangers(Mutex<Counted>);

#[derive(Default)]
struct Counted {
    hour: i64,
    entries: HashMap<String, u32>,
}

impl Strangers {
    /// Counts an entry about this user of this pool, and says whether it may be written.
    pub fn may_tell(&self, (pool_id, sub): (&str, &str), now: Millis) -> bool {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let hour = now.0.div_euclid(HOUR);
        if counted.hour != hour {
            *counted = Counted {
                hour,
                entries: HashMap::new(),
            };
        }
        let key = format!("{pool_id}/{sub}");
        if counted.entries.len() >= MOST_USERS && !counted.entries.contains_key(&key) {
            return false;
        }
        let entries = counted.entries.entry(key).or_default();
        *entries = entries.saturating_add(1);
        *entries <= MOST_AN_HOUR
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_entries_about_a_user_are_told_in_an_hour_and_those_about_others_beside_them() {
        let strangers = Strangers::default();
        let told = |sub: &str, now: i64, times: u32| {
            let may_tell = |_: &u32| strangers.may_tell(("p", sub), Millis(now));
            (0..times).filter(may_tell).count()
        };
        assert_eq!(told("a", 0, 100), MOST_AN_HOUR as usize);
        assert_eq!(told("a", HOUR - 1, 5), 0);
        assert_eq!(told("b", HOUR - 1, 5), 5);
        assert_eq!(told("a", HOUR, 5), 5);
    }

    #[test]
    fn a_flood_over_many_users_takes_no_more_memory_than_that() {
        let strangers = Strangers::default();
        let users = u32::try_from(MOST_USERS).unwrap() + 100;
        let told = (0..users).filter(|n| strangers.may_tell(("p", &n.to_string()), Millis(0)));
        assert_eq!(told.count(), MOST_USERS);
        assert!(strangers.may_tell(("p", "0"), Millis(1)));
    }
}
