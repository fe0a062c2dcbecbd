//! A user of a pool.

use std::collections::BTreeMap;

use poolhouse_api::shapes::{self, UserStatusType};
use serde_json::{Map, Value, json};

use super::document::{Document, epoch, integer, text};
use super::factors::UserFactors;
use super::key::Key;
use super::linked_identity::LinkedIdentity;
use crate::base::clock::Millis;

/// A user as stored.
#[derive(Clone, Debug)]
pub struct UserRecord {
    /// The real username: what was chosen at creation, or the `sub` in pools that sign in by address. Never changes.
    pub username: String,
    /// A random UUID, never reused.
    pub sub: String,
    /// Attributes by name in the order they were first set, `sub` not among them.
    pub attributes: Vec<(String, String)>,
    /// Where the user is in its life.
    pub status: UserStatusType,
    /// An administrator's switch, apart from the status.
    pub enabled: bool,
    /// When it was created.
    pub created: Millis,
    /// When anything of it last changed.
    pub modified: Millis,
    /// SRP salt and verifier, sealed under the row's key. `None` for users without a password.
    pub sealed_verifier: Option<String>,
    /// When a temporary password stops working.
    pub temporary_until: Option<Millis>,
    /// Tokens of sign-ins before this moment are revoked.
    pub signed_out: Option<Millis>,
    /// The security epoch: what was proven of the user under an older one is worth nothing any more.
    pub epoch: u64,
    /// The epoch that began when the user was last signed out everywhere: tokens of sign-ins before it are revoked.
    pub signed_out_epoch: u64,
    /// The ids of the groups that the user is in, by name. Of a deleted group an id may be left for a while, which means
    /// nothing.
    pub groups: BTreeMap<String, String>,
    /// Its second factors.
    pub factors: UserFactors,
    /// Who it is at identity providers.
    pub identities: Vec<LinkedIdentity>,
}

impl UserRecord {
    /// A user who begins now, enabled, with neither password nor attributes, of whom nothing was proven yet.
    pub fn new(username: String, sub: String, status: UserStatusType, now: Millis) -> UserRecord {
        UserRecord {
            username,
            sub,
            attributes: Vec::new(),
            status,
            enabled: true,
            created: now,
            modified: now,
            sealed_verifier: None,
            temporary_until: None,
            signed_out: None,
            epoch: 0,
            signed_out_epoch: 0,
            groups: BTreeMap::new(),
            factors: UserFactors::default(),
            identities: Vec::new(),
        }
    }

    /// Whose row lies at `key`, if it is a user's own.
    pub fn sub_in(key: &str) -> Option<&str> {
        let (_, rest) = key.strip_prefix("p/")?.split_once("/user/")?;
        rest.strip_suffix("/profile").filter(|sub| !sub.contains('/'))
    }

    /// Where a user lies.
    pub fn key(pool_id: &str, sub: &str) -> Key<UserRecord> {
        Key::of_user(pool_id, sub, "profile")
    }

    /// Whether it is the profile of somebody who signs in by an identity provider, and in no other way.
    pub fn is_external(&self) -> bool {
        self.status == UserStatusType::ExternalProvider
    }

    /// The value of an attribute; `sub` counts as one.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        if name == "sub" {
            return Some(&self.sub);
        }
        self.attributes
            .iter()
            .find(|(held, _)| held == name)
            .map(|(_, value)| value.as_str())
    }

    /// Sets an attribute in place, or adds it at the end.
    pub fn set_attribute(&mut self, name: &str, value: &str) {
        match self.attributes.iter_mut().find(|(held, _)| held == name) {
            Some((_, held)) => value.clone_into(held),
            None => self.attributes.push((name.to_owned(), value.to_owned())),
        }
    }

    /// Removes an attribute; says whether it was there.
    pub fn remove_attribute(&mut self, name: &str) -> bool {
        let before = self.attributes.len();
        self.attributes.retain(|(held, _)| held != name);
        self.attributes.len() != before
    }

    /// Whether everything was ended that was signed in to at this time, in seconds. Tokens carry no finer one, so of
    /// what was signed in to in the very second nothing survives; [`auth_time`](Self::auth_time) sees to what comes after.
    pub fn signed_out_since(&self, auth_time: i64) -> bool {
        self.signed_out.is_some_and(|when| auth_time <= when.seconds())
    }

    /// When a sign-in that ends now is said to have been: now, or, if the user was signed out everywhere in this very
    /// second, at the beginning of the next.
    pub fn auth_time(&self, now: Millis) -> Millis {
        match self.signed_out {
            Some(when) if self.signed_out_since(now.seconds()) => Millis((when.seconds() + 1) * 1000),
            _ => now,
        }
    }

    /// The attributes as the API lists them: `sub` first, and `identities` last, where there are some.
    pub fn attribute_list(&self) -> Vec<shapes::AttributeType> {
        let identities: Vec<Value> = self.identities.iter().map(LinkedIdentity::listed).collect();
        let identities = (!identities.is_empty()).then(|| Value::from(identities).to_string());
        let attributes = self.attributes.iter();
        std::iter::once(("sub", self.sub.as_str()))
            .chain(attributes.map(|(name, value)| (name.as_str(), value.as_str())))
            .chain(identities.as_deref().map(|listed| ("identities", listed)))
            .map(|(name, value)| shapes::AttributeType {
                name: name.to_owned(),
                value: Some(value.to_owned()),
            })
            .collect()
    }
}

impl Document for UserRecord {
    fn to_document(&self) -> Value {
        let attributes: Map<String, Value> = self
            .attributes
            .iter()
            .map(|(name, value)| (name.clone(), json!(value)))
            .collect();
        let mut document = json!({
            "username": self.username,
            "sub": self.sub,
            "attributes": attributes,
            "status": self.status.as_str(),
            "enabled": self.enabled,
            "created": self.created.0,
            "modified": self.modified.0,
        });
        if let Some(sealed) = &self.sealed_verifier {
            document["verifier"] = json!(sealed);
        }
        if let Some(until) = self.temporary_until {
            document["temporaryUntil"] = json!(until.0);
        }
        if let Some(when) = self.signed_out {
            document["signedOut"] = json!(when.0);
        }
        for (member, epoch) in [("epoch", self.epoch), ("signedOutEpoch", self.signed_out_epoch)] {
            if epoch > 0 {
                document[member] = json!(epoch);
            }
        }
        if !self.groups.is_empty() {
            document["groups"] = json!(self.groups);
        }
        if let Some(factors) = self.factors.to_member() {
            document["factors"] = factors;
        }
        if !self.identities.is_empty() {
            let identities = self.identities.iter().map(LinkedIdentity::to_member);
            document["identities"] = identities.collect();
        }
        document
    }

    fn from_document(document: &Value) -> Option<UserRecord> {
        let attributes = document.get("attributes")?.as_object()?;
        Some(UserRecord {
            username: text(document, "username")?,
            sub: text(document, "sub")?,
            attributes: attributes
                .iter()
                .map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
                .collect::<Option<_>>()?,
            status: UserStatusType::parse(document.get("status")?.as_str()?)?,
            enabled: document.get("enabled")?.as_bool()?,
            created: Millis(integer(document, "created")?),
            modified: Millis(integer(document, "modified")?),
            sealed_verifier: text(document, "verifier"),
            temporary_until: integer(document, "temporaryUntil").map(Millis),
            signed_out: integer(document, "signedOut").map(Millis),
            epoch: epoch(document, "epoch")?,
            signed_out_epoch: epoch(document, "signedOutEpoch")?,
            groups: groups(document)?,
            factors: UserFactors::from_member(document.get("factors"))?,
            identities: identities(document)?,
        })
    }
}

/// The groups that a document names, if any.
fn groups(document: &Value) -> Option<BTreeMap<String, String>> {
    let Some(groups) = document.get("groups") else {
        return Some(BTreeMap::new());
    };
    let groups = groups.as_object()?.iter();
    groups
        .map(|(name, id)| Some((name.clone(), id.as_str()?.to_owned())))
        .collect()
}

/// The identities that a document names, if any.
fn identities(document: &Value) -> Option<Vec<LinkedIdentity>> {
    let Some(identities) = document.get("identities") else {
        return Some(Vec::new());
    };
    let identities = identities.as_array()?.iter();
    identities.map(LinkedIdentity::from_member).collect()
}
