//! Addresses that take no mail, named by a keyed digest, so that a copy of the database names nobody.

use serde_json::{Value, json};

use super::document::{Document, SWEEP_MARGIN_SECONDS, integer, text};
use super::key::{Directory, Key};
use crate::base::clock::Millis;

/// Why an address gets no mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// A relay refused the mailbox while we were talking to it.
    Refused,
    /// The mail came back.
    Bounced,
    /// The person called it spam.
    Complained,
}

impl Why {
    const ALL: [Why; 3] = [Why::Refused, Why::Bounced, Why::Complained];

    /// The word for it in logs and rows.
    pub fn name(self) -> &'static str {
        match self {
            Why::Refused => "refused",
            Why::Bounced => "bounced",
            Why::Complained => "complained",
        }
    }
}

/// What is known of an address that takes no mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// Why.
    pub why: Why,
    /// Until when it is believed.
    pub until: Millis,
    /// What the relay said, its addresses masked.
    pub said: Option<String>,
}

impl Suppression {
    /// Where it lies. `token` stands for the address.
    pub fn key(token: &str) -> Key<Suppression> {
        Key::listed(Directory::Suppressed, token)
    }
}

impl Document for Suppression {
    fn to_document(&self) -> Value {
        json!({ "why": self.why.name(), "until": self.until.0, "said": self.said })
    }

    fn from_document(document: &Value) -> Option<Suppression> {
        let why = text(document, "why")?;
        Some(Suppression {
            why: Why::ALL.into_iter().find(|known| known.name() == why)?,
            until: Millis(integer(document, "until")?),
            said: text(document, "said"),
        })
    }

    fn sweepable(&self) -> Option<Millis> {
        Some(self.until.plus_seconds(SWEEP_MARGIN_SECONDS))
    }
}
