//! The few services that the tools call.

mod client;
mod endpoint;
mod error;
mod functions;
mod mail;
mod service;
mod tokens;
mod trouble;
mod user_pools;

pub(crate) use client::Aws;
pub(crate) use endpoint::Endpoints;
pub(crate) use error::AwsError;
pub(crate) use functions::{Functions, is_ours, runtime};
pub(crate) use mail::MailService;
pub(crate) use service::Service;
pub(crate) use tokens::caller;
pub(crate) use user_pools::{UserPools, Users, is_unavailable};
