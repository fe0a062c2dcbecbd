//! A server in process for tests: the pool for tests, over HTTP.
//!
//! Requests go through the same service that a socket feeds, so a test sees what a client would see, to the header.
//! Nothing here waits for time to pass: [`TestPool::clock`] moves it.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test whose scene cannot be set must fail, at once"
)]

mod server;

pub use poolhouse_pool::testing::{
    Answer, FrozenClock, PreparedKeys, RecordingFunction, SeededEntropy, TestPool, srp,
};
pub use server::{AccessKey, Edge, TestServer};
