//! One attempt to hand a mail over, fit for a log, a queue and a person who asks why no mail came.

use std::fmt;
use std::time::Duration;

use poolhouse_text::with_causes;
use serde_json::{Value, json};

use crate::address::Address;
use crate::carrier::Taken;
use crate::error::SendError;
use crate::words::masked_for;

/// One attempt. No address and no code is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attempt {
    /// When it ended, in milliseconds since 1970.
    pub at: i64,
    /// Who was asked: `host:port`, `ses.eu-central-1`.
    pub carrier: String,
    /// How long it took, in milliseconds.
    pub ms: u64,
    /// Whether the carrier has the mail.
    pub accepted: bool,
    /// The carrier's reply code.
    pub code: Option<u16>,
    /// What the carrier calls the mail.
    pub id: Option<String>,
    /// What went wrong and why, in our words; empty if nothing did.
    pub problem: String,
    /// What the carrier said, its addresses masked.
    pub words: Option<String>,
    /// What to do about it, where that is known.
    pub advice: Option<String>,
}

impl Attempt {
    /// The record of an attempt to `to` that ended at `at` after `took`.
    pub fn new(
        at: i64,
        carrier: String,
        took: Duration,
        to: &Address,
        outcome: Result<&Taken, (&SendError, Option<&str>)>,
    ) -> Self {
        let ended = Self {
            at,
            carrier,
            ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            ..Self::default()
        };
        let masked = |words: &str| masked_for(words, to.local());
        match outcome {
            Ok(taken) => Self {
                accepted: true,
                code: taken.code,
                id: taken.id.clone(),
                words: taken.words.as_deref().map(masked),
                ..ended
            },
            Err((error, advice)) => Self {
                code: error.code(),
                problem: with_causes(error),
                words: error.words().as_deref().map(masked),
                advice: advice.map(str::to_owned),
                ..ended
            },
        }
    }

    /// The record as JSON, to be kept with the mail.
    pub fn to_json(&self) -> Value {
        json!({
            "at": self.at,
            "carrier": self.carrier,
            "ms": self.ms,
            "accepted": self.accepted,
            "code": self.code,
            "id": self.id,
            "problem": self.problem,
            "words": self.words,
            "advice": self.advice,
        })
    }

    /// The record in a JSON value, as far as it is there.
    pub fn from_json(value: &Value) -> Self {
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        Self {
            at: value.get("at").and_then(Value::as_i64).unwrap_or_default(),
            carrier: text("carrier").unwrap_or_default(),
            ms: value.get("ms").and_then(Value::as_u64).unwrap_or_default(),
            accepted: value.get("accepted").and_then(Value::as_bool).unwrap_or_default(),
            code: value
                .get("code")
                .and_then(Value::as_u64)
                .and_then(|code| u16::try_from(code).ok()),
            id: text("id"),
            problem: text("problem").unwrap_or_default(),
            words: text("words"),
            advice: text("advice"),
        }
    }
}

/// One line: `relay.example:587 took it in 31 ms, as 4F2A`, `… did not take it after 12 ms: …`.
impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { carrier, ms, .. } = self;
        match self.accepted {
            true => write!(f, "{carrier} took the mail in {ms} ms")?,
            false => write!(
                f,
                "{carrier} did not take the mail after {ms} ms: {}",
                self.problem
            )?,
        }
        if let Some(id) = &self.id {
            write!(f, ", as {id}")?;
        }
        if let Some(words) = self.words.as_ref().filter(|words| !words.is_empty()) {
            write!(f, " (it said: {words})")?;
        }
        match &self.advice {
            Some(advice) => write!(f, ". {advice}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Phase, Problem};
    use crate::reply::Reply;

    #[test]
    fn an_attempt_says_all_there_is_to_know_and_no_address() {
        let to = Address::parse("lovelace@example.com").unwrap();
        let mut reply = Reply::new(550);
        reply.push(b"5.7.1 <lovelace@example.com>: Lovelace may not; code 123456");
        let error = SendError::new(Phase::Recipient, Problem::Refused(reply));
        let took = Duration::from_millis(12);
        let refused = Attempt::new(
            1,
            "r.example:25".to_owned(),
            took,
            &to,
            Err((&error, Some("Ask them."))),
        );
        assert_eq!(
            refused.to_string(),
            "r.example:25 did not take the mail after 12 ms: the mail relay refused RCPT TO with 550 5.7.1 \
             (it said: 5.7.1 <…@example.com>: … may not; code …). Ask them."
        );
        assert_eq!(Attempt::from_json(&refused.to_json()), refused);

        let taken = Taken {
            id: Some("4F2A".to_owned()),
            code: Some(250),
            words: Some("2.0.0 Ok: queued as 4F2A".to_owned()),
        };
        let accepted = Attempt::new(1, "r.example:25".to_owned(), took, &to, Ok(&taken));
        assert_eq!(
            accepted.to_string(),
            "r.example:25 took the mail in 12 ms, as 4F2A (it said: 2.0.0 Ok: queued as 4F2A)"
        );
        assert_eq!(Attempt::from_json(&accepted.to_json()), accepted);
    }
}
