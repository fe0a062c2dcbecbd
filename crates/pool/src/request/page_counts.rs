//! How often an address, and everybody at a pool, may ask for pages and send forms: in memory, each server for itself.
//!
//! The engine counts what is tried of an account. This keeps one address, or one pool's visitors, from taking what the others need:
//! every form costs the work of a password.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use crate::base::clock::Millis;
use crate::base::hosted::PageLimits;

/// What a second's worth of requests is counted in.
const REQUEST: u64 = 1000;
/// Seconds whose requests may come at once.
const BURST: u64 = 3;
/// The most addresses and pools that are known at a time: about 10 MB.
const MOST: usize = 100_000;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PageAsked {
    /// A page.
    Page,
    /// A step, by a form.
    Form,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Who {
    Address(PageAsked, IpAddr),
    Pool(String),
}

struct Left {
    requests: u64,
    at: Millis,
}

/// One server's counts.
pub struct PageCounts {
    most: PageLimits,
    left: Mutex<HashMap<Who, Left>>,
}

impl PageCounts {
    /// Of so many requests.
    pub fn new(most: PageLimits) -> PageCounts {
        PageCounts {
            most,
            left: Mutex::default(),
        }
    }

    /// Takes a request of this address.
    ///
    /// # Errors
    /// For how many seconds it takes none.
    pub fn of_address(&self, asked: PageAsked, address: Option<IpAddr>, now: Millis) -> Result<(), u64> {
        let rate = match asked {
            PageAsked::Page => self.most.pages,
            PageAsked::Form => self.most.forms,
        };
        match address {
            Some(address) => self.take(Who::Address(asked, network(address)), rate, now),
            None => Ok(()),
        }
    }

    /// Takes a form for this pool.
    ///
    /// # Errors
    /// As [`of_address`](Self::of_address).
    pub fn of_pool(&self, pool_id: &str, now: Millis) -> Result<(), u64> {
        self.take(Who::Pool(pool_id.to_owned()), self.most.forms_of_pool, now)
    }

    fn take(&self, who: Who, rate: u32, now: Millis) -> Result<(), u64> {
        let rate = u64::from(rate);
        if rate == 0 {
            return Ok(());
        }
        let most = rate * REQUEST * BURST;
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        if left.len() >= MOST && !left.contains_key(&who) {
            // Whoever has all of it left is as good as unknown.
            left.retain(|_, left| now.0 - left.at.0 < i64::try_from(BURST * 1000).unwrap_or(i64::MAX));
            if left.len() >= MOST {
                return Err(1);
            }
        }
        let left = left.entry(who).or_insert(Left {
            requests: most,
            at: now,
        });
        let passed = u64::try_from(now.0 - left.at.0).unwrap_or_default();
        left.requests = left
            .requests
            .saturating_add(passed.saturating_mul(rate))
            .min(most);
        left.at = left.at.max(now);
        match left.requests.checked_sub(REQUEST) {
            Some(requests) => {
                left.requests = requests;
                Ok(())
            }
            None => Err((REQUEST - left.requests).div_ceil(rate * 1000).max(1)),
        }
    }
}

/// Who has an address of version 6 has a network of them.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> PageCounts {
        PageCounts::new(PageLimits {
            pages: 100,
            forms: 10,
            forms_of_pool: 20,
        })
    }

    fn taken(limits: &PageCounts, asked: PageAsked, address: &str, now: i64, times: usize) -> usize {
        let address = Some(address.parse().unwrap());
        let one = |_: &usize| limits.of_address(asked, address, Millis(now)).is_ok();
        (0..times).filter(one).count()
    }

    #[test]
    fn three_seconds_worth_may_come_at_once_and_then_as_many_as_time_brings() {
        let limits = limits();
        assert_eq!(taken(&limits, PageAsked::Form, "192.0.2.1", 0, 100), 30);
        assert_eq!(taken(&limits, PageAsked::Form, "192.0.2.1", 99, 5), 0);
        assert_eq!(taken(&limits, PageAsked::Form, "192.0.2.1", 100, 5), 1);
        assert_eq!(taken(&limits, PageAsked::Form, "192.0.2.1", 60_000, 100), 30);
        // Pages are counted apart, and other addresses.
        assert_eq!(taken(&limits, PageAsked::Page, "192.0.2.1", 60_000, 400), 300);
        assert_eq!(taken(&limits, PageAsked::Form, "192.0.2.2", 60_000, 100), 30);
    }

    #[test]
    fn a_network_of_version_six_is_one_and_so_is_an_address_written_in_two_ways() {
        let limits = limits();
        assert_eq!(taken(&limits, PageAsked::Form, "2001:db8:1:2::1", 0, 20), 20);
        assert_eq!(taken(&limits, PageAsked::Form, "2001:db8:1:2:ffff::9", 0, 20), 10);
        assert_eq!(taken(&limits, PageAsked::Form, "2001:db8:1:3::1", 0, 20), 20);
        assert_eq!(taken(&limits, PageAsked::Form, "192.0.2.1", 0, 20), 20);
        assert_eq!(taken(&limits, PageAsked::Form, "::ffff:192.0.2.1", 0, 20), 10);
    }

    #[test]
    fn a_pool_has_a_limit_of_its_own_and_nought_is_none() {
        let limits = limits();
        let of = |pool: &str| {
            (0..100)
                .filter(|_| limits.of_pool(pool, Millis(0)).is_ok())
                .count()
        };
        assert_eq!((of("a"), of("b")), (60, 60));
        let none = PageCounts::new(PageLimits {
            pages: 0,
            forms: 0,
            forms_of_pool: 0,
        });
        assert_eq!(taken(&none, PageAsked::Form, "192.0.2.1", 0, 1000), 1000);
    }

    #[test]
    fn whoever_is_told_to_wait_is_told_how_long() {
        let slow = PageCounts::new(PageLimits {
            forms: 1,
            ..PageLimits::default()
        });
        let address = Some("192.0.2.1".parse().unwrap());
        let told: Vec<_> = (0..5)
            .map(|_| slow.of_address(PageAsked::Form, address, Millis(0)))
            .collect();
        assert_eq!(told, [Ok(()), Ok(()), Ok(()), Err(1), Err(1)]);
        assert_eq!(slow.of_address(PageAsked::Form, address, Millis(1000)), Ok(()));
    }

    #[test]
    fn a_flood_of_addresses_takes_no_more_memory_than_that() {
        let limits = limits();
        let address = |n: u32| Some(IpAddr::from(n.to_be_bytes()));
        let many = u32::try_from(MOST).unwrap();
        for n in 0..many {
            assert!(limits.of_address(PageAsked::Page, address(n), Millis(0)).is_ok());
        }
        assert!(
            limits
                .of_address(PageAsked::Page, address(many), Millis(0))
                .is_err()
        );
        assert!(limits.of_address(PageAsked::Page, address(0), Millis(0)).is_ok());
        assert!(
            limits
                .of_address(PageAsked::Page, address(many), Millis(3000))
                .is_ok()
        );
    }
}
