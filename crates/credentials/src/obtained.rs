//! What a place gave.

use std::fmt;

use poolhouse_outbound::aws::Credentials;

/// Credentials, where they were, and when they end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Obtained {
    pub(crate) credentials: Credentials,
    /// In seconds since 1970; `None` if they do not end, or do not say when.
    pub(crate) expires: Option<u64>,
}

impl Obtained {
    /// Credentials that do not say when they end.
    pub(crate) fn lasting(credentials: Credentials) -> Obtained {
        Obtained {
            credentials,
            expires: None,
        }
    }
}

/// The place that had them, for a line that tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundIn {
    /// `AWS_ACCESS_KEY_ID` and its companions.
    Environment,
    /// A profile's access key.
    Profile,
    /// A role that was assumed with others.
    Role,
    /// A role that was assumed with a token.
    WebIdentity,
    /// A sign-in through a browser.
    SingleSignOn,
    /// What `credential_process` prints.
    Process,
    /// The container's agent.
    Container,
    /// The instance's metadata service.
    Instance,
}

impl fmt::Display for FoundIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FoundIn::Environment => "the environment",
            FoundIn::Profile => "the profile",
            FoundIn::Role => "the profile's role",
            FoundIn::WebIdentity => "a web identity",
            FoundIn::SingleSignOn => "the profile's single sign-on",
            FoundIn::Process => "the profile's credential_process",
            FoundIn::Container => "the container",
            FoundIn::Instance => "the instance",
        })
    }
}
