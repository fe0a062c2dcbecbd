//! How often an address, and everybody at an app client, may call what no access key signs: without limit, unless the operator has
//! set one. What a user may be tried with is counted in the store, beside the user.
//!
//! Of clients only those are counted that there are: whoever makes names up takes no room from the others.

use std::net::IpAddr;

use poolhouse_api::{Auth, Operation};
use serde_json::Value;

use super::rates::{Rates, network};
use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::base::settings::CallLimits;

/// One server's counts.
pub struct CallCounts {
    most: CallLimits,
    addresses: Rates<IpAddr>,
    clients: Rates<String>,
}

impl CallCounts {
    /// Of so many calls.
    pub fn new(most: CallLimits) -> CallCounts {
        CallCounts {
            most,
            addresses: Rates::default(),
            clients: Rates::default(),
        }
    }

    /// Takes a call with this body, or not. `is_known`: whether there is an app client of this name.
    ///
    /// # Errors
    /// `TooManyRequestsException` `Rate exceeded`, with the seconds after which one is taken again.
    pub fn admit(
        &self,
        operation: Operation,
        address: Option<IpAddr>,
        (body, is_known): (&Value, impl Fn(&str) -> bool),
        now: Millis,
    ) -> Result<(), ApiError> {
        if operation.auth() == Auth::SigV4 {
            return Ok(());
        }
        let taken = match address {
            Some(address) => self.addresses.take(network(address), self.most.of_address, now),
            None => Ok(()),
        };
        let client = body.get("ClientId").and_then(Value::as_str);
        let client = client.filter(|client| self.most.of_client > 0 && is_known(client));
        let taken = taken.and_then(|()| match client {
            Some(client) => self.clients.take(client.to_owned(), self.most.of_client, now),
            None => Ok(()),
        });
        taken.map_err(|seconds| ApiError::rate_exceeded().after(seconds))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// How many of so many calls are taken.
    fn taken(counts: &CallCounts, operation: Operation, address: &str, client: &str, times: usize) -> usize {
        let (address, body) = (address.parse().ok(), json!({ "ClientId": client }));
        let asked = (&body, |client: &str| client != "made-up");
        let one = |_: &usize| counts.admit(operation, address, asked, Millis(0)).is_ok();
        (0..times).filter(one).count()
    }

    #[test]
    fn addresses_and_clients_are_counted_apart_and_what_a_key_signs_is_not() {
        let counts = CallCounts::new(CallLimits {
            of_address: 10,
            of_client: 20,
        });
        let initiate = Operation::InitiateAuth;
        assert_eq!(taken(&counts, initiate, "192.0.2.1", "a", 50), 30);
        assert_eq!(taken(&counts, initiate, "192.0.2.2", "a", 50), 30);
        // The client has had its sixty, from two addresses.
        assert_eq!(taken(&counts, initiate, "192.0.2.3", "a", 50), 0);
        assert_eq!(taken(&counts, initiate, "192.0.2.4", "b", 50), 30);
        // Nobody has that name, and so nobody's room.
        assert_eq!(taken(&counts, initiate, "192.0.2.5", "made-up", 50), 30);
        assert_eq!(taken(&counts, initiate, "192.0.2.6", "made-up", 50), 30);
        assert_eq!(taken(&counts, initiate, "192.0.2.7", "made-up", 50), 30);
        let signed = Operation::AdminInitiateAuth;
        assert_eq!(taken(&counts, signed, "192.0.2.1", "a", 500), 500);
    }

    #[test]
    fn without_a_limit_nobody_is_counted() {
        let counts = CallCounts::new(CallLimits::default());
        let initiate = Operation::InitiateAuth;
        assert_eq!(taken(&counts, initiate, "192.0.2.1", "a", 5000), 5000);
    }

    #[test]
    fn who_is_refused_hears_for_how_long() {
        let counts = CallCounts::new(CallLimits {
            of_address: 1,
            of_client: 0,
        });
        let address = "2001:db8::1".parse().ok();
        let call = || counts.admit(Operation::GetUser, address, (&json!({}), |_| true), Millis(0));
        assert!((0..3).all(|_| call().is_ok()));
        let refused = call().unwrap_err();
        assert_eq!(
            (refused.message.as_str(), refused.retry_after()),
            ("Rate exceeded", Some(1))
        );
    }
}
