//! Groups in memory, so that a sign-in does not read the rows of a user's groups, which it could only do once it has
//! read the user's.
//!
//! What is kept of a pool holds for one state of its [`GroupCount`](super::GroupCount), which the sign-in reads with the
//! rows that it reads anyway. Every change of a group is another state, in which nothing is known at first, so a change
//! made by another node is seen at once.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::group::GroupRecord;

/// Pools whose groups are kept at most.
const POOLS: usize = 1024;
/// Groups of a pool that are kept at most.
const GROUPS: usize = 10_000;

/// The groups that were asked for, by pool.
#[derive(Default)]
pub struct KnownGroups(RwLock<HashMap<String, Known>>);

struct Known {
    state: String,
    /// By id. `None`: there is no such group any more.
    groups: HashMap<String, Option<Arc<GroupRecord>>>,
}

impl KnownGroups {
    /// Whether a group of the pool was ever asked for, so that one may be again.
    pub fn is_asked_for(&self, pool_id: &str) -> bool {
        let held = self.0.read().unwrap_or_else(PoisonError::into_inner);
        held.contains_key(pool_id)
    }

    /// The group with this id in this state of the pool's groups; `Some(None)` if it is gone, `None` if nobody looked.
    pub fn get(&self, pool_id: &str, state: &str, id: &str) -> Option<Option<Arc<GroupRecord>>> {
        let held = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let known = held.get(pool_id).filter(|known| known.state == state)?;
        known.groups.get(id).cloned()
    }

    /// Keeps what was found of a group after this state of the pool's groups was read.
    pub fn keep(&self, pool_id: &str, state: &str, id: &str, group: Option<Arc<GroupRecord>>) {
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= POOLS && !held.contains_key(pool_id) {
            held.clear();
        }
        let known = held.entry(pool_id.to_owned()).or_insert_with(|| Known {
            state: state.to_owned(),
            groups: HashMap::new(),
        });
        if known.state != state {
            state.clone_into(&mut known.state);
            known.groups.clear();
        }
        if known.groups.len() >= GROUPS {
            known.groups.clear();
        }
        known.groups.insert(id.to_owned(), group);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::Millis;

    fn group(id: &str) -> Arc<GroupRecord> {
        Arc::new(GroupRecord {
            name: "staff".to_owned(),
            id: id.to_owned(),
            description: None,
            role_arn: None,
            precedence: None,
            created: Millis(0),
            modified: Millis(0),
        })
    }

    #[test]
    fn what_is_known_of_groups_is_forgotten_with_any_change_of_one() {
        let known = KnownGroups::default();
        assert!(!known.is_asked_for("pool"));
        known.keep("pool", "first", "a", Some(group("a")));
        known.keep("pool", "first", "b", None);
        assert!(known.is_asked_for("pool"));
        assert_eq!(known.get("pool", "first", "a"), Some(Some(group("a"))));
        assert_eq!(known.get("pool", "first", "b"), Some(None));
        assert_eq!(known.get("pool", "first", "c"), None);
        assert_eq!(known.get("pool", "second", "a"), None);
        assert_eq!(known.get("other", "first", "a"), None);
        known.keep("pool", "second", "b", Some(group("b")));
        assert_eq!(known.get("pool", "second", "a"), None);
        assert_eq!(known.get("pool", "first", "a"), None);
    }

    #[test]
    fn memory_for_groups_has_an_end() {
        let known = KnownGroups::default();
        for number in 0..=GROUPS {
            known.keep("pool", "state", &number.to_string(), None);
        }
        assert_eq!(known.get("pool", "state", "0"), None);
        assert_eq!(known.get("pool", "state", &GROUPS.to_string()), Some(None));
        for number in 0..POOLS {
            known.keep(&format!("pool {number}"), "state", "a", None);
        }
        assert!(!known.is_asked_for("pool"));
        assert!(known.is_asked_for(&format!("pool {}", POOLS - 1)));
    }
}
