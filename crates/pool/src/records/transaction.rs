//! A sign-in on the pages of this server: the request of the client that began it, and how far its person has got.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value, json};

use super::document::{Document, SWEEP_MARGIN_SECONDS, integer, text};
use super::granted::texts;
use super::key::Key;
use crate::base::clock::Millis;

/// The challenge of a transaction whose person is at an identity provider.
pub const AT_PROVIDER: &str = "FEDERATION";

/// Hexadecimal digits of a digest that say where a transaction lies in which nothing is proved.
const SLOT_DIGITS: usize = 4;

/// A transaction as stored. Its handle is in the page's address, its browser in a cookie; the row has digests of both.
#[derive(Clone, Debug, PartialEq)]
pub struct TransactionRecord {
    /// The client's request, as it was checked.
    pub authorization: Value,
    /// The app client.
    pub client_id: String,
    /// Which sign-in its pages ask for.
    pub flow: PageFlow,
    /// Whether the client gets nothing before the person has said that it may.
    pub asks_consent: bool,
    /// How long the browser is signed in by it, in seconds.
    pub lasts: i64,
    /// Digest of the cookie that names the browser.
    pub browser: String,
    /// How many steps were taken. A form of an earlier one is out of date.
    pub seq: u64,
    /// Since when a step is being taken, if one is.
    pub busy: Option<Millis>,
    /// Digest of the handle, where others may be written over the row.
    pub slot_digest: Option<String>,
    /// What the person is to see now, sealed: a [`PageStep`].
    pub sealed_step: String,
    /// The identity providers that the person may choose, besides the pool, by their names.
    pub providers: Vec<String>,
    /// Whether nobody signs in to the client but by them.
    pub is_outside_only: bool,
    /// When it ends, however often something is answered.
    pub ends: Millis,
}

/// Which sign-in the pages of an app client ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PageFlow {
    /// The password.
    #[default]
    Password,
    /// The password, and after it whatever the pool's functions ask.
    Custom,
    /// The name, and then what the user chooses to begin with: `USER_AUTH`.
    Choice,
}

impl PageFlow {
    fn name(self) -> &'static str {
        match self {
            PageFlow::Password => "password",
            PageFlow::Custom => "custom",
            PageFlow::Choice => "choice",
        }
    }

    fn named(name: &str) -> Option<PageFlow> {
        let all = [PageFlow::Password, PageFlow::Custom, PageFlow::Choice];
        all.into_iter().find(|flow| flow.name() == name)
    }
}

impl TransactionRecord {
    /// Where the transaction whose handle has this digest lies.
    pub fn key(pool_id: &str, digest: &str) -> Key<TransactionRecord> {
        Key::of_pool(pool_id, format_args!("transaction/{digest}"))
    }

    /// Where it lies while nobody has proved a password in it, so that anybody can begin any number: in one of 65,536 places of
    /// the pool. Another one that falls on the same place is written over it, and its person begins anew.
    pub fn slot(pool_id: &str, digest: &str) -> Key<TransactionRecord> {
        let slot = digest.get(..SLOT_DIGITS).unwrap_or(digest);
        // As long as a digest.
        TransactionRecord::key(pool_id, &format!("{slot:0>64}"))
    }

    /// The same for one whose person is at an identity provider, in as many places of their own.
    pub fn away(pool_id: &str, digest: &str) -> Key<TransactionRecord> {
        let slot = digest.get(..SLOT_DIGITS).unwrap_or(digest);
        TransactionRecord::key(pool_id, &format!("f{slot:0>63}"))
    }
}

impl Document for TransactionRecord {
    fn to_document(&self) -> Value {
        let mut document = json!({
            "authorization": self.authorization,
            "client": self.client_id,
            "flow": self.flow.name(),
            "lasts": self.lasts,
            "browser": self.browser,
            "seq": self.seq,
            "step": self.sealed_step,
            "ends": self.ends.0,
        });
        if self.asks_consent {
            document["consent"] = json!(true);
        }
        if let Some(busy) = self.busy {
            document["busy"] = json!(busy.0);
        }
        if let Some(digest) = &self.slot_digest {
            document["slot"] = json!(digest);
        }
        if !self.providers.is_empty() {
            document["providers"] = json!(self.providers);
        }
        if self.is_outside_only {
            document["outsideOnly"] = json!(true);
        }
        document
    }

    fn from_document(document: &Value) -> Option<TransactionRecord> {
        Some(TransactionRecord {
            authorization: document.get("authorization")?.clone(),
            client_id: text(document, "client")?,
            flow: PageFlow::named(&text(document, "flow")?)?,
            asks_consent: match document.get("consent") {
                None => false,
                Some(asks) => asks.as_bool()?,
            },
            lasts: integer(document, "lasts")?,
            browser: text(document, "browser")?,
            seq: document.get("seq")?.as_u64()?,
            busy: integer(document, "busy").map(Millis),
            slot_digest: text(document, "slot"),
            sealed_step: text(document, "step")?,
            providers: match document.get("providers") {
                None => Vec::new(),
                Some(_) => texts(document, "providers")?,
            },
            is_outside_only: document.get("outsideOnly").is_some_and(|only| only == true),
            ends: Millis(integer(document, "ends")?),
        })
    }

    fn sweepable(&self) -> Option<Millis> {
        Some(self.ends.plus_seconds(SWEEP_MARGIN_SECONDS))
    }
}

/// What a person sees of a sign-in: the beginning of it, a challenge of the engine's, or where it has led.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PageStep {
    /// The challenge's name; none at the beginning.
    pub challenge: Option<String>,
    /// The engine's `Session`.
    pub session: Option<String>,
    /// The challenge's public parameters.
    pub parameters: BTreeMap<String, String>,
    /// When the challenge was made, which its numbers of seconds count from.
    pub asked: Millis,
    /// The name that was typed.
    pub name: String,
    /// What came of the last step, as the pages know it.
    pub said: Option<String>,
    /// Where it has led.
    pub ended: Option<Led>,
    /// Digest of the handle of another tab's transaction, whose challenge this one has joined.
    pub joined: Option<String>,
}

/// Where a sign-in has led.
#[derive(Clone, PartialEq, Eq)]
pub struct Led {
    /// The address that the browser is sent to.
    pub location: String,
    /// The handle of the browser's session.
    pub session: String,
    /// Digest of the handle of the transaction whose client asked for it: of those that share a challenge, one.
    pub transaction: String,
}

/// Without what is sealed for a reason: the engine's session, the code and the handle.
impl fmt::Debug for PageStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageStep")
            .field("challenge", &self.challenge)
            .field("said", &self.said)
            .finish_non_exhaustive()
    }
}

impl PageStep {
    /// The text that is sealed.
    pub fn to_text(&self) -> String {
        json!({
            "challenge": self.challenge,
            "session": self.session,
            "parameters": self.parameters,
            "asked": self.asked.0,
            "name": self.name,
            "said": self.said,
            "ended": self.ended.as_ref().map(|led| json!([led.location, led.session, led.transaction])),
            "joined": self.joined,
        })
        .to_string()
    }

    /// Reads what [`to_text`](Self::to_text) wrote.
    pub fn from_text(sealed: &[u8]) -> Option<PageStep> {
        let document: Value = serde_json::from_slice(sealed).ok()?;
        let parameters = document.get("parameters")?.as_object()?;
        let parameter = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
        let ended = match document.get("ended") {
            None | Some(Value::Null) => None,
            Some(ended) => Some(Led {
                location: ended.get(0)?.as_str()?.to_owned(),
                session: ended.get(1)?.as_str()?.to_owned(),
                transaction: ended.get(2)?.as_str()?.to_owned(),
            }),
        };
        Some(PageStep {
            challenge: text(&document, "challenge"),
            session: text(&document, "session"),
            parameters: parameters.iter().map(parameter).collect::<Option<_>>()?,
            asked: Millis(integer(&document, "asked")?),
            name: text(&document, "name")?,
            said: text(&document, "said"),
            ended,
            joined: text(&document, "joined"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_anybody_may_begin_lies_in_as_many_places_as_four_digits_name() {
        let place = |digest: &str| String::from(TransactionRecord::slot("p", digest));
        let (digest, other) = (
            "0a1b".to_owned() + &"c".repeat(60),
            "0a1b".to_owned() + &"d".repeat(60),
        );
        assert_eq!(place(&digest), place(&other));
        assert_ne!(place(&digest), place(&"c".repeat(64)));
        let own = String::from(TransactionRecord::key("p", &digest));
        assert_ne!(place(&digest), own);
        assert_eq!(place(&digest).len(), own.len());
        let away = String::from(TransactionRecord::away("p", &digest));
        assert_eq!(away.len(), own.len());
        assert_ne!(away, place(&digest));
        assert_ne!(away, own);
    }

    #[test]
    fn what_a_person_sees_is_read_back_as_it_was_written() {
        let step = PageStep {
            challenge: Some("CUSTOM_CHALLENGE".to_owned()),
            session: Some("AYABe".to_owned()),
            parameters: BTreeMap::from([("result".to_owned(), "sent".to_owned())]),
            asked: Millis(7),
            name: "ada".to_owned(),
            said: Some("stale".to_owned()),
            ended: Some(Led {
                location: "https://app.example/cb".to_owned(),
                session: "handle".to_owned(),
                transaction: "digest".to_owned(),
            }),
            joined: Some("other".to_owned()),
        };
        for step in [step, PageStep::default()] {
            assert_eq!(PageStep::from_text(step.to_text().as_bytes()), Some(step));
        }
        assert_eq!(PageStep::from_text(b"{}"), None);
    }
}
