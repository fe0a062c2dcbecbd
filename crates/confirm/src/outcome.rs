//! What the trigger functions return. `Debug` never shows an event: it holds personal data, and in session-only mode what
//! the code is made of.

use std::fmt;

use serde_json::Value;

use crate::mail::CodeMail;
use crate::settings::SettingsError;

/// What [`define`](crate::define) returns.
#[derive(Clone)]
pub struct Defined {
    /// The whole event, its `response` filled.
    pub event: Value,
    /// The same decision, for the log.
    pub decision: Decision,
}

impl fmt::Debug for Defined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Defined")
            .field("decision", &self.decision)
            .finish_non_exhaustive()
    }
}

/// What comes next in a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The client must prove the password.
    AskPassword,
    /// A code challenge, new or again.
    AskCode,
    /// Signed in.
    Tokens,
    /// The sign-in is over without tokens.
    Fail(WhyFailed),
}

/// Why a sign-in ended without tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyFailed {
    /// The list of challenges is none that the flow makes, or a challenge in it is not ours.
    NotThisFlow,
    /// All attempts were used.
    AttemptsSpent,
    /// More rounds than any person needs.
    TooManyRounds,
    /// No such user: nothing that was answered can be right.
    UnknownUser,
}

/// What [`create`](crate::create) returns.
///
/// The caller writes `ledger` (if there is one), sends `mail` (if there is one) and returns `event`. A mail that could
/// not be sent fails the call with [`Refusal::MailNotSent`]; a ledger that could not be written does not.
#[derive(Clone)]
pub struct Created {
    /// The whole event, its `response` filled.
    pub event: Value,
    /// The mail to send now.
    pub mail: Option<CodeMail>,
    /// The new text of the attribute.
    pub ledger: Option<String>,
    /// What the public parameter `result` says.
    pub result: LastResult,
    /// What an operator should see.
    pub warnings: Vec<Warning>,
}

impl fmt::Debug for Created {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Created")
            .field("result", &self.result)
            .field("mail", &self.mail)
            .field("warnings", &self.warnings)
            .finish_non_exhaustive()
    }
}

/// What happened in the round before, as the public parameter `result` says it to the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastResult {
    /// A new code was mailed.
    Sent,
    /// The answer was not the code.
    Wrong,
    /// The answer came after the code's end.
    Expired,
    /// Too many wrong codes: for a while no answer is right.
    Locked,
    /// The same code was mailed again.
    Resent,
    /// The last mail is too fresh for another one.
    TooSoon,
}

impl LastResult {
    pub(crate) const ALL: [Self; 6] = [
        Self::Sent,
        Self::Wrong,
        Self::Expired,
        Self::Locked,
        Self::Resent,
        Self::TooSoon,
    ];

    /// The text in the public parameter.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Wrong => "wrong",
            Self::Expired => "expired",
            Self::Locked => "locked",
            Self::Resent => "resent",
            Self::TooSoon => "too_soon",
        }
    }
}

/// What [`verify`](crate::verify) returns.
///
/// The caller writes `ledger` (if there is one) *before* it returns `event`: a guess is counted first and answered
/// second.
#[derive(Clone)]
pub struct Verified {
    /// The whole event, its `response` filled.
    pub event: Value,
    /// The new text of the attribute.
    pub ledger: Option<String>,
    /// What was found, for the log. It carries no secret.
    pub outcome: Outcome,
    /// What an operator should see.
    pub warnings: Vec<Warning>,
}

impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("outcome", &self.outcome)
            .field("warnings", &self.warnings)
            .finish_non_exhaustive()
    }
}

/// What an answer was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The code.
    Right,
    /// Not the code.
    Wrong,
    /// After the code's end.
    Expired,
    /// During a lock.
    Locked,
    /// A code that has been used.
    Used,
    /// For a challenge that we did not make for this pool, client and user.
    NotOurs,
    /// Past the last attempt.
    AttemptsSpent,
    /// For a user who does not exist.
    UnknownUser,
    /// Not an answer: the request carried an action.
    NotEvaluated,
}

/// Something an operator should see. None of them carries a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warning {
    /// No key is set: nothing is counted between sign-ins.
    SessionOnly,
    /// The attribute carries text that is not a ledger of this user: written by another hand.
    LedgerForged,
    /// The attribute carries a code and its end, as older functions wrote it. It is overwritten, never honoured.
    LedgerLegacy,
    /// The ledger was written by a clock that ran ahead. It is overwritten.
    LedgerAhead,
    /// The ledger is older than the one this sign-in wrote: it could not be written, or it was put back.
    LedgerBehind,
    /// A mail was held back: too many for this user.
    MailCapped,
    /// Too many wrong codes for this user.
    Locked,
    /// A code went to an address that nobody has verified.
    UnverifiedAddress,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SessionOnly => {
                "OTP_KEY is not set: session-only mode, wrong codes and mails are not counted between sign-ins"
            }
            Self::LedgerForged => "suspicious: the attribute does not carry a ledger that was written for this user",
            Self::LedgerAhead => "the attribute carries a ledger from the future: a clock is wrong",
            Self::LedgerLegacy => "the attribute carries a code in the clear, as older functions wrote it",
            Self::LedgerBehind => {
                "the attribute is older than this sign-in wrote it: it cannot be written, or it was put back"
            }
            Self::MailCapped => "a mail was held back: this user has had too many",
            Self::Locked => "this user is locked after too many wrong codes",
            Self::UnverifiedAddress => "the code goes to an address that is not verified",
        })
    }
}

/// Why a function gave no answer.
///
/// `Display` is what the client may read: Cognito shows a trigger's error text to whoever signs in, and puts a full stop
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
    /// Tokens were asked for by setting a new password, which no code has followed.
    NewPasswordOnly,
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
            Self::NewPasswordOnly => "a sign-in that only set a new password asked for tokens",
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
            Self::NewPasswordOnly => "Your new password is set. Please sign in with it",
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
