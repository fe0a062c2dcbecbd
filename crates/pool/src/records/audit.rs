//! The audit log: who did what to whom, from where, and how it ended. An entry is a row in the commit of what it tells.
//!
//! An entry lies under its pool by time, so that a scan reads the log in order. What is about a user has a second row, which
//! names the first: the user's own history, the newest first. Entries that speak of no pool that there is lie in a directory.
//!
//! Nothing that somebody typed, no value of an attribute, no code and no token is ever part of one.

use serde_json::{Map, Value, json};

use super::audit_step::{Asked, AuditStep, asked_from_json, asked_to_json, steps_from_json, steps_to_json};
use super::document::{Document, integer, text};
use super::key::{Directory, Key};
use crate::base::clock::Millis;

/// Above every moment, in milliseconds: what is left to it counts down.
const END_OF_TIME: i64 = 9_999_999_999_999;

/// Who asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Actor {
    /// Anybody: the call carries its own proof, or none.
    #[default]
    Anybody,
    /// The holder of an access token, who is the user that the entry is about.
    User,
    /// Whoever has this access key.
    Key(String),
    /// A function that this server runs.
    Function(String),
}

impl Actor {
    pub(super) fn to_text(&self) -> Option<String> {
        match self {
            Actor::Anybody => None,
            Actor::User => Some("user".to_owned()),
            Actor::Key(id) => Some(format!("key/{id}")),
            Actor::Function(name) => Some(format!("function/{name}")),
        }
    }

    pub(super) fn from_text(text: &str) -> Option<Actor> {
        match text.split_once('/') {
            Some(("key", id)) => Some(Actor::Key(id.to_owned())),
            Some(("function", name)) => Some(Actor::Function(name.to_owned())),
            _ => (text == "user").then_some(Actor::User),
        }
    }
}

/// One entry. What is not known is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditEntry {
    /// The operation.
    pub operation: String,
    /// Who asked.
    pub actor: Actor,
    /// The pool.
    pub pool: Option<String>,
    /// The app client.
    pub client: Option<String>,
    /// The user's `sub`.
    pub user: Option<String>,
    /// The address that the request came from.
    pub address: Option<String>,
    /// The browser and system that it names, as far as they are known.
    pub device: Option<String>,
    /// `done`, `tokens`, `code` (a code was judged and the sign-in goes on), or the exception that was answered.
    pub outcome: String,
    /// What stood in the way, in a word.
    pub why: Option<String>,
    /// The flow of a sign-in.
    pub flow: Option<String>,
    /// The request that a sign-in began with: the `event_id` of its tokens.
    pub sign_in: Option<String>,
    /// The steps of a sign-in, this one included.
    pub steps: Vec<AuditStep>,
    /// The functions that an operation asked.
    pub asked: Vec<Asked>,
    /// Of a restore: what happened behind this moment is not in the log.
    pub gap_since: Option<Millis>,
    /// When the row may go.
    pub expires: Millis,
}

/// Which entry it is: when the request was taken up, and its id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryId {
    /// When the request was taken up.
    pub at: Millis,
    /// The request's id.
    pub request_id: String,
}

impl EntryId {
    fn text(&self) -> String {
        format!("{:013}-{}", self.at.0, self.request_id)
    }

    fn parse(text: &str) -> Option<EntryId> {
        let (at, request_id) = text.split_once('-')?;
        Some(EntryId {
            at: Millis(at.parse().ok()?),
            request_id: request_id.to_owned(),
        })
    }

    /// The entry that a key of the log names.
    pub fn of_key(key: &str) -> Option<EntryId> {
        EntryId::parse(key.rsplit('/').next()?)
    }
}

impl AuditEntry {
    /// Where the entry lies.
    pub fn key(pool_id: Option<&str>, id: &EntryId) -> Key<AuditEntry> {
        match pool_id {
            Some(pool_id) => Key::of_pool(pool_id, format_args!("audit/{}", id.text())),
            None => Key::listed(Directory::Audit, id.text()),
        }
    }

    /// What the keys of a pool's entries begin with, or of those that speak of no pool.
    pub fn prefix(pool_id: Option<&str>) -> String {
        match pool_id {
            Some(pool_id) => Key::<AuditEntry>::of_pool(pool_id, "audit/").into(),
            None => Directory::Audit.prefix().to_owned(),
        }
    }

    /// A key behind which the entries from this moment on lie.
    pub fn from_moment(pool_id: Option<&str>, moment: Millis) -> String {
        format!("{}{:013}", AuditEntry::prefix(pool_id), moment.0.max(0))
    }

    /// Whether a sign-in ended, or an answer in one was counted.
    pub fn is_of_sign_in(&self) -> bool {
        self.flow.is_some()
    }
}

/// What somebody said of an event later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feedback {
    /// Whether it was the user.
    pub is_valid: bool,
    /// Who said so.
    pub provider: String,
    /// When.
    pub at: Millis,
}

/// That an entry is about a user. What is said of it later stands here: an entry stays as it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfUser {
    /// When the row may go, with the entry.
    pub expires: Millis,
    /// What was said of it.
    pub feedback: Option<Feedback>,
}

impl OfUser {
    /// Where it is noted: the newest first.
    pub fn key(pool_id: &str, sub: &str, id: &EntryId) -> Key<OfUser> {
        let left = END_OF_TIME - id.at.0;
        Key::of_pool(
            pool_id,
            format_args!("audit-of/{sub}/{left:013}-{}", id.request_id),
        )
    }

    /// What the keys of a user's history begin with.
    pub fn prefix(pool_id: &str, sub: &str) -> String {
        Key::<OfUser>::of_pool(pool_id, format_args!("audit-of/{sub}/")).into()
    }

    /// The entry that a key of a history names.
    pub fn entry(key: &str) -> Option<EntryId> {
        let counted_down = EntryId::of_key(key)?;
        Some(EntryId {
            at: Millis(END_OF_TIME - counted_down.at.0),
            ..counted_down
        })
    }
}

impl Document for OfUser {
    fn to_document(&self) -> Value {
        let Some(feedback) = &self.feedback else {
            return json!([self.expires.0]);
        };
        json!([
            self.expires.0,
            feedback.is_valid,
            feedback.provider,
            feedback.at.0
        ])
    }

    fn from_document(document: &Value) -> Option<OfUser> {
        let feedback = match document.get(1) {
            None => None,
            Some(is_valid) => Some(Feedback {
                is_valid: is_valid.as_bool()?,
                provider: document.get(2)?.as_str()?.to_owned(),
                at: Millis(document.get(3)?.as_i64()?),
            }),
        };
        Some(OfUser {
            expires: Millis(document.get(0)?.as_i64()?),
            feedback,
        })
    }

    fn sweepable(&self) -> Option<Millis> {
        Some(self.expires)
    }
}

impl Document for AuditEntry {
    fn to_document(&self) -> Value {
        let mut document = Map::new();
        document.insert("operation".to_owned(), json!(self.operation));
        document.insert("outcome".to_owned(), json!(self.outcome));
        document.insert("expires".to_owned(), json!(self.expires.0));
        let optional = [
            ("actor", &self.actor.to_text()),
            ("pool", &self.pool),
            ("client", &self.client),
            ("user", &self.user),
            ("address", &self.address),
            ("device", &self.device),
            ("why", &self.why),
            ("flow", &self.flow),
            ("signIn", &self.sign_in),
        ];
        for (member, value) in optional {
            if let Some(value) = value {
                document.insert(member.to_owned(), json!(value));
            }
        }
        if !self.steps.is_empty() {
            document.insert("steps".to_owned(), steps_to_json(&self.steps));
        }
        if !self.asked.is_empty() {
            document.insert("asked".to_owned(), asked_to_json(&self.asked));
        }
        if let Some(since) = self.gap_since {
            document.insert("gapSince".to_owned(), json!(since.0));
        }
        Value::Object(document)
    }

    fn from_document(document: &Value) -> Option<AuditEntry> {
        let actor = match text(document, "actor") {
            Some(actor) => Actor::from_text(&actor)?,
            None => Actor::Anybody,
        };
        Some(AuditEntry {
            operation: text(document, "operation")?,
            actor,
            pool: text(document, "pool"),
            client: text(document, "client"),
            user: text(document, "user"),
            address: text(document, "address"),
            device: text(document, "device"),
            outcome: text(document, "outcome")?,
            why: text(document, "why"),
            flow: text(document, "flow"),
            sign_in: text(document, "signIn"),
            steps: steps_from_json(document.get("steps"))?,
            asked: asked_from_json(document.get("asked"))?,
            gap_since: integer(document, "gapSince").map(Millis),
            expires: Millis(integer(document, "expires")?),
        })
    }

    fn sweepable(&self) -> Option<Millis> {
        Some(self.expires)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(at: i64) -> EntryId {
        EntryId {
            at: Millis(at),
            request_id: "5d0a3c2e-1b4f-4c6d-8e7a-90ab12cd34ef".to_owned(),
        }
    }

    #[test]
    fn a_pools_log_lies_in_order_of_time_and_a_users_history_the_newest_first() {
        let (old, new) = (id(999), id(1_767_323_045_000));
        let keys = [&old, &new].map(|id| String::from(AuditEntry::key(Some("p"), id)));
        assert!(keys[0] < keys[1], "{keys:?}");
        assert_eq!(
            keys.map(|key| EntryId::of_key(&key)),
            [Some(old.clone()), Some(new.clone())]
        );
        let keys = [&old, &new].map(|id| String::from(OfUser::key("p", "s", id)));
        assert!(keys[0] > keys[1], "{keys:?}");
        assert_eq!(keys.map(|key| OfUser::entry(&key)), [Some(old), Some(new)]);
    }

    #[test]
    fn what_was_said_of_an_event_comes_back() {
        let mut row = OfUser {
            expires: Millis(9),
            feedback: None,
        };
        assert_eq!(OfUser::from_document(&row.to_document()), Some(row.clone()));
        row.feedback = Some(Feedback {
            is_valid: false,
            provider: "Admin".to_owned(),
            at: Millis(7),
        });
        assert_eq!(OfUser::from_document(&row.to_document()), Some(row));
    }

    #[test]
    fn an_entry_comes_back_as_it_was_written() {
        let asked = Asked {
            trigger: "DefineAuthChallenge".to_owned(),
            took: 3,
            outcome: "answered".to_owned(),
        };
        let entry = AuditEntry {
            operation: "RespondToAuthChallenge".to_owned(),
            actor: Actor::Key("AKIA".to_owned()),
            pool: Some("p".to_owned()),
            user: Some("s".to_owned()),
            outcome: "tokens".to_owned(),
            flow: Some("CUSTOM_AUTH".to_owned()),
            steps: vec![AuditStep {
                at: Millis(7),
                what: "PASSWORD_VERIFIER".to_owned(),
                result: "right".to_owned(),
                asked: vec![asked.clone()],
                mail: Some("sent".to_owned()),
            }],
            asked: vec![asked],
            expires: Millis(9),
            ..AuditEntry::default()
        };
        assert_eq!(
            AuditEntry::from_document(&entry.to_document()),
            Some(entry.clone())
        );
        for actor in [Actor::Anybody, Actor::User, Actor::Function("f".to_owned())] {
            let entry = AuditEntry {
                actor,
                ..entry.clone()
            };
            assert_eq!(AuditEntry::from_document(&entry.to_document()), Some(entry));
        }
    }
}
