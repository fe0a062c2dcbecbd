//! The commands of `poolhouse` beside `serve`, and what they share with it: the data directory, its key file, settings from options and
//! `poolhouse.toml`.
//!
//! They work beside a running server, by commits on the same database, or where none runs. `data` opens a data directory; a command is a
//! file of its own.

pub mod announce;
mod args;
mod audit;
pub mod aws;
mod backup;
pub mod beforehand;
mod clock;
pub mod configure;
mod copy;
pub mod data;
pub mod door;
pub mod engine;
mod environment;
mod error;
mod init;
pub mod key_change;
pub mod key_file;
mod key_status;
mod keys;
pub mod logging;
mod mail;
mod manual;
mod moment;
mod nodes;
mod noted;
mod operator;
mod output;
pub mod own_name;
mod people;
mod policy;
mod pool;
pub mod quickstart;
mod restore;
mod rotate;
pub mod rotations;
mod run;
pub mod sockets;
pub mod traces;
mod why;

pub use args::{DEFAULT_DATA, Output, QuickstartArgs, ServeArgs};
pub use environment::{Environment, OWN_VARIABLES};
pub use error::CliError;
pub use output::print;
pub use run::{Command, run};
