//! An access key of the admin API.

use serde_json::{Value, json};

use super::document::{Document, integer, text};
use super::key::{Directory, Key};
use super::policy::Policy;
use crate::base::clock::Millis;

/// An access key that `poolhouse keys create` made.
#[derive(Clone, Debug)]
pub struct AccessKeyRecord {
    /// The secret access key, sealed under the row's key.
    pub sealed_secret: String,
    /// When it was created.
    pub created: Millis,
    /// What it may do. A record from before there were policies says nothing of it, and may do everything as it always could.
    pub policy: Policy,
}

impl AccessKeyRecord {
    /// What the keys of these rows begin with.
    pub const PREFIX: &str = Directory::AccessKey.prefix();

    /// Where an access key lies.
    pub fn key(id: &str) -> Key<AccessKeyRecord> {
        Key::listed(Directory::AccessKey, id)
    }
}

impl Document for AccessKeyRecord {
    fn to_document(&self) -> Value {
        let (secret, moment) = (&self.sealed_secret, self.created.0);
        if self.policy.is_everything() {
            return json!({ "secret": secret, "created": moment });
        }
        // A version that knows no policies, and may run beside this one, must not take such a key for one that may do
        // everything: without `created` it is no access key to it.
        json!({ "secret": secret, "limited_since": moment, "policy": self.policy.to_member() })
    }

    fn from_document(document: &Value) -> Option<AccessKeyRecord> {
        let (created, policy) = match document.get("policy") {
            None => (integer(document, "created")?, Policy::default()),
            Some(member) => (integer(document, "limited_since")?, Policy::from_member(member)?),
        };
        Some(AccessKeyRecord {
            sealed_secret: text(document, "secret")?,
            created: Millis(created),
            policy,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use poolhouse_api::Operation;

    use super::*;

    #[test]
    fn a_key_from_before_there_were_policies_may_do_everything_as_before() {
        let record = AccessKeyRecord::from_document(&json!({ "secret": "s", "created": 1 })).unwrap();
        assert_eq!(record.policy, Policy::default());
        assert!(record.policy.has(Operation::DeleteUserPool));
        assert!(record.policy.reaches(None));
    }

    #[test]
    fn a_version_without_policies_reads_no_limited_key() {
        let record = AccessKeyRecord {
            sealed_secret: "s".to_owned(),
            created: Millis(1),
            policy: Policy {
                pools: Some(BTreeSet::from(["us-east-1_a".to_owned()])),
                operations: Some(BTreeSet::from([Operation::AdminGetUser, Operation::ListUsers])),
                reads_only: true,
            },
        };
        let document = record.to_document();
        assert_eq!(
            document,
            json!({
                "secret": "s",
                "limited_since": 1,
                "policy": { "pools": ["us-east-1_a"], "operations": ["AdminGetUser", "ListUsers"], "reads_only": true },
            })
        );
        // What that version asked for.
        assert_eq!(integer(&document, "created"), None);
        let read = AccessKeyRecord::from_document(&document).unwrap();
        assert_eq!((read.policy, read.created), (record.policy, record.created));
    }

    #[test]
    fn a_policy_that_cannot_be_read_is_no_key() {
        let whole = json!({ "pools": null, "operations": null, "reads_only": true });
        let read = |policy: Value| {
            AccessKeyRecord::from_document(
                &json!({ "secret": "s", "created": 1, "limited_since": 1, "policy": policy }),
            )
        };
        assert!(read(whole.clone()).is_some());
        for (member, value) in [
            ("pools", json!("us-east-1_a")),
            ("pools", json!([1])),
            ("operations", json!({})),
            ("reads_only", json!("yes")),
        ] {
            let mut policy = whole.clone();
            policy[member] = value;
            assert!(read(policy).is_none(), "{member}");
            let mut policy = whole.clone();
            policy.as_object_mut().unwrap().remove(member);
            assert!(read(policy).is_none(), "without {member}");
        }
        assert!(read(Value::Null).is_none());
    }

    #[test]
    fn an_operation_that_is_not_there_any_more_takes_nothing_with_it() {
        let policy = json!({ "pools": null, "operations": ["ListUsers", "ListGhosts"], "reads_only": false });
        let policy = Policy::from_member(&policy).unwrap();
        assert_eq!(policy.operations, Some(BTreeSet::from([Operation::ListUsers])));
    }
}
