//! A pool in process for tests: frozen clock, seeded randomness, a mailbox that must be read.
//!
//! Requests are validated and dispatched as those that come by HTTP are; what HTTP adds (signatures, headers, limits) is
//! tested through a server. Nothing here waits for time to pass: [`TestPool::clock`] moves it.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test whose scene cannot be set must fail, at once"
)]

mod answer;
pub mod authenticator;
mod aws;
mod clock;
mod entropy;
mod function;
mod kept_keys;
mod keys;
mod lines;
mod mail;
mod moody;
mod outside;
mod pool;
mod scratch;
mod shortcuts;
pub mod srp;
mod store;

pub use crate::ops::users::filter::{Comparison, Filter};
pub use answer::Answer;
pub use aws::{aws, nobodys_key};
pub use clock::FrozenClock;
pub use entropy::SeededEntropy;
pub use function::RecordingFunction;
pub use kept_keys::{KeptKeys, Trouble};
pub use keys::PreparedKeys;
pub use lines::Lines;
pub use moody::{Mood, Moody};
pub use outside::Outside;
pub use pool::TestPool;
pub use poolhouse_outbound::guarded::Fetched;
pub use scratch::Scratch;
pub use store::TestStore;
