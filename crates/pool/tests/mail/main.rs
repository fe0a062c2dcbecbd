//! The outbox, and mail to relays and to SES.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, too")]

mod house;
mod order;
mod outbox;
mod relay;
mod relays;
mod ses;
mod told;
