//! How often somebody may do something: so much a second, three seconds' worth at once. In memory, each server for itself.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use crate::base::clock::Millis;

/// What a second's worth of requests is counted in.
const REQUEST: u64 = 1000;
/// Seconds whose requests may come at once.
const BURST: u64 = 3;
/// The most that are known at a time: about 10 MB.
pub(super) const MOST: usize = 100_000;

struct Left {
    requests: u64,
    at: Millis,
}

/// What is left to each of them.
pub(super) struct Rates<K>(Mutex<HashMap<K, Left>>);

impl<K> Default for Rates<K> {
    fn default() -> Rates<K> {
        Rates(Mutex::default())
    }
}

impl<K: Eq + Hash> Rates<K> {
    /// Takes a request of somebody who may make so many a second. Nought is no limit.
    ///
    /// # Errors
    /// After how many seconds one is taken again.
    pub(super) fn take(&self, who: K, rate: u32, now: Millis) -> Result<(), u64> {
        let rate = u64::from(rate);
        if rate == 0 {
            return Ok(());
        }
        let most = rate * REQUEST * BURST;
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
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
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}
