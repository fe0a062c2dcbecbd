//! The server from outside its operations: HTTP, pages, the local inbox.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, too")]

mod access;
mod answers;
mod bodies;
mod confirm_user;
mod connections;
mod discovery;
mod failures;
mod hosted;
mod inbox;
mod limits;
mod metrics;
mod pages;
mod policies;
mod timing;
mod tls;
