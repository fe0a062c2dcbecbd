//! What an access key may do, as options say it and as it is shown.

use std::collections::BTreeSet;

use clap::Args;
use serde_json::{Value, json};

use crate::error::CliError;
use poolhouse_api::Operation;
use poolhouse_pool::base::platform::Platform;
use poolhouse_pool::keyring::policy;
use poolhouse_pool::records::{Policy, PoolRecord, load};

/// More pools than a key is kept to: its row is read with each of its requests.
const MOST_POOLS: usize = 100;

/// What an access key is kept to. Without any of it, it may do everything.
#[derive(Args)]
pub struct PolicyArgs {
    /// Keep the key to these user pools: it lists no other, and creates none
    ///
    /// A key that is kept to anything may call the operations that there are when it is made. Those of a later version it gets
    /// by keys allow.
    #[arg(long = "pool", value_name = "ID", num_args = 1..)]
    pools: Vec<String>,
    /// Keep the key to these operations, with commas between: ListUsers, or AdminGet* for all that begin so
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    operations: Vec<String>,
    /// Keep the key to operations that change nothing
    ///
    /// docs/reference/operations.md says which they are. They show everything else there is to see, secrets of app clients included.
    #[arg(long)]
    read_only: bool,
}

impl PolicyArgs {
    /// The policy that the options stand for.
    ///
    /// # Errors
    /// For a pool that there is not, or an operation that AWS does not sign.
    pub(super) async fn policy(&self, platform: &Platform) -> Result<Policy, CliError> {
        let pools: BTreeSet<String> = self.pools.iter().cloned().collect();
        if pools.len() > MOST_POOLS {
            return Err(CliError::new(format!(
                "an access key is kept to at most {MOST_POOLS} pools. Leave --pool out for every pool"
            )));
        }
        for id in &pools {
            let pool = load(platform, &PoolRecord::key(id)).await;
            let pool =
                pool.map_err(|error| CliError::new("the user pool cannot be read").caused_by(error))?;
            if pool.is_none() {
                return Err(CliError::new(format!("there is no user pool {id}")));
            }
        }
        // A key that is kept to anything has the operations that there are now, and no upgrade gives it more.
        let is_kept = self.read_only || !self.operations.is_empty() || !pools.is_empty();
        let operations = is_kept.then(|| policy::operations(&self.operations, self.read_only));
        let operations = operations
            .transpose()
            .map_err(|error| CliError::new("the key cannot be kept to these operations").caused_by(error))?;
        Ok(Policy {
            pools: (!pools.is_empty()).then_some(pools),
            operations,
            reads_only: self.read_only,
        })
    }
}

/// More operations than a line shows by name.
const MOST_NAMED: usize = 12;

/// A policy in words.
pub(super) fn text(policy: &Policy) -> String {
    if policy.is_everything() {
        return "everything".to_owned();
    }
    let operations = match &policy.operations {
        Some(named) if policy.reads_only && is_all(named, Operation::reads) => {
            "what changes nothing".to_owned()
        }
        Some(named) if named.len() <= MOST_NAMED => names(named).join(", "),
        Some(named) if !is_all(named, |operation| operation.auth().takes_a_signature()) => {
            format!("{} operations", named.len())
        }
        Some(_) | None if policy.reads_only => "what changes nothing".to_owned(),
        Some(_) | None => "every operation".to_owned(),
    };
    let pools = match &policy.pools {
        None => "every pool".to_owned(),
        Some(ids) => ids.iter().map(String::as_str).collect::<Vec<_>>().join(", "),
    };
    format!("{operations} on {pools}")
}

/// Whether the operations are all of this kind and no others.
fn is_all(named: &BTreeSet<Operation>, kind: fn(Operation) -> bool) -> bool {
    Operation::ALL
        .iter()
        .all(|operation| named.contains(operation) == kind(*operation))
}

/// A policy's members for programs: `null` where it keeps nothing from the key.
pub(super) fn members(policy: &Policy) -> [(&'static str, Value); 3] {
    [
        ("Pools", json!(policy.pools)),
        ("Operations", json!(policy.operations.as_ref().map(names))),
        ("ReadOnly", json!(policy.reads_only)),
    ]
}

fn names(operations: &BTreeSet<Operation>) -> Vec<&'static str> {
    operations.iter().map(|operation| operation.name()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_listed_with_what_it_may_do() {
        let shown = |pools: Option<&[&str]>, operations: Option<&[&str]>, reads_only| {
            let named = |names: &[&str]| {
                let names: Vec<String> = names.iter().map(ToString::to_string).collect();
                policy::operations(&names, reads_only).unwrap()
            };
            text(&Policy {
                pools: pools.map(|ids| ids.iter().map(ToString::to_string).collect()),
                operations: operations.map(named),
                reads_only,
            })
        };
        assert_eq!(shown(None, None, false), "everything");
        assert_eq!(shown(Some(&["b", "a"]), None, false), "every operation on a, b");
        assert_eq!(shown(Some(&["a"]), Some(&[]), false), "every operation on a");
        assert_eq!(
            shown(None, Some(&["Admin*"]), false),
            "30 operations on every pool"
        );
        assert_eq!(shown(None, Some(&[]), true), "what changes nothing on every pool");
        assert_eq!(
            shown(Some(&["a"]), Some(&["ListUsers*"]), true),
            "ListUsers, ListUsersInGroup on a"
        );
    }
}
