//! The server from outside its operations: HTTP, pages, the local inbox, the outbox, the command line.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking, too"
)]

mod access;
mod answers;
mod binary;
mod connections;
mod discovery;
mod house;
mod inbox;
mod outbox;
mod pages;
mod relay;
mod relays;
mod ses;
mod support;
mod sweeping;
