//! Why a function gave no answer.

use std::fmt;

use crate::settings_error::SettingsError;

/// Why a function gave no answer.
///
/// `Display` is what the client may read: Cognito shows a trigger's error text to the person who signs in, and puts a full stop
/// behind it. [`Refusal::reason`] is what the operator needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The event is not one of this trigger.
    Malformed(&'static str),
    /// The event comes from another pool than the settings name.
    OtherPool,
    /// The settings are outside their limits.
    Settings(SettingsError),
    /// The list of challenges is none that the flow makes.
    NotThisFlow,
    /// The user has no mail address that can be written to.
    NoAddress,
    /// The user's mail address is not verified, and the settings do not allow that.
    UnverifiedAddress,
    /// The sign-in has lasted as long as one may, or too long for another code.
    Ended,
    /// Tokens were asked for by setting a new password, which no code has followed.
    NewPasswordOnly,
    /// The same on a platform where a new password counts from the end of the sign-in.
    NewPasswordUnset,
    /// Tokens were asked for by a sign-in without a code, on a client that needs one.
    CodeRequired,
    /// The mail could not be sent. The caller says this, not this crate.
    MailNotSent,
}

impl Refusal {
    /// What an operator needs to know. It carries no secret and no personal data.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Malformed(what) => what,
            Self::OtherPool => "the event's userPoolId is not the USER_POOL_ID that is set",
            Self::Settings(_) => "the settings are outside their limits",
            Self::NotThisFlow => "no code challenge can follow the challenges of this event",
            Self::NoAddress => "the user has no mail address that can be written to",
            Self::UnverifiedAddress => {
                "email_verified is not true; ALLOW_UNVERIFIED_EMAIL=true would mail all the same"
            }
            Self::Ended => "the sign-in has lasted 30 minutes, or has no time left for another code",
            Self::NewPasswordOnly | Self::NewPasswordUnset => {
                "a sign-in that only set a new password asked for tokens"
            }
            Self::CodeRequired => {
                "REQUIRE_CODE lists the client, and the sign-in brought neither the signIn of a right code nor a trusted device"
            }
            Self::MailNotSent => "the mail could not be sent in time",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed(_) | Self::OtherPool | Self::Settings(_) | Self::NotThisFlow => {
                "Sign-in is not available"
            }
            Self::NoAddress | Self::UnverifiedAddress => {
                "No confirm code can be sent to this account. Please contact support"
            }
            Self::Ended => "This sign-in has ended. Start again",
            Self::NewPasswordOnly => "Your new password is set. Please sign in with it",
            Self::NewPasswordUnset => {
                "Your new password is not set. Please begin with the temporary one, in a sign-in with a code"
            }
            Self::CodeRequired => "This app asks for a confirm code: sign in with CUSTOM_AUTH",
            Self::MailNotSent => "The confirm code could not be sent. Please try again",
        })
    }
}

impl std::error::Error for Refusal {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Settings(error) => Some(error),
            _ => None,
        }
    }
}
