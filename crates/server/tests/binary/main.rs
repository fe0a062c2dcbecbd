//! The program as people and scripts use it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests fail by panicking, too"
)]

mod arrivals;
mod backup;
mod check;
mod files;
mod nodes;
mod people;
mod policies;
mod program;
mod quickstart;
mod serve;
mod streams;
mod tls;
mod traces;
