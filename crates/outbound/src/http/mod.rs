//! One HTTP/1.1 connection, directly or through a proxy.

mod connection;
mod endpoint;
mod error;
mod form;
mod json;
mod no_proxy;
mod proxy;

pub use connection::{Answer, Connection, open_tls};
pub use endpoint::Endpoint;
pub use error::HttpError;
pub use form::{FORM, form_body, form_post};
pub use json::json_post;
pub use proxy::{Proxies, UnusableProxy};
