//! The user pool without sockets: what is stored, the operations, the sign-in flows, triggers and mail.
//!
//! The folders are floors, and each imports only from those below it. ARCHITECTURE.md has the table; `cargo xtask tidy`
//! compares it with the imports.

pub mod auth;
pub mod base;
pub mod keyring;
pub mod mailer;
pub mod oauth;
pub mod ops;
pub mod records;
pub mod request;
pub mod run;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod triggers;
pub mod users;
