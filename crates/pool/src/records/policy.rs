//! What an access key may do.

use std::collections::BTreeSet;

use poolhouse_api::Operation;
use serde_json::{Value, json};

/// What an access key may do: everything, unless it says otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// The ids of the pools that it may work on; `None` for every pool and what belongs to none.
    pub pools: Option<BTreeSet<String>>,
    /// The operations that it may call; `None` for every one that AWS signs, those of later versions included. A key that is
    /// kept to anything names them, so that no upgrade gives it more.
    pub operations: Option<BTreeSet<Operation>>,
    /// Whether it calls nothing that changes something, whatever `operations` says.
    pub reads_only: bool,
}

impl Policy {
    /// Whether nothing is kept from the key.
    pub fn is_everything(&self) -> bool {
        *self == Policy::default()
    }

    /// Whether the key may call an operation, wherever.
    pub fn has(&self, operation: Operation) -> bool {
        let is_named = |named: &BTreeSet<Operation>| named.contains(&operation);
        self.operations.as_ref().is_none_or(is_named) && (!self.reads_only || operation.reads())
    }

    /// Whether the key may work on a pool; `None` stands for what belongs to no pool, or to all of them.
    pub fn reaches(&self, pool_id: Option<&str>) -> bool {
        let Some(pools) = &self.pools else {
            return true;
        };
        pool_id.is_some_and(|pool_id| pools.contains(pool_id))
    }

    pub(super) fn to_member(&self) -> Value {
        let operations = self.operations.as_ref();
        let names =
            operations.map(|named| named.iter().map(|operation| operation.name()).collect::<Vec<_>>());
        json!({ "pools": self.pools, "operations": names, "reads_only": self.reads_only })
    }

    /// `None` where the member is not of this form: a policy that cannot be read lets nobody do anything.
    pub(super) fn from_member(member: &Value) -> Option<Policy> {
        // An operation that this version does not have cannot be called either.
        let known = |names: Vec<String>| {
            names
                .iter()
                .filter_map(|name| Operation::from_name(name))
                .collect()
        };
        Some(Policy {
            pools: texts(member.get("pools")?)?.map(BTreeSet::from_iter),
            operations: texts(member.get("operations")?)?.map(known),
            reads_only: member.get("reads_only")?.as_bool()?,
        })
    }
}

/// A list of texts, or `null`, which is no list.
fn texts(value: &Value) -> Option<Option<Vec<String>>> {
    if value.is_null() {
        return Some(None);
    }
    let items = value.as_array()?.iter();
    let texts = items
        .map(|item| item.as_str().map(str::to_owned))
        .collect::<Option<_>>()?;
    Some(Some(texts))
}
