//! A call that gave no answer, as the Runtime API is told about it.

use std::borrow::Cow;

use poolhouse_confirm::Refusal;
use serde_json::{Value, json};

/// Why a call gave no answer.
///
/// Cognito shows `message` to the person who signs in, so it says nothing that only the operator may know; `reason` goes to the
/// log and nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// One word in PascalCase, for metrics and alarms.
    pub kind: &'static str,
    /// What the client may read.
    pub message: String,
    /// What the operator needs. No secret, no personal data.
    pub reason: Cow<'static, str>,
}

impl Failure {
    /// A failure with the neutral words that fit every cause.
    pub fn neutral(kind: &'static str, reason: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            message: "Sign-in is not available".to_owned(),
            reason: reason.into(),
        }
    }

    /// The failure of a mail: one that the person can answer by trying again.
    pub fn mail_not_sent(reason: impl Into<Cow<'static, str>>) -> Self {
        Self {
            reason: reason.into(),
            ..Self::from(Refusal::MailNotSent)
        }
    }

    /// The failure of a call that must be counted and could not be.
    pub fn not_counted(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::neutral("NotCounted", reason)
    }

    /// The body for `/error`: `{errorMessage, errorType}`.
    pub fn to_json(&self) -> Value {
        json!({ "errorMessage": self.message, "errorType": self.kind })
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let kind = match &refusal {
            Refusal::Malformed(_) => "MalformedEvent",
            Refusal::OtherPool => "OtherPool",
            Refusal::Settings(_) => "InvalidSettings",
            Refusal::NotThisFlow => "NotThisFlow",
            Refusal::NoAddress => "NoAddress",
            Refusal::UnverifiedAddress => "UnverifiedAddress",
            Refusal::Ended => "Ended",
            Refusal::NewPasswordOnly | Refusal::NewPasswordUnset => "NewPasswordOnly",
            Refusal::CodeRequired => "CodeRequired",
            Refusal::MailNotSent => "MailNotSent",
        };
        Self {
            kind,
            message: refusal.to_string(),
            reason: refusal.reason().into(),
        }
    }
}
