//! The outbox, and mail to relays and to SES.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking, too"
)]

mod house;
mod outbox;
mod relay;
mod relays;
mod ses;
