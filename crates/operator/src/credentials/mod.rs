//! Whose requests these are: access keys, found in the places and in the order in which AWS's own tools look.
//!
//! [`plan::plan`] decides by the environment and the profiles alone, without I/O, where the keys come from;
//! [`Finder::find`] goes there.

mod find;
mod ini;
mod metadata;
mod plan;
mod process;
mod profiles;

use std::error::Error;
use std::fmt;

use poolhouse_sigv4 as sigv4;
use zeroize::Zeroizing;

pub(crate) use find::{Finder, FoundIn};
pub(crate) use profiles::Profiles;

/// An access key. Neither the secret nor the token is shown.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Credentials {
    access_key_id: String,
    secret: Zeroizing<String>,
    session_token: Option<Zeroizing<String>>,
}

impl Credentials {
    pub(crate) fn new(access_key_id: String, secret: String, session_token: Option<String>) -> Credentials {
        Credentials {
            access_key_id,
            secret: Zeroizing::new(secret),
            session_token: session_token
                .filter(|token| !token.is_empty())
                .map(Zeroizing::new),
        }
    }

    pub(crate) fn for_signing(&self) -> sigv4::Credentials<'_> {
        sigv4::Credentials {
            access_key_id: &self.access_key_id,
            secret: &self.secret,
            session_token: self.session_token.as_ref().map(|token| token.as_str()),
        }
    }

    /// The key's id, which is public.
    pub(crate) fn access_key_id(&self) -> &str {
        &self.access_key_id
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

/// Why there are no credentials, and what to do about it.
#[derive(Debug)]
pub(crate) struct CredentialsError {
    message: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl CredentialsError {
    fn new(message: impl Into<String>) -> CredentialsError {
        CredentialsError {
            message: message.into(),
            source: None,
        }
    }

    fn caused_by(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> CredentialsError {
        self.source = Some(cause.into());
        self
    }
}

impl fmt::Display for CredentialsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for CredentialsError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source
            .as_deref()
            .map(|cause| cause as &(dyn Error + 'static))
    }
}

/// The way out where the tools cannot go themselves.
pub(crate) const EXPORT: &str = "eval \"$(aws configure export-credentials --format env)\"";
