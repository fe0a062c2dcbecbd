//! A group of a pool's users.

use poolhouse_api::shapes::GroupType;
use serde_json::{Map, Value, json};

use super::document::{Document, integer, text};
use super::key::{Key, pool_prefix};
use crate::base::clock::Millis;

/// The part of the key between the pool and the group.
const FOLDER: &str = "group/";

/// A group as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupRecord {
    /// What it is called, which never changes.
    pub name: String,
    /// A random UUID, never reused: a group that is made under the name of a deleted one begins without members.
    pub id: String,
    /// `Description`
    pub description: Option<String>,
    /// `RoleArn`
    pub role_arn: Option<String>,
    /// `Precedence`: lower goes first. A group without one is not a group of precedence 0.
    pub precedence: Option<i64>,
    /// When it was created.
    pub created: Millis,
    /// When anything of it but its members last changed.
    pub modified: Millis,
}

impl GroupRecord {
    /// Where a group of a pool lies.
    pub fn key(pool_id: &str, name: &str) -> Key<GroupRecord> {
        Key::of_pool(pool_id, format_args!("{FOLDER}{name}"))
    }

    /// Prefix of a pool's groups, which lie in the order of their names.
    pub fn all(pool_id: &str) -> String {
        pool_prefix(pool_id) + FOLDER
    }

    /// The group as the API describes it: what it does not have is left out.
    pub fn described(&self, pool_id: &str) -> GroupType {
        GroupType {
            group_name: Some(self.name.clone()),
            user_pool_id: Some(pool_id.to_owned()),
            description: self.description.clone(),
            role_arn: self.role_arn.clone(),
            precedence: self.precedence,
            last_modified_date: Some(self.modified.timestamp()),
            creation_date: Some(self.created.timestamp()),
        }
    }
}

impl Document for GroupRecord {
    fn to_document(&self) -> Value {
        let mut document = Map::new();
        document.insert("name".to_owned(), json!(self.name));
        document.insert("id".to_owned(), json!(self.id));
        for (member, text) in [("description", &self.description), ("role", &self.role_arn)] {
            if let Some(text) = text {
                document.insert(member.to_owned(), json!(text));
            }
        }
        if let Some(precedence) = self.precedence {
            document.insert("precedence".to_owned(), json!(precedence));
        }
        document.insert("created".to_owned(), json!(self.created.0));
        document.insert("modified".to_owned(), json!(self.modified.0));
        Value::Object(document)
    }

    fn from_document(document: &Value) -> Option<GroupRecord> {
        Some(GroupRecord {
            name: text(document, "name")?,
            id: text(document, "id")?,
            description: text(document, "description"),
            role_arn: text(document, "role"),
            precedence: integer(document, "precedence"),
            created: Millis(integer(document, "created")?),
            modified: Millis(integer(document, "modified")?),
        })
    }
}
