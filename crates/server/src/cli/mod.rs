//! The command line of `poolhouse`: `serve` and `quickstart`, and the commands that `poolhouse_commands` has.

mod check;
mod files;
mod run;
mod serve;
mod signals;

pub use run::{command, main};
