//! How often app clients were not who they said they were, by client and address: a secret is not to be found by trying.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::clock::Millis;

const WINDOW_SECONDS: i64 = 60;
/// Failures in a window after which no more is tried.
const MOST: u32 = 20;
/// Clients and addresses that are remembered. Where more fail within a minute, those whose minute is over go first, and then all.
const ROOM: usize = 10_000;

/// Counts failed client authentications of this server's last minute.
#[derive(Default)]
pub struct FailedClients(Mutex<HashMap<Name, Window>>);

type Name = (String, Option<IpAddr>);

#[derive(Clone, Copy)]
struct Window {
    began: i64,
    failures: u32,
}

impl Window {
    fn holds(&self, now: i64) -> bool {
        // A clock that was set back begins a new minute, too.
        (self.began..self.began + WINDOW_SECONDS).contains(&now)
    }
}

impl FailedClients {
    /// After how many seconds the client may try again from this address; `None`: at once.
    pub fn wait(&self, client: &str, address: Option<IpAddr>, now: Millis) -> Option<i64> {
        let windows = self.windows();
        let window = windows.get(&(client.to_owned(), address))?;
        let is_over = window.failures >= MOST && window.holds(now.seconds());
        is_over.then(|| window.began + WINDOW_SECONDS - now.seconds())
    }

    /// Notes a failure.
    pub fn note(&self, client: &str, address: Option<IpAddr>, now: Millis) {
        let now = now.seconds();
        let mut windows = self.windows();
        if windows.len() >= ROOM {
            windows.retain(|_, window| window.holds(now));
            if windows.len() >= ROOM {
                windows.clear();
            }
        }
        let window = windows.entry((client.to_owned(), address)).or_insert(Window {
            began: now,
            failures: 0,
        });
        if !window.holds(now) {
            *window = Window {
                began: now,
                failures: 0,
            };
        }
        window.failures = window.failures.saturating_add(1);
    }

    fn windows(&self) -> MutexGuard<'_, HashMap<Name, Window>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_twenty_wrong_secrets_in_a_minute_a_client_waits_for_the_next() {
        let failed = FailedClients::default();
        let address = Some(IpAddr::from([192, 0, 2, 7]));
        for _ in 0..20 {
            assert_eq!(failed.wait("c", address, Millis(1_000)), None);
            failed.note("c", address, Millis(1_000));
        }
        assert_eq!(failed.wait("c", address, Millis(1_000)), Some(60));
        assert_eq!(failed.wait("c", address, Millis(60_999)), Some(1));
        assert_eq!(failed.wait("c", address, Millis(61_000)), None);
        assert_eq!(failed.wait("c", None, Millis(1_000)), None, "another address");
        assert_eq!(failed.wait("d", address, Millis(1_000)), None, "another client");
        failed.note("c", address, Millis(61_000));
        assert_eq!(failed.wait("c", address, Millis(61_000)), None);
    }

    #[test]
    fn a_flood_of_names_takes_a_bounded_room() {
        let failed = FailedClients::default();
        for number in 0..=ROOM {
            failed.note(&number.to_string(), None, Millis(0));
        }
        assert_eq!(failed.windows().len(), 1);
    }
}
