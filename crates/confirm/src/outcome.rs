//! What the trigger functions return. `Debug` never shows a response: in session-only mode it holds what the code is made
//! of.

use std::fmt;

use serde_json::Value;

use crate::mail::CodeMail;

/// What [`define`](crate::define) returns.
#[derive(Clone)]
pub struct Defined {
    /// The event's `response`, filled; the function returns the [event with it](crate::answered).
    pub response: Value,
    /// The same decision, for the log.
    pub decision: Decision,
    /// What an operator should see.
    pub warnings: Vec<Warning>,
}

impl fmt::Debug for Defined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Defined")
            .field("decision", &self.decision)
            .field("warnings", &self.warnings)
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

/// Why a sign-in ended without tokens: the rule that its list of challenges broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyFailed {
    /// The event lacks what every event of the trigger has.
    Malformed(&'static str),
    /// There is no list, or an entry without a result in it.
    NoList,
    /// It does not begin with `SRP_A` that is true.
    NotBegun,
    /// Its second entry is not `PASSWORD_VERIFIER` that is true.
    PasswordNotProven,
    /// What Cognito itself asked for behind the password was not given.
    FactorNotProven,
    /// A challenge in it is of a kind that the flow does not have, or not at that place.
    OtherChallenge,
    /// Something stands behind a right code.
    BehindARightCode,
    /// A code challenge in it was not made by these functions for this sign-in, at that place.
    ForeignChallenge,
    /// The platform says that an answer beside an action was right.
    RightBesideAnAction,
    /// All attempts were used.
    AttemptsSpent,
    /// More rounds than any person needs.
    TooManyRounds,
    /// It has lasted as long as a sign-in may, or too long for the new code that is asked for.
    Ended,
    /// No such user: nothing that was answered can be right.
    UnknownUser,
}

impl WhyFailed {
    /// The rule, for the log.
    #[must_use]
    pub const fn rule(self) -> &'static str {
        match self {
            Self::Malformed(what) => what,
            Self::NoList => "the event has no list of challenges, or one without a result in it",
            Self::NotBegun => "the list must begin with SRP_A that is true",
            Self::PasswordNotProven => "PASSWORD_VERIFIER that is true must follow SRP_A",
            Self::FactorNotProven => {
                "a factor or device step of the pool's own between password and code must be true"
            }
            Self::OtherChallenge => {
                "behind the password and the pool's own factors there may be nothing but code challenges"
            }
            Self::BehindARightCode => "nothing may follow a right code",
            Self::ForeignChallenge => {
                "every code challenge must be one that these functions made for this sign-in: do all have the same OTP_KEY?"
            }
            Self::RightBesideAnAction => "no answer beside an action is right",
            Self::AttemptsSpent => "MAX_ATTEMPTS answers were wrong",
            Self::TooManyRounds => "a sign-in has 40 rounds at most",
            Self::Ended => {
                "a sign-in ends 30 minutes after its first challenge, or when no new code could live its whole life"
            }
            Self::UnknownUser => "a user who does not exist gets no tokens",
        }
    }
}

/// What [`create`](crate::create) returns.
///
/// The caller writes `ledger` (if there is one), sends `mail` (if there is one) and returns the event with `response`. If the mail was not
/// accepted, it calls [`create_without_mail`](crate::create_without_mail) and returns what that says. A ledger that could
/// not be written in the attribute fails nothing; nor does a notice.
#[derive(Clone)]
pub struct Created {
    /// The event's `response`, filled; the function returns the [event with it](crate::answered).
    pub response: Value,
    /// The mail to send now.
    pub mail: Option<CodeMail>,
    /// A mail that tells the owner of the account that somebody else may know the password.
    pub notice: Option<CodeMail>,
    /// The new text of the ledger.
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
            .field("notice", &self.notice)
            .field("warnings", &self.warnings)
            .finish_non_exhaustive()
    }
}

/// Why a mail did not leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotSent {
    /// Nobody took it in time.
    Failed,
    /// The address takes no mail: it is suppressed, or its own server refuses it.
    Refused,
}

/// What became of the last mail of a sign-in, as the public parameter `mail` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MailState {
    Ok,
    Failed,
    Refused,
}

impl MailState {
    pub(crate) const ALL: [Self; 3] = [Self::Ok, Self::Failed, Self::Refused];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed => "failed",
            Self::Refused => "refused",
        }
    }
}

impl From<NotSent> for MailState {
    fn from(why: NotSent) -> Self {
        match why {
            NotSent::Failed => Self::Failed,
            NotSent::Refused => Self::Refused,
        }
    }
}

/// What happened in the round before, as the public parameter `result` says it to the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastResult {
    /// A new code was mailed.
    Sent,
    /// The answer was not the code.
    Wrong,
    /// The code has ended, or the answer was a code that a newer one replaced.
    Expired,
    /// Too many wrong codes: for a while no answer is judged.
    Locked,
    /// The same code was mailed again.
    Resent,
    /// A mail has left; the next one may in a while.
    TooSoon,
    /// Too many wrong codes in a row: no answer is judged before the password is changed or an administrator helps.
    Closed,
    /// No mail of this sign-in's code has left; one may in a while.
    Held,
    /// The code was used in another sign-in.
    Used,
    /// The mail was refused or given up; a code mailed earlier stays valid.
    NotSent,
}

impl LastResult {
    /// In the order in which they were invented: signed texts hold their places.
    pub(crate) const ALL: [Self; 10] = [
        Self::Sent,
        Self::Wrong,
        Self::Expired,
        Self::Locked,
        Self::Resent,
        Self::TooSoon,
        Self::Closed,
        Self::Held,
        Self::Used,
        Self::NotSent,
    ];

    /// The result that a public parameter names.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|result| result.as_str() == text)
    }

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
            Self::Closed => "closed",
            Self::Held => "held",
            Self::Used => "used",
            Self::NotSent => "not_sent",
        }
    }
}

/// What [`verify`](crate::verify) returns.
///
/// The caller writes `ledger` (if there is one) *before* it returns `response`: a guess is counted first and answered
/// second.
#[derive(Clone)]
pub struct Verified {
    /// The event's `response`, filled; the function returns the [event with it](crate::answered).
    pub response: Value,
    /// The new text of the ledger.
    pub ledger: Option<String>,
    /// A mail that tells the owner of the account that somebody else may know the password.
    pub notice: Option<CodeMail>,
    /// The place token that became good with this answer, as the client holds it. It is always the same text for one
    /// sign-in.
    pub place_token: Option<String>,
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
    /// A code that a newer one of the same sign-in has replaced.
    Replaced,
    /// During a lock.
    Locked,
    /// While the code factor is closed.
    Closed,
    /// Before the first mail of the sign-in's code.
    Held,
    /// A code that has been used in another sign-in.
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
    /// Too many wrong codes in a row for this user.
    Closed,
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
            Self::MailCapped => {
                "a mail was held back: this user has had too many, and can ask again when the form says so"
            }
            Self::Locked => {
                "this user is locked after too many wrong codes, until the form says so: poolhouse unlock ends it sooner"
            }
            Self::Closed => "the code factor of this user is closed after 100 wrong codes: poolhouse unlock opens it",
            Self::UnverifiedAddress => "the code goes to an address that is not verified",
        })
    }
}
