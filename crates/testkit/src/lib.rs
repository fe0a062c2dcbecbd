//! A server in process for tests: frozen clock, seeded randomness, a mailbox that must be read.
//!
//! Requests go through the same service that a socket feeds, so a test sees what a client would see, to the header.
//! Nothing here waits for time to pass: [`TestServer::clock`] moves it.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test whose scene cannot be set must fail, at once"
)]
mod answer;
mod clock;
mod entropy;
mod function;
mod keys;
mod mail;
mod server;
mod shortcuts;
pub mod srp;

pub use answer::Answer;
pub use clock::FrozenClock;
pub use entropy::SeededEntropy;
pub use function::RecordingFunction;
pub use keys::PreparedKeys;
pub use server::{Credentials, TestServer};
