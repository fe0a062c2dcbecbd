//! What strangers may have this server do: how often an address has it fetch or register something, and what has just failed.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::clock::Millis;

/// Addresses and URLs that are remembered. Where more come, those whose time is over go first, and then all.
const ROOM: usize = 10_000;
/// Seconds for which what has failed is not tried again.
const FAILED_SECONDS: i64 = 60;

/// The counts of this server.
#[derive(Default)]
pub struct Foreign {
    /// Documents of clients, fetched for an address.
    pub fetches: PerAddress,
    /// Clients registered from an address.
    pub registrations: PerAddress,
    /// URLs whose documents could not be had.
    pub failed: Failed,
}

/// How often something was done for an address.
#[derive(Default)]
pub struct PerAddress(Mutex<HashMap<Option<IpAddr>, Window>>);

#[derive(Clone, Copy)]
struct Window {
    began: i64,
    count: u32,
}

impl PerAddress {
    /// Counts one more, of at most so many in a window of so many seconds. Where it is too many: in how many seconds the window is over.
    ///
    /// # Errors
    /// That many seconds.
    pub fn take(&self, address: Option<IpAddr>, (most, seconds): (u32, i64), now: Millis) -> Result<(), i64> {
        let now = now.seconds();
        // A clock that was set back begins a new window, too.
        let holds = |window: &Window| (window.began..window.began + seconds).contains(&now);
        let mut windows = held(&self.0);
        if windows.len() >= ROOM {
            windows.retain(|_, window| holds(window));
            if windows.len() >= ROOM {
                windows.clear();
            }
        }
        let begun = Window { began: now, count: 0 };
        let window = windows.entry(address).or_insert(begun);
        if !holds(window) {
            *window = begun;
        }
        if window.count >= most {
            return Err(window.began + seconds - now);
        }
        window.count += 1;
        Ok(())
    }
}

/// What has just failed.
#[derive(Default)]
pub struct Failed(Mutex<HashMap<String, i64>>);

impl Failed {
    /// Whether it has failed within the last minute.
    pub fn has(&self, name: &str, now: Millis) -> bool {
        let now = now.seconds();
        held(&self.0)
            .get(name)
            .is_some_and(|at| (*at..*at + FAILED_SECONDS).contains(&now))
    }

    /// Notes that it has failed.
    pub fn note(&self, name: &str, now: Millis) {
        let now = now.seconds();
        let mut names = held(&self.0);
        if names.len() >= ROOM {
            names.retain(|_, at| (*at..*at + FAILED_SECONDS).contains(&now));
            if names.len() >= ROOM {
                names.clear();
            }
        }
        names.insert(name.to_owned(), now);
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_so_many_in_a_window_and_others_have_their_own() {
        let counts = PerAddress::default();
        let address = Some(IpAddr::from([192, 0, 2, 7]));
        for _ in 0..10 {
            assert_eq!(counts.take(address, (10, 60), Millis(1_000)), Ok(()));
        }
        assert_eq!(counts.take(address, (10, 60), Millis(1_000)), Err(60));
        assert_eq!(counts.take(None, (10, 60), Millis(1_000)), Ok(()));
        assert_eq!(counts.take(address, (10, 60), Millis(60_999)), Err(1));
        assert_eq!(counts.take(address, (10, 60), Millis(61_000)), Ok(()));
    }

    #[test]
    fn what_has_failed_is_not_tried_again_for_a_minute_and_takes_a_bounded_room() {
        let failed = Failed::default();
        failed.note("a", Millis(0));
        assert!(failed.has("a", Millis(59_999)) && !failed.has("a", Millis(60_000)));
        assert!(!failed.has("b", Millis(0)));
        for number in 0..=ROOM {
            failed.note(&number.to_string(), Millis(0));
        }
        assert!(held(&failed.0).len() <= ROOM);
    }
}
