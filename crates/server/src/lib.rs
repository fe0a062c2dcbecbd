//! The program `poolhouse`: the user pool over HTTP, its command line and its configuration.
//!
//! Reading order: `cli::serve` puts a server together, `http::api` takes a request and hands it to the pool's operations.

pub mod cli;
pub mod config;
pub mod http;
pub mod key_change;
pub mod key_file;
pub mod settings;
