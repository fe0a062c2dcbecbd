//! The program `poolhouse`: the user pool over HTTP, and its command line.
//!
//! Reading order: `cli::serve` puts a server together, `http::api` takes a request and hands it to the pool's operations.

pub mod cli;
pub mod http;
