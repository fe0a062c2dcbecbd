//! Where a user is signed in, in a pool that keeps track of it: one row of a user, which every sign-in writes anew, so that
//! no two of them fit under one limit.

use std::net::IpAddr;

use serde_json::{Map, Value, json};

use super::document::{Document, SWEEP_MARGIN_SECONDS, integer, text};
use super::key::Key;
use crate::base::clock::Millis;

/// What is known of a sign-in that lasts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserSession {
    /// The family of its tokens.
    pub origin_jti: String,
    /// The app client.
    pub client_id: String,
    /// When somebody signed in.
    pub created: Millis,
    /// When tokens were last given for it.
    pub active: Millis,
    /// When it ends by itself.
    pub expires: Millis,
    /// Browser and system.
    pub device: Option<String>,
    /// From where tokens were last asked for.
    pub address: Option<IpAddr>,
}

/// The sessions of one user, in the order of their beginnings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserSessions(pub Vec<UserSession>);

impl UserSessions {
    /// Where the sessions of this user are noted.
    pub fn key(pool_id: &str, sub: &str) -> Key<UserSessions> {
        Key::of_user(pool_id, sub, "sessions")
    }

    /// The same with a session more, and those that had to go for it: of more than `most` the one that was used last the
    /// longest ago, and so on.
    pub fn with(&self, session: UserSession, most: usize, now: Millis) -> (UserSessions, Vec<UserSession>) {
        let mut kept: Vec<UserSession> = self.0.iter().filter(|kept| now < kept.expires).cloned().collect();
        let mut evicted = Vec::new();
        while !kept.is_empty() && kept.len() >= most {
            let oldest = kept.iter().enumerate().min_by_key(|(_, session)| session.active);
            let Some((index, _)) = oldest else { break };
            evicted.push(kept.remove(index));
        }
        kept.push(session);
        (UserSessions(kept), evicted)
    }

    /// Whether the session of this family is among them.
    pub fn has(&self, origin_jti: &str) -> bool {
        self.0.iter().any(|session| session.origin_jti == origin_jti)
    }

    /// The same but for the sessions of families that have ended.
    #[must_use]
    pub fn without(&self, has_ended: impl Fn(&str) -> bool) -> UserSessions {
        let left = self.0.iter().filter(|session| !has_ended(&session.origin_jti));
        UserSessions(left.cloned().collect())
    }
}

impl Document for UserSessions {
    fn to_document(&self) -> Value {
        self.0.iter().map(to_member).collect::<Vec<_>>().into()
    }

    fn from_document(document: &Value) -> Option<UserSessions> {
        let sessions = document.as_array()?.iter();
        sessions.map(from_member).collect::<Option<_>>().map(UserSessions)
    }

    fn sweepable(&self) -> Option<Millis> {
        let last = self.0.iter().map(|session| session.expires).max();
        Some(last.unwrap_or(Millis(0)).plus_seconds(SWEEP_MARGIN_SECONDS))
    }
}

fn to_member(session: &UserSession) -> Value {
    let mut member = Map::new();
    member.insert("family".to_owned(), json!(session.origin_jti));
    member.insert("client".to_owned(), json!(session.client_id));
    for (name, moment) in [
        ("created", session.created),
        ("active", session.active),
        ("expires", session.expires),
    ] {
        member.insert(name.to_owned(), json!(moment.0));
    }
    if let Some(device) = &session.device {
        member.insert("device".to_owned(), json!(device));
    }
    if let Some(address) = &session.address {
        member.insert("address".to_owned(), json!(address.to_string()));
    }
    Value::Object(member)
}

fn from_member(member: &Value) -> Option<UserSession> {
    Some(UserSession {
        origin_jti: text(member, "family")?,
        client_id: text(member, "client")?,
        created: Millis(integer(member, "created")?),
        active: Millis(integer(member, "active")?),
        expires: Millis(integer(member, "expires")?),
        device: text(member, "device"),
        address: text(member, "address").and_then(|address| address.parse().ok()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(name: &str, active: i64) -> UserSession {
        UserSession {
            origin_jti: name.to_owned(),
            client_id: "client".to_owned(),
            created: Millis(0),
            active: Millis(active),
            expires: Millis(active + 100),
            device: Some("Firefox, Linux".to_owned()),
            address: Some("192.0.2.7".parse().unwrap()),
        }
    }

    fn names(sessions: &[UserSession]) -> Vec<&str> {
        sessions
            .iter()
            .map(|session| session.origin_jti.as_str())
            .collect()
    }

    #[test]
    fn the_sessions_used_longest_ago_go_for_a_new_one_and_what_has_ended_counts_for_none() {
        let sessions = UserSessions(vec![
            session("b", 20),
            session("a", 10),
            session("c", 30),
            session("d", 40),
        ]);
        let (left, evicted) = sessions.with(session("e", 50), 3, Millis(50));
        assert_eq!(
            (names(&left.0), names(&evicted)),
            (vec!["c", "d", "e"], vec!["a", "b"])
        );
        let (left, evicted) = left.with(session("f", 135), 3, Millis(135));
        assert_eq!((names(&left.0), names(&evicted)), (vec!["d", "e", "f"], vec![]));
        let (left, evicted) = left.with(session("g", 136), 1, Millis(136));
        assert_eq!(
            (names(&left.0), names(&evicted)),
            (vec!["g"], vec!["d", "e", "f"])
        );
        assert_eq!(
            UserSessions::from_document(&left.to_document()),
            Some(left.clone())
        );
        assert_eq!(left.sweepable(), Some(Millis(236 + SWEEP_MARGIN_SECONDS * 1000)));
    }
}
