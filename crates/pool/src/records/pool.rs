//! A user pool.

use poolhouse_api::{Shape, shapes};
use serde_json::{Value, json};

use super::document::{Document, text};
use super::door::Door;
use super::factors::PoolFactors;
use super::key::{Directory, Key};
use super::risk::Risk;
use super::safeguards::Safeguards;
use super::session_settings::SessionSettings;
use crate::base::clock::Millis;

/// Characters of the longest pool id.
const LONGEST_ID: usize = 55;

/// A user pool as stored: the API's own description of it, which `DescribeUserPool` answers, and a secret seed.
#[derive(Clone, Debug)]
pub struct PoolRecord {
    /// Every setting, defaults filled in, `Id`, `Arn` and dates included.
    pub settings: shapes::UserPoolType,
    /// Sealed 32 bytes from which the answers for unknown users are derived (salt, `USER_ID_FOR_SRP`, masked address).
    pub sealed_seed: String,
    /// Whether sign-ins must end with a confirm code.
    pub door: Door,
    /// What the pool asks beyond what Cognito asks.
    pub safeguards: Safeguards,
    /// Its second factors.
    pub factors: PoolFactors,
    /// From where nobody signs in, unless an app client says otherwise.
    pub risk: Option<Risk>,
    /// Whether it is noted where users are signed in.
    pub sessions: SessionSettings,
}

impl PoolRecord {
    /// A pool with these settings, of which nothing was asked yet that only this server knows.
    pub fn new(settings: shapes::UserPoolType, sealed_seed: String) -> PoolRecord {
        PoolRecord {
            settings,
            sealed_seed,
            door: Door::default(),
            safeguards: Safeguards::default(),
            factors: PoolFactors::default(),
            risk: None,
            sessions: SessionSettings::default(),
        }
    }

    /// Where a pool lies.
    pub fn key(pool_id: &str) -> Key<PoolRecord> {
        Key::listed(Directory::Pool, pool_id)
    }

    /// Whether a text has the form of a pool's id.
    pub fn may_be_id(text: &str) -> bool {
        let is_of_id = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        !text.is_empty() && text.len() <= LONGEST_ID && text.bytes().all(is_of_id)
    }

    /// The id at the end of what may be a pool's ARN.
    pub fn id_in_arn(arn: &str) -> Option<&str> {
        let (_, id) = arn.split_once(":userpool/")?;
        PoolRecord::may_be_id(id).then_some(id)
    }

    /// The pool's id, `us-east-1_AbCd12345`.
    pub fn id(&self) -> &str {
        self.settings.id.as_deref().unwrap_or_default()
    }

    /// When it was created.
    pub fn created(&self) -> Option<Millis> {
        self.settings.creation_date.map(Millis::of_timestamp)
    }

    /// The part of the id after the first `_`, which SRP hashes.
    pub fn srp_name(&self) -> &str {
        self.id().split_once('_').map_or("", |(_, name)| name)
    }

    /// The part of the id before the first `_`.
    pub fn region(&self) -> &str {
        self.id().split_once('_').map_or("", |(region, _)| region)
    }

    /// Whether usernames differ by case. The API's default is that they do.
    pub fn case_sensitive(&self) -> bool {
        self.settings
            .username_configuration
            .as_ref()
            .is_none_or(|c| c.case_sensitive)
    }

    /// A name as this pool compares it.
    pub fn compared(&self, name: &str) -> String {
        if self.case_sensitive() {
            name.to_owned()
        } else {
            name.to_lowercase()
        }
    }

    /// Whether two addresses are one mailbox. Other than where names are looked up, only ASCII letters count as the same
    /// in both cases: the Kelvin sign folds to a `k`, and mail to the two goes to two people.
    pub fn is_same_address(&self, one: &str, other: &str) -> bool {
        if self.case_sensitive() {
            one == other
        } else {
            one.eq_ignore_ascii_case(other)
        }
    }

    /// `UsernameAttributes`: the addresses that are usernames in this pool.
    pub fn username_attributes(&self) -> impl Iterator<Item = &'static str> {
        let attributes = self.settings.username_attributes.iter().flatten();
        attributes.map(|attribute| attribute.as_str())
    }

    /// `AliasAttributes`: what signs a user in beside the username.
    pub fn alias_attributes(&self) -> impl Iterator<Item = &'static str> {
        let attributes = self.settings.alias_attributes.iter().flatten();
        attributes.map(|attribute| attribute.as_str())
    }

    /// The ARN of the function that `LambdaConfig` names for a trigger, read by the trigger's member.
    pub fn lambda(&self, member: impl Fn(&shapes::LambdaConfigType) -> Option<String>) -> Option<String> {
        self.settings
            .lambda_config
            .as_ref()
            .and_then(member)
            .filter(|arn| !arn.is_empty())
    }
}

impl Document for PoolRecord {
    fn to_document(&self) -> Value {
        let mut document = json!({ "settings": self.settings.to_json(), "seed": self.sealed_seed });
        if let Some(door) = self.door.to_member() {
            document["door"] = door;
        }
        if let Some(safeguards) = self.safeguards.to_member() {
            document["safeguards"] = safeguards;
        }
        if let Some(factors) = self.factors.to_member() {
            document["factors"] = factors;
        }
        if let Some(risk) = &self.risk {
            document["risk"] = risk.to_member();
        }
        if let Some(sessions) = self.sessions.to_member() {
            document["sessions"] = sessions;
        }
        document
    }

    fn from_document(document: &Value) -> Option<PoolRecord> {
        let settings = shapes::UserPoolType::from_json(document.get("settings")?).ok()?;
        settings.id.as_ref()?;
        Some(PoolRecord {
            settings,
            sealed_seed: text(document, "seed")?,
            door: Door::from_member(document.get("door"))?,
            safeguards: Safeguards::from_member(document.get("safeguards"))?,
            factors: PoolFactors::from_member(document.get("factors"))?,
            risk: Risk::from_member(document.get("risk"))?,
            sessions: SessionSettings::from_member(document.get("sessions"))?,
        })
    }
}
