//! A sign-in in progress: what the opaque `Session` and `SECRET_BLOCK` strings stand for.

use poolhouse_api::shapes::ChallengeNameType;
use serde_json::{Value, json};

use super::audit_step::{AuditStep, steps_from_json, steps_to_json};
use super::document::{Document, SWEEP_MARGIN_SECONDS, epoch, integer, text};
use super::key::Key;
use crate::base::clock::Millis;

/// What Define sees of the first half of an SRP exchange, which proves nothing yet.
pub const SRP_A: &str = "SRP_A";

/// Hexadecimal digits of a digest that say which place of its user's a session lies in.
const SLOT_DIGITS: usize = 3;
/// The same for names that nobody has. More, for whoever fills them all sees which sessions are gone: those of such names.
const SLOT_DIGITS_OF_NOBODY: usize = 4;
/// In place of a made-up `sub`, and as long.
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// The challenges that come after a password that proved right, and never before.
const FOLLOW_A_PASSWORD: [ChallengeNameType; 8] = [
    ChallengeNameType::NewPasswordRequired,
    ChallengeNameType::SmsMfa,
    ChallengeNameType::EmailOtp,
    ChallengeNameType::SoftwareTokenMfa,
    ChallengeNameType::SelectMfaType,
    ChallengeNameType::MfaSetup,
    ChallengeNameType::DeviceSrpAuth,
    ChallengeNameType::DevicePasswordVerifier,
];

/// One answered challenge, as the triggers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChallengeResult {
    /// `SRP_A`, `PASSWORD_VERIFIER`, `CUSTOM_CHALLENGE`, …
    pub name: String,
    /// Whether the answer was right.
    pub result: bool,
    /// What Create attached to the challenge, `None` for built-in ones.
    pub metadata: Option<String>,
}

/// A challenge that was handed out and not answered yet. Deleting the row at the version read is what makes an answer
/// count once; every answer gets a new row with a new handle.
#[derive(Clone, Debug)]
pub struct SessionRecord {
    /// The pool, client and user it is bound to.
    pub pool_id: String,
    /// The app client that started it.
    pub client_id: String,
    /// The real username, or the made-up one of a name that nobody has.
    pub username: String,
    /// The user's `sub`, or the made-up one of a name that nobody has.
    pub sub: String,
    /// Whether there was such a user when the sign-in began.
    pub is_user: bool,
    /// The flow that `InitiateAuth` started: `CUSTOM_AUTH`, `USER_SRP_AUTH`, …
    pub flow: String,
    /// The challenge whose answer it waits for.
    pub challenge: String,
    /// Answered challenges so far, in order.
    pub answered: Vec<ChallengeResult>,
    /// The steps so far, for the audit log.
    pub trail: Vec<AuditStep>,
    /// The pending custom challenge's metadata.
    pub metadata: Option<String>,
    /// Sealed: `privateChallengeParameters` of the pending custom challenge.
    pub sealed_private: Option<String>,
    /// Digest of the `Session` string that was handed out beside a `SECRET_BLOCK`.
    pub session_digest: Option<String>,
    /// Digest of the `Session` string whose row this is, where others may be written over it.
    pub slot_digest: Option<String>,
    /// The request id of the first step: the tokens' `event_id`.
    pub event_id: String,
    /// The user's security epoch that what was proven so far was proven under, or under which the sign-in began.
    pub epoch: u64,
    /// Whether the challenge is what the sign-in begins with, in place of a password: nothing is proved before its answer.
    pub is_first: bool,
    /// Sealed: the first password that was chosen, and what was given with it, until the sign-in ends.
    pub sealed_choice: Option<String>,
    /// Digest of the place token that the challenge handed out.
    pub place: Option<String>,
    /// Digest of the good place token that came with an answer of this sign-in.
    pub place_before: Option<String>,
    /// The key of the user's device that the sign-in is on, where its client has named one.
    pub device: Option<String>,
    /// Whether it is on a page of this server: such a session is answered there and nowhere else.
    pub is_on_page: bool,
    /// How many wrong answers it still takes, where they leave it standing; at the last of them the row goes.
    pub attempts_left: Option<i64>,
    /// When the sign-in ends, however often it is renewed: known from its first custom challenge on.
    pub ends: Option<Millis>,
    /// When the answer comes too late.
    pub expires: Millis,
}

impl SessionRecord {
    /// Whether the client has proved to be the user in an earlier step.
    pub fn is_proved(&self) -> bool {
        // Nobody is asked for a new password, or a second factor, who did not prove the password.
        let follows_a_password = FOLLOW_A_PASSWORD
            .iter()
            .any(|name| name.as_str() == self.challenge);
        (follows_a_password && !self.is_first) || proves(&self.answered)
    }

    /// Where the session of this user, or made-up user, lies.
    pub fn key(pool_id: &str, sub: &str, digest: &str) -> Key<SessionRecord> {
        Key::of_user(pool_id, sub, format_args!("session/{digest}"))
    }

    /// Where it lies while nothing is proved in it, so that anybody who knows a name, or makes one up, can begin any number of
    /// them: in one of 4,096 places of its user, and in one of 65,536 of the pool where nobody has the name. Another one that
    /// falls on the same place is written over it.
    pub fn slot(pool_id: &str, sub: Option<&str>, digest: &str) -> Key<SessionRecord> {
        let (sub, digits) = match sub {
            Some(sub) => (sub, SLOT_DIGITS),
            None => (NOBODY, SLOT_DIGITS_OF_NOBODY),
        };
        let slot = digest.get(..digits).unwrap_or(digest);
        // As long as a digest.
        Key::of_user(pool_id, sub, format_args!("session/{slot:0>64}"))
    }
}

/// Whether an answer among these proves who signs in.
fn proves(answered: &[ChallengeResult]) -> bool {
    let proof = |answered: &ChallengeResult| answered.result && answered.name != SRP_A;
    answered.iter().any(proof)
}

/// Whether anybody could have given these answers, as far as this server knows: functions may call right what they like.
pub fn are_anybodys(answered: &[ChallengeResult]) -> bool {
    let own = ChallengeNameType::CustomChallenge.as_str();
    let proof = |answered: &ChallengeResult| answered.result && ![SRP_A, own].contains(&&*answered.name);
    !answered.iter().any(proof)
}

/// The note that a `SECRET_BLOCK` was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnsweredBlock {
    /// When the block itself ends.
    pub expires: Millis,
}

impl AnsweredBlock {
    /// Where it is noted that the block with this digest was answered.
    pub fn key(pool_id: &str, sub: &str, digest: &str) -> Key<AnsweredBlock> {
        Key::of_user(pool_id, sub, format_args!("answered/{digest}"))
    }
}

impl Document for AnsweredBlock {
    fn to_document(&self) -> Value {
        json!({ "answered": true, "expires": self.expires.0 })
    }

    fn from_document(document: &Value) -> Option<AnsweredBlock> {
        Some(AnsweredBlock {
            expires: Millis(integer(document, "expires")?),
        })
    }

    fn sweepable(&self) -> Option<Millis> {
        Some(self.expires.plus_seconds(SWEEP_MARGIN_SECONDS))
    }
}

impl Document for SessionRecord {
    fn sweepable(&self) -> Option<Millis> {
        Some(self.expires.plus_seconds(SWEEP_MARGIN_SECONDS))
    }

    fn to_document(&self) -> Value {
        let answered: Vec<Value> = self
            .answered
            .iter()
            .map(|a| json!({ "name": a.name, "result": a.result, "metadata": a.metadata }))
            .collect();
        let mut document = json!({
            "pool": self.pool_id,
            "client": self.client_id,
            "username": self.username,
            "sub": self.sub,
            "isUser": self.is_user,
            "flow": self.flow,
            "challenge": self.challenge,
            "answered": answered,
            "eventId": self.event_id,
            "expires": self.expires.0,
        });
        let optional = [
            ("metadata", &self.metadata),
            ("private", &self.sealed_private),
            ("session", &self.session_digest),
            ("slot", &self.slot_digest),
            ("choice", &self.sealed_choice),
            ("place", &self.place),
            ("placeBefore", &self.place_before),
            ("device", &self.device),
        ];
        for (member, value) in optional {
            if let Some(value) = value {
                document[member] = json!(value);
            }
        }
        if !self.trail.is_empty() {
            document["trail"] = steps_to_json(&self.trail);
        }
        if self.epoch > 0 {
            document["epoch"] = json!(self.epoch);
        }
        if self.is_first {
            document["first"] = json!(true);
        }
        if self.is_on_page {
            document["page"] = json!(true);
        }
        if let Some(left) = self.attempts_left {
            document["attemptsLeft"] = json!(left);
        }
        if let Some(ends) = self.ends {
            document["ends"] = json!(ends.0);
        }
        document
    }

    fn from_document(document: &Value) -> Option<SessionRecord> {
        let answered = document.get("answered")?.as_array()?;
        Some(SessionRecord {
            pool_id: text(document, "pool")?,
            client_id: text(document, "client")?,
            username: text(document, "username")?,
            sub: text(document, "sub")?,
            is_user: document.get("isUser")?.as_bool()?,
            flow: text(document, "flow")?,
            challenge: text(document, "challenge")?,
            answered: answered
                .iter()
                .map(|a| {
                    Some(ChallengeResult {
                        name: text(a, "name")?,
                        result: a.get("result")?.as_bool()?,
                        metadata: text(a, "metadata"),
                    })
                })
                .collect::<Option<_>>()?,
            trail: steps_from_json(document.get("trail"))?,
            metadata: text(document, "metadata"),
            sealed_private: text(document, "private"),
            session_digest: text(document, "session"),
            slot_digest: text(document, "slot"),
            event_id: text(document, "eventId")?,
            epoch: epoch(document, "epoch")?,
            is_first: match document.get("first") {
                None => false,
                Some(is_first) => is_first.as_bool()?,
            },
            sealed_choice: text(document, "choice"),
            place: text(document, "place"),
            place_before: text(document, "placeBefore"),
            device: text(document, "device"),
            is_on_page: match document.get("page") {
                None => false,
                Some(is_on_page) => is_on_page.as_bool()?,
            },
            attempts_left: integer(document, "attemptsLeft"),
            ends: integer(document, "ends").map(Millis),
            expires: Millis(integer(document, "expires")?),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn however_many_sign_ins_a_stranger_begins_their_rows_are_a_bounded_number() {
        let keys = |subs: &[Option<&str>]| -> BTreeSet<String> {
            let every = |n: u32| {
                let digest = format!("{n:05x}{:059}", 0);
                subs.iter()
                    .map(|sub| SessionRecord::slot("p", *sub, &digest).into())
                    .collect::<Vec<_>>()
            };
            (0..0x10_0000).step_by(16).flat_map(every).collect()
        };
        assert_eq!(keys(&[Some("a")]).len(), 4096);
        assert_eq!(keys(&[Some("a"), Some("b")]).len(), 2 * 4096);
        assert_eq!(keys(&[None]).len(), 65_536);
    }

    #[test]
    fn a_slot_is_as_long_as_the_place_of_a_session_of_its_own_whoever_it_is() {
        let sub = "9c61aa07-55b0-4f2e-9d3c-0c1de2f3b4ef";
        let digest = "5".repeat(64);
        let length = |key: Key<SessionRecord>| key.as_str().len();
        let own = length(SessionRecord::key("p", sub, &digest));
        assert_eq!(length(SessionRecord::slot("p", Some(sub), &digest)), own);
        assert_eq!(length(SessionRecord::slot("p", None, &digest)), own);
    }
}
