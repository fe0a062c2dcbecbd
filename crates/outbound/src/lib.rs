//! Calls to the outside, for programs that must start in a millisecond.
//!
//! - [`TlsSource`]: TLS settings that are made when the first connection needs them.
//! - [`open_tls`]: a TLS connection, for a protocol that is not HTTP.
//! - [`http`]: one HTTP/1.1 connection, for the Lambda Runtime API and for AWS.
//! - [`aws`]: signed calls to AWS services, without an SDK.
//!
//! Nothing here reads the clock, the environment or a file, and nothing chooses a TLS provider.

pub mod aws;
pub mod http;
mod tls;

pub use http::open_tls;
pub use tls::{BundleError, TlsSource, client_config, roots, roots_of, roots_with};
