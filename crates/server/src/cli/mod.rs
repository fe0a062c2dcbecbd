//! The command line of `poolhouse`: `serve` and `quickstart`, and the commands that `poolhouse_commands` has.

mod announce;
mod beforehand;
mod check;
mod files;
mod logging;
mod rotations;
mod run;
mod serve;
mod signals;
mod sockets;
mod traces;

pub use run::{command, main};
