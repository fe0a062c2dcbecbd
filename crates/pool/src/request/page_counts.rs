//! How often an address, and everybody at a pool, may ask for pages and send forms: in memory, each server for itself.
//!
//! The engine counts what is tried of an account. This keeps one address, or one pool's visitors, from taking what the others need:
//! every form costs the work of a password.

use std::net::IpAddr;

use super::rates::{Rates, network};
use crate::base::clock::Millis;
use crate::base::hosted::PageLimits;

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

/// One server's counts.
pub struct PageCounts {
    most: PageLimits,
    rates: Rates<Who>,
}

impl PageCounts {
    /// Of so many requests.
    pub fn new(most: PageLimits) -> PageCounts {
        PageCounts {
            most,
            rates: Rates::default(),
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
            Some(address) => self.rates.take(Who::Address(asked, network(address)), rate, now),
            None => Ok(()),
        }
    }

    /// Takes a form for this pool.
    ///
    /// # Errors
    /// As [`of_address`](Self::of_address).
    pub fn of_pool(&self, pool_id: &str, now: Millis) -> Result<(), u64> {
        self.rates
            .take(Who::Pool(pool_id.to_owned()), self.most.forms_of_pool, now)
    }
}

#[cfg(test)]
mod tests {
    use super::super::rates::MOST;
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
