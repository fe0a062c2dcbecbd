//! Credentials from stand-ins of the places that give them, over real sockets, by a clock that stands still.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, too")]

mod places;
mod renewing;
mod stand_in;
