//! The self-hosted user pool: HTTP, operations, sign-in flows, triggers, mail.
//!
//! Reading order: `http::api` takes a request, `ops` finds the operation, an operation's file does the work with what
//! `ctx` looks up, `auth` holds the sign-in flows, `records` what is stored, `triggers` the calls to functions.

pub mod access_keys;
pub mod app;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod config;
pub mod cpu;
pub mod ctx;
pub mod error;
pub mod http;
pub mod key_file;
pub mod mailer;
pub mod oidc;
pub mod ops;
pub mod records;
pub mod settings;
pub mod shutdown;
pub mod start;
pub mod sweeper;
mod tls;
pub mod triggers;
