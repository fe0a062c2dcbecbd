//! Ways to a service: directly, through a proxy, and none.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, too")]

mod none;
mod proxy;
mod service;
